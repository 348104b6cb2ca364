# A private RabbitMQ, or the one IGNY8_BROKER_URL (and IGNY8_BROKER_MANAGEMENT_URL) names.

VHOST=igny8
RABBITMQ_PROGRAMS=/usr/lib/rabbitmq/bin

rabbitmq_up() {
  if [ -n "${IGNY8_BROKER_URL:-}" ]; then
    BROKER_URL=$IGNY8_BROKER_URL
    BROKER_MANAGEMENT_URL=${IGNY8_BROKER_MANAGEMENT_URL:-}
    BROKER_ADMIN_URL=$IGNY8_BROKER_URL
    NOTE='the server of IGNY8_BROKER_URL'
    return
  fi
  BROKER_URL=amqp://igny8:$BROKER_PASSWORD@127.0.0.1:$PORT_AMQP/$VHOST
  BROKER_ADMIN_URL=amqp://admin:$BROKER_ADMIN_PASSWORD@127.0.0.1:$PORT_AMQP
  BROKER_MANAGEMENT_URL=http://admin:$BROKER_ADMIN_PASSWORD@127.0.0.1:$PORT_MANAGEMENT

  local home=$LOCAL/data/rabbitmq
  mkdir -p "$home/mnesia"
  if [ ! -e "$home/.erlang.cookie" ]; then
    write_private "$home/.erlang.cookie" <<<"$ERLANG_COOKIE"
    chmod 400 "$home/.erlang.cookie"
  fi
  printf '[rabbitmq_management].\n' >"$home/enabled_plugins"
  rabbitmq_settings | write_private "$home/rabbitmq.conf"

  # Erlang would start its own port mapper and leave it behind; ours ends with the stack.
  keep epmd '' "$PORT_EPMD" env ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$PORT_EPMD" epmd
  await epmd 10 port_taken "$PORT_EPMD"
  # Erlang's schedulers would wait for work by spinning, and take the processors from everything else on the machine.
  # ALLOW_INPUT makes the start script become Erlang itself, so that the pid is the server's.
  keep rabbitmq "$(sha256sum <"$home/rabbitmq.conf")" "$PORT_AMQP $PORT_MANAGEMENT $PORT_ERLANG" env -u NOTIFY_SOCKET \
    HOME="$home" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$PORT_EPMD" \
    RABBITMQ_ALLOW_INPUT=yes RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME="igny8-$PORT_AMQP@localhost" \
    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$PORT_AMQP" RABBITMQ_DIST_PORT="$PORT_ERLANG" \
    RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$LOCAL/log" RABBITMQ_LOGS=- \
    RABBITMQ_CONFIG_FILE="$home/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_PID_FILE="$home/pid" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}' \
    "$RABBITMQ_PROGRAMS/rabbitmq-server" -noinput
  await rabbitmq 120 management GET whoami
  await rabbitmq 60 port_taken "$PORT_AMQP"

  # The services' user may do as it likes in its own virtual host and has nothing to say elsewhere.
  if ! management PUT users/igny8 "{\"password\":\"$BROKER_PASSWORD\",\"tags\":\"\"}" ||
    ! management PUT "permissions/$VHOST/igny8" '{"configure":".*","write":".*","read":".*"}'; then
    fail_with_log "$LOCAL/log/rabbitmq.log" 'RabbitMQ did not take its user'
  fi
  NOTE="127.0.0.1:$PORT_AMQP, management $PORT_MANAGEMENT"
}

# The quorum queues' log is cut early: a desk has less memory and disk than a server.
rabbitmq_settings() {
  cat <<CONF
listeners.tcp.1 = 127.0.0.1:$PORT_AMQP
management.tcp.ip = 127.0.0.1
management.tcp.port = $PORT_MANAGEMENT
default_vhost = $VHOST
default_user = admin
default_pass = $BROKER_ADMIN_PASSWORD
default_user_tags.administrator = true
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
disk_free_limit.absolute = 1GB
raft.wal_max_size_bytes = 64000000
log.file = false
log.console = true
log.console.level = info
CONF
}

# management METHOD PATH [JSON]: the broker's HTTP interface. The password goes in by a file descriptor.
management() {
  curl -sf --max-time 10 -o /dev/null -X "$1" -H 'content-type: application/json' ${3:+-d "$3"} \
    -K <(printf 'user = "admin:%s"\n' "$BROKER_ADMIN_PASSWORD") "http://127.0.0.1:$PORT_MANAGEMENT/api/$2"
}
