# What the user sees: one line per step, its seconds, and one sentence when something can't be done.

BEGUN=$EPOCHREALTIME
STEP=''   # the step under way, named when it fails
NOTE=''   # what a step wants to add to its line

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# step NAME COMMAND…: runs it in this shell and prints one line when it is done.
step() {
  local name=$1 begin=$EPOCHREALTIME
  shift
  STEP=$name NOTE=''
  if [ -t 1 ]; then printf '  %-12s …' "$name"; fi
  "$@"
  if [ -t 1 ]; then printf '\r\033[K'; fi
  printf '  %-12s %6s s  %s\n' "$name" "$(seconds_since "$begin")" "$NOTE"
  STEP=''
}

fail() {
  if [ -n "$STEP" ]; then
    if [ -t 1 ]; then printf '\r\033[K'; fi
    printf '  %-12s failed\n' "$STEP" >&2
  fi
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# fail_with_log FILE SENTENCE: the last lines of the log, then the sentence and the path.
fail_with_log() {
  local file=$1
  shift
  if [ -s "$file" ]; then printf '\n'; tail -n 20 "$file" | cut -c1-400 >&2; fi
  fail "$* (log: $file)"
}

# The comment at the top of a script is its help.
help_text() { sed -n '2,/^[^#]/ { /^#/ { s/^# \{0,1\}//; p } }' "$1"; }

# help_if_asked SCRIPT ARGS…
help_if_asked() {
  local script=$1 argument
  shift
  for argument; do
    case $argument in -h | --help) help_text "$script"; exit 0 ;; esac
  done
}
