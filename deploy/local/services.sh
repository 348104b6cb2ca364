# The four services: their settings files, migrations, start and readiness.
#
#   IGNY8_BIN_DIR   directory of built binaries; without it they are built here

SERVICES=(integration-api webhook-ingest publisher-worker plugin-distribution)
declare -A SCHEMA_OF=(
  [integration-api]=integration [webhook-ingest]=webhook [publisher-worker]=publisher [plugin-distribution]=plugin
)
BIN_DIR=${IGNY8_BIN_DIR:-$TARGET_DIR/debug}

service_port() {
  case $1 in
    integration-api) echo "$PORT_INTEGRATION_API" ;;
    webhook-ingest) echo "$PORT_WEBHOOK_INGEST" ;;
    publisher-worker) echo "$PORT_PUBLISHER_WORKER" ;;
    plugin-distribution) echo "$PORT_PLUGIN_DISTRIBUTION" ;;
  esac
}

service_url() { printf 'http://127.0.0.1:%s' "$(service_port "$1")"; }

build_services() {
  local log=$LOCAL/log/build.log
  if [ -n "${IGNY8_BIN_DIR:-}" ]; then NOTE="given: $BIN_DIR"; return; fi
  require_rust
  if [ -t 2 ]; then
    printf '\n'
    (cd "$REPO" && cargo build --locked --workspace --bins 9>&-) || fail 'the services do not build'
  else
    (cd "$REPO" && cargo build --locked --workspace --bins 9>&-) >"$log" 2>&1 || fail_with_log "$log" 'the services do not build'
  fi
}

# The keys of the installation, made by the program that knows how. They are kept beside the other secrets.
make_keys() {
  local keys name log=$LOCAL/log/generate-keys.log
  for name in API_KEY_PEPPER SEALING_KEY SIGNING_PRIVATE_KEY SIGNING_PUBLIC_KEY; do
    if [ -z "${!name:-}" ]; then
      keys=$("$BIN_DIR/integration-api" generate-keys 2>"$log") || fail_with_log "$log" 'integration-api generate-keys failed'
      printf '%s\n' "$keys" >>"$LOCAL/secrets.env"
      read_env_file <(printf '%s\n' "$keys")
      break
    fi
  done
  for name in API_KEY_PEPPER SEALING_KEY SIGNING_PRIVATE_KEY SIGNING_PUBLIC_KEY; do
    [ -n "${!name:-}" ] || fail "integration-api generate-keys printed no $name"
  done
}

# What SERVICE gets, as lines KEY=value. Each gets just the secrets that it uses.
service_settings() {
  local service=$1
  cat <<ENV
IGNY8__HTTP__BIND=127.0.0.1:$(service_port "$service")
IGNY8__DATABASE__URL=$(role_url "${SCHEMA_OF[$service]}")
IGNY8__BROKER__URL=$BROKER_URL
IGNY8__TELEMETRY__FORMAT=json
ENV
  case $service in
    integration-api)
      cat <<ENV
IGNY8__SECRETS__API_KEY_PEPPER=$API_KEY_PEPPER
IGNY8__SECRETS__SEALING_KEY=$SEALING_KEY
IGNY8__SIGNING__PUBLIC_KEY=$SIGNING_PUBLIC_KEY
IGNY8__PUBLIC_URLS__API=$(service_url integration-api)
IGNY8__PUBLIC_URLS__WEBHOOKS=$(service_url webhook-ingest)
IGNY8__PUBLIC_URLS__PLUGINS=$(service_url plugin-distribution)
IGNY8__SITES__ALLOW_LOOPBACK=true
ENV
      ;;
    webhook-ingest)
      cat <<ENV
IGNY8__SECRETS__API_KEY_PEPPER=$API_KEY_PEPPER
MALLOC_ARENA_MAX=2
ENV
      ;;
    publisher-worker)
      cat <<ENV
IGNY8__SECRETS__SEALING_KEY=$SEALING_KEY
IGNY8__SIGNING__PRIVATE_KEY=$SIGNING_PRIVATE_KEY
IGNY8__EGRESS__ALLOW_LOOPBACK=true
MALLOC_MMAP_THRESHOLD_=1048576
ENV
      ;;
    plugin-distribution)
      cat <<ENV
IGNY8__SECRETS__API_KEY_PEPPER=$API_KEY_PEPPER
IGNY8__ARTIFACTS__DIRECTORY=$LOCAL/artifacts
IGNY8__PUBLIC_URL=$(service_url plugin-distribution)
ENV
      ;;
  esac
}

write_service_settings() {
  local service
  mkdir -p "$LOCAL/artifacts"
  for service in "${SERVICES[@]}"; do service_settings "$service" | write_private "$LOCAL/$service.env"; done
}

# run_service SERVICE VERB…, with its settings.
run_service() {
  local service=$1 settings
  shift
  mapfile -t settings <"$LOCAL/$service.env"
  env "${settings[@]}" "$BIN_DIR/$service" "$@"
}

# release_plugin SOURCE…: what plugin-distribution signs and offers from then on. The key is for this verb alone, not for who serves.
release_plugin() {
  IGNY8__RELEASE__SIGNING_KEY=$RELEASE_SIGNING_KEY run_service plugin-distribution release --source "$@"
}

migrate_services() {
  local service log
  for service in "${SERVICES[@]}"; do
    log=$LOCAL/log/$service-migrate.log
    run_service "$service" migrate >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" "$service migrate failed"
  done
  NOTE='each service its own schema'
}

# The environment goes in by a file: on a command line every user of the machine could read it.
launch_service() {
  local service=$1
  keep "$service" "$(stat -c '%i %s %Y' "$BIN_DIR/$service") $(sha256sum <"$LOCAL/$service.env")" "$(service_port "$service")" \
    bash -c 'set -a; while IFS= read -r line; do export "$line"; done <"$1"; exec "$2" serve' \
    serve "$LOCAL/$service.env" "$BIN_DIR/$service"
}

start_services() {
  local service started=()
  for service in "${SERVICES[@]}"; do
    launch_service "$service"
    if [ -n "$FRESHLY_STARTED" ]; then started+=("$service"); fi
  done
  for service in "${SERVICES[@]}"; do await "$service" 60 answers "$(service_url "$service")/readyz"; done
  NOTE="ready${started[*]:+, started ${started[*]}}"
}
