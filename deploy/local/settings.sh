# Where the stack lives, which ports it takes, and its secrets.
#
#   IGNY8_LOCAL       state directory, <repo>/.local unless given
#   IGNY8_PORT_BASE   first of its ports; remembered in the state directory

LOCAL=$(realpath -m "${IGNY8_LOCAL:-$REPO/.local}")
TARGET_DIR=${CARGO_TARGET_DIR:-$REPO/target}
export PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

# Takes the state directory into use. Refuses one that holds somebody else's files.
open_state() {
  if [ ! -e "$LOCAL/.igny8" ]; then
    # The tests' own stacks lie inside the default one.
    if [ -d "$LOCAL" ] && [ -n "$(find "$LOCAL" -mindepth 1 -maxdepth 1 ! -name test ! -name schema ! -name bench -print -quit)" ]; then
      fail "$LOCAL holds files that are not ours: choose an empty directory with IGNY8_LOCAL=…"
    fi
    mkdir -p "$LOCAL" || fail "$LOCAL can't be made: choose a directory with IGNY8_LOCAL=…"
    touch "$LOCAL/.igny8"
  fi
  chmod 700 "$LOCAL"
  exec 9>"$LOCAL/.igny8"
  flock -w 600 9 || fail "another script works on $LOCAL; try again when it has finished"
  mkdir -p "$LOCAL/run" "$LOCAL/log" "$LOCAL/data" "$LOCAL/tmp"
  settle_ports
}

close_state() { exec 9>&-; }

# Written once, and whole: who only reads takes no lock.
settle_ports() {
  local file=$LOCAL/port-base known=''
  if [ -s "$file" ]; then known=$(<"$file"); fi
  PORT_BASE=${IGNY8_PORT_BASE:-${known:-18080}}
  if ! [[ $PORT_BASE =~ ^[0-9]{4,5}$ ]] || [ "$PORT_BASE" -lt 1024 ] || [ "$PORT_BASE" -gt 65000 ]; then
    fail "IGNY8_PORT_BASE must be a number from 1024 to 65000, not '$PORT_BASE'"
  fi
  if [ -n "$known" ] && [ "$known" != "$PORT_BASE" ]; then
    fail "this stack uses the ports from $known on: IGNY8_PORT_BASE=$PORT_BASE scripts/up --fresh makes a new one there"
  fi
  if [ -z "$known" ]; then printf '%s\n' "$PORT_BASE" >"$file.new" && mv "$file.new" "$file"; fi

  PORT_INTEGRATION_API=$PORT_BASE
  PORT_WEBHOOK_INGEST=$((PORT_BASE + 1))
  PORT_PUBLISHER_WORKER=$((PORT_BASE + 2))
  PORT_PLUGIN_DISTRIBUTION=$((PORT_BASE + 3))
  PORT_WORDPRESS=$((PORT_BASE + 4))
  PORT_IMAGES=$((PORT_BASE + 5))
  PORT_POSTGRES=$((PORT_BASE + 6))
  PORT_AMQP=$((PORT_BASE + 7))
  PORT_MANAGEMENT=$((PORT_BASE + 8))
  PORT_MARIADB=$((PORT_BASE + 9))
  PORT_EPMD=$((PORT_BASE + 10))
  PORT_ERLANG=$((PORT_BASE + 11))
  PORT_PLUGIN_TESTS=$((PORT_BASE + 12))  # a second WordPress, for the plugin's own tests
  PORT_FURTHER_SITES=$((PORT_BASE + 13)) # and the next ones: sites.sh
}

# Deletes what this stack made, and nothing else in the directory.
delete_state() {
  local entry
  for entry in run log data tmp wordpress plugin-tests sites artifacts secrets.env demo.json stack.json port-base; do
    rm -rf "${LOCAL:?}/$entry"
  done
  for entry in "${SERVICES[@]}"; do rm -f "$LOCAL/$entry.env"; done
}

# The directory too, unless something else lies in it.
forget_state() {
  delete_state
  rm -f "$LOCAL/.igny8"
  rmdir --ignore-fail-on-non-empty "$LOCAL"
}

SECRETS=(
  POSTGRES_PASSWORD ROLE_INTEGRATION_PASSWORD ROLE_WEBHOOK_PASSWORD ROLE_PUBLISHER_PASSWORD ROLE_PLUGIN_PASSWORD
  BROKER_ADMIN_PASSWORD BROKER_PASSWORD MARIADB_ROOT_PASSWORD MARIADB_PASSWORD WORDPRESS_ADMIN_PASSWORD
  ACCOUNT_PASSWORD OPERATOR_PASSWORD ERLANG_COOKIE
)

random_word() {
  local bytes
  bytes=$(head -c 60 /dev/urandom | base64 -w0)
  bytes=${bytes//[^A-Za-z0-9]/}
  printf '%s' "${bytes:0:32}"
}

# Reads KEY=value lines as they stand; the values are never interpreted by the shell.
read_env_file() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '' | '#'*) continue ;; esac
    printf -v "${line%%=*}" '%s' "${line#*=}"
  done <"$1"
}

# Every secret is made once and kept in a file that only its owner reads.
load_secrets() {
  local file=$LOCAL/secrets.env name
  (umask 077 && touch "$file")
  read_env_file "$file"
  for name in "${SECRETS[@]}"; do
    if [ -z "${!name:-}" ]; then
      printf -v "$name" '%s' "$(random_word)"
      printf '%s=%s\n' "$name" "${!name}" >>"$file"
    fi
  done
  # A key to sign releases with is any 32 bytes in base64.
  if [ -z "${RELEASE_SIGNING_KEY:-}" ]; then
    RELEASE_SIGNING_KEY=$(head -c 32 /dev/urandom | base64 -w0)
    printf 'RELEASE_SIGNING_KEY=%s\n' "$RELEASE_SIGNING_KEY" >>"$file"
  fi
}

# write_private FILE: standard input into a file of mode 600, replaced at once.
write_private() {
  (umask 077 && cat >"$1.new" && mv -f "$1.new" "$1")
}
