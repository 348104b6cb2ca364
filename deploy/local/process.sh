# Programs of the stack: started in a session of their own, known by pid file, stopped only if they are still the same.
#
#   run/NAME.pid     "pid start-time boot-id": a pid that was given to another program since is never touched
#   run/NAME.start   fingerprint of what was started; another fingerprint means start anew

BOOT_ID=$(</proc/sys/kernel/random/boot_id)

# Start time of a living process in clock ticks; fails for none and for a zombie.
start_time() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [ "${1:-X}" != Z ] && [ "${1:-X}" != X ] && printf '%s' "${20}"
}

# Is NAME running? Leaves its pid in PID.
running() {
  local file=$LOCAL/run/$1.pid begun boot
  PID=''
  [ -s "$file" ] || return 1
  read -r PID begun boot <"$file"
  [ "$boot" = "$BOOT_ID" ] && [ "$(start_time "$PID")" = "$begun" ]
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

refuse_taken_port() {
  local port
  for port in "${@:2}"; do
    if port_taken "$port"; then
      fail "port $port, meant for $1, is taken by another program: choose other ports with IGNY8_PORT_BASE=…"
    fi
  done
}

# start NAME COMMAND…
start() {
  local name=$1 log=$LOCAL/log/$1.log
  shift
  if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 20000000 ]; then mv -f "$log" "$log.old"; fi
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  PID=$!
  printf '%s %s %s\n' "$PID" "$(start_time "$PID" || printf gone)" "$BOOT_ID" >"$LOCAL/run/$name.pid"
  disown "$PID" 2>/dev/null || true
}

# keep NAME FINGERPRINT PORTS COMMAND…: leaves it alone if it runs as asked, else starts it (anew). FRESHLY_STARTED tells which.
keep() {
  local name=$1 fingerprint=$2 ports=$3
  shift 3
  FRESHLY_STARTED=''
  fingerprint=$(printf '%s\n' "$fingerprint" "$@" | sha256sum | cut -d' ' -f1)
  if running "$name"; then
    if [ "$(cat "$LOCAL/run/$name.start" 2>/dev/null)" = "$fingerprint" ]; then return 0; fi
    stop "$name"
  fi
  # shellcheck disable=SC2086
  refuse_taken_port "$name" $ports
  start "$name" "$@"
  printf '%s\n' "$fingerprint" >"$LOCAL/run/$name.start"
  FRESHLY_STARTED=yes
}

# await NAME SECONDS CHECK…: until the check succeeds; a dead process or the time ends it with the log.
await() {
  local name=$1 deadline=$((SECONDS + $2)) log=$LOCAL/log/$1.log
  shift 2
  until "$@" >/dev/null 2>&1; do
    running "$name" || fail_with_log "$log" "$name ended while starting"
    [ "$SECONDS" -lt "$deadline" ] || fail_with_log "$log" "$name runs but is not ready"
    sleep 0.05
  done
}

answers() { curl -sf -o /dev/null --max-time 5 "$1"; }

# stop NAME [SIGNAL [SECONDS]]: asks first, then kills. Only the process group that `start` made.
stop() {
  local name=$1 signal=${2:-TERM} patience=${3:-20} deadline
  if running "$name"; then
    # PostgreSQL's children take the same signal differently: only the parent is asked.
    if [ "$signal" = INT ]; then kill -INT "$PID"; else kill "-$signal" -- "-$PID"; fi
    deadline=$((SECONDS + patience))
    while running "$name" && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
    if [ -n "$PID" ]; then kill -KILL -- "-$PID" 2>/dev/null || true; fi
  fi
  rm -f "$LOCAL/run/$name.pid" "$LOCAL/run/$name.start"
}

# Everything, dependants first.
stop_all() {
  local name pid_file
  for name in wordpress-cron "${SERVICES[@]}" wordpress plugin-tests images; do stop "$name"; done
  stop mariadb
  stop rabbitmq
  stop epmd
  stop postgres INT
  for pid_file in "$LOCAL"/run/*.pid; do
    if [ -e "$pid_file" ]; then name=${pid_file##*/}; stop "${name%.pid}"; fi
  done
}
