# A private PostgreSQL, or the one IGNY8_DATABASE_URL names (a superuser's URL).
#
#   IGNY8_DURABLE=no   don't wait for the disk: for tests, whose data nobody wants back

DATABASE=igny8
declare -A ROLE_PASSWORDS=()

# The newest server on the machine; Debian keeps several side by side.
postgres_bin() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  if [ -x "$newest/postgres" ]; then printf '%s' "$newest"; return; fi
  newest=$(command -v postgres) && dirname "$(readlink -f "$newest")"
}

# PostgreSQL refuses to run as root: then it runs as the user its package made. That user may not be able to reach our
# directory (a home of mode 700 above it), so it keeps the one right of root that it needs for that: dac_override.
become_postgres() {
  AS_POSTGRES=()
  [ "$(id -u)" = 0 ] || return 0
  getent passwd postgres >/dev/null || fail 'root may not run PostgreSQL and there is no user postgres: run this as a normal user'
  AS_POSTGRES=(setpriv --reuid=postgres --regid=postgres --init-groups)
  if "${AS_POSTGRES[@]}" --inh-caps=+dac_override --ambient-caps=+dac_override true 2>/dev/null; then
    AS_POSTGRES+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
  fi
  "${AS_POSTGRES[@]}" ls "$LOCAL/data" >/dev/null 2>&1 ||
    fail "user postgres can't reach $LOCAL: choose a directory it can, such as IGNY8_LOCAL=/var/tmp/igny8"
}

postgres_up() {
  if [ -n "${IGNY8_DATABASE_URL:-}" ]; then
    DATABASE_URL=$IGNY8_DATABASE_URL
    sql -qc 'select 1' >/dev/null 2>"$LOCAL/log/postgres.log" ||
      fail_with_log "$LOCAL/log/postgres.log" 'the server of IGNY8_DATABASE_URL does not answer'
    NOTE='the server of IGNY8_DATABASE_URL'
    return
  fi
  local bin data=$LOCAL/data/postgres durable=on
  bin=$(postgres_bin)
  if [ "${IGNY8_DURABLE:-yes}" = no ]; then durable=off; fi
  DATABASE_URL=postgres://igny8:$POSTGRES_PASSWORD@127.0.0.1:$PORT_POSTGRES/$DATABASE
  become_postgres
  if [ -e "$data/PG_VERSION" ] && [ ! -x "/usr/lib/postgresql/$(<"$data/PG_VERSION")/bin/postgres" ] &&
    [[ $("$bin/postgres" --version) != *" $(<"$data/PG_VERSION")."* ]]; then
    fail "the data of this stack belong to PostgreSQL $(<"$data/PG_VERSION"), which is gone: scripts/up --fresh begins anew"
  fi
  [ -e "$data/PG_VERSION" ] || make_cluster "$bin" "$data"
  if [ -x "/usr/lib/postgresql/$(<"$data/PG_VERSION")/bin/postgres" ]; then bin=/usr/lib/postgresql/$(<"$data/PG_VERSION")/bin; fi

  if ! running postgres && [ -e "$data/postmaster.pid" ]; then await_remains "$data"; fi

  # Tests open many connections at once; clients that vanish must not keep their query running.
  keep postgres '' "$PORT_POSTGRES" env LC_ALL=C.UTF-8 "${AS_POSTGRES[@]}" "$bin/postgres" -D "$data" -p "$PORT_POSTGRES" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
    -c client_connection_check_interval=1s -c fsync="$durable" -c full_page_writes="$durable" \
    -c logging_collector=off -c log_line_prefix='%m [%p] %u@%d '
  await postgres 60 sql -d postgres -qAtc 'select 1'
  if [ "$(sql -d postgres -qAtc "select 1 from pg_database where datname = '$DATABASE'")" != 1 ]; then
    sql -d postgres -qc "create database $DATABASE"
  fi
  NOTE="127.0.0.1:$PORT_POSTGRES"
}

# After a kill, PostgreSQL will not start while the dead parent is not reaped or its children still work in the data directory.
await_remains() {
  local deadline=$((SECONDS + 10)) parent process remains=yes
  read -r parent <"$1/postmaster.pid" || return 0
  while [ -n "$remains" ] && [ "$SECONDS" -lt "$deadline" ]; do
    remains=''
    for process in /proc/[0-9]*; do
      if [ "${process#/proc/}" = "$parent" ] || [ "$(readlink "$process/cwd" 2>/dev/null)" = "$1" ]; then remains=yes; fi
    done
    if [ -n "$remains" ]; then sleep 0.1; fi
  done
}

make_cluster() {
  local bin=$1 data=$2 log=$LOCAL/log/initdb.log password_file=$LOCAL/tmp/postgres-password
  rm -rf "$data"
  mkdir -m 700 "$data"
  write_private "$password_file" <<<"$POSTGRES_PASSWORD"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$data" "$password_file"; fi
  "${AS_POSTGRES[@]}" "$bin/initdb" -D "$data" --username=igny8 --pwfile="$password_file" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$log" 2>&1 </dev/null 9>&- || {
    rm -rf "$data"
    fail_with_log "$log" 'initdb failed'
  }
  rm -f "$password_file"
}

# sql [-d DATABASE] psql-arguments…, as the superuser. Passwords never stand on a command line.
sql() {
  local database=$DATABASE
  if [ -n "${IGNY8_DATABASE_URL:-}" ]; then
    psql -X -v ON_ERROR_STOP=1 "$IGNY8_DATABASE_URL" "$@"
    return
  fi
  if [ "${1:-}" = -d ]; then database=$2; shift 2; fi
  PGPASSWORD=$POSTGRES_PASSWORD PGCONNECT_TIMEOUT=5 PGOPTIONS='' \
    psql -X -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PORT_POSTGRES" -U igny8 -d "$database" "$@"
}

# One role and one schema per service.
apply_roles() {
  local log=$LOCAL/log/roles.log name
  ROLE_PASSWORDS=(
    [integration]=$ROLE_INTEGRATION_PASSWORD [webhook]=$ROLE_WEBHOOK_PASSWORD
    [publisher]=$ROLE_PUBLISHER_PASSWORD [plugin]=$ROLE_PLUGIN_PASSWORD
  )
  {
    for name in "${!ROLE_PASSWORDS[@]}"; do printf "\\set %s_password '%s'\n" "$name" "${ROLE_PASSWORDS[$name]}"; done
    cat "$REPO/migrations/roles.sql"
  } | sql -q >"$log" 2>&1 || fail_with_log "$log" 'migrations/roles.sql failed'
  NOTE='integration, webhook, publisher, plugin'
}

# The URL a service uses: the same server and database, its own role.
role_url() {
  local role=igny8_$1 password=${ROLE_PASSWORDS[$1]} rest=${DATABASE_URL#*://}
  case $rest in *@*) rest=${rest#*@} ;; esac
  printf 'postgres://%s:%s@%s' "$role" "$password" "$rest"
}
