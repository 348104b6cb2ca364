# A private MariaDB for WordPress. Its socket is named relative to the data directory: a long path would not fit.

mariadb_server() { command -v mariadbd || command -v /usr/sbin/mariadbd || true; }

mariadb_up() {
  local data=$LOCAL/data/mariadb log=$LOCAL/log/mariadb-install.log user
  user=$(id -un)
  if [ ! -e "$data/.made" ]; then
    rm -rf "$data"
    mkdir -m 700 "$data"
    mariadb-install-db --no-defaults --user="$user" --datadir="$data" --auth-root-authentication-method=normal \
      --skip-test-db --skip-name-resolve >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" 'mariadb-install-db failed'
    touch "$data/.made"
  fi
  mariadb_accounts | write_private "$LOCAL/data/mariadb-accounts.sql"
  keep mariadb '' "$PORT_MARIADB" "$(mariadb_server)" --no-defaults --user="$user" --datadir="$data" --socket=mariadb.sock \
    --port="$PORT_MARIADB" --bind-address=127.0.0.1 --pid-file=mariadb.pid --init-file="$LOCAL/data/mariadb-accounts.sql" \
    --skip-name-resolve --skip-log-bin --performance-schema=OFF --innodb-buffer-pool-size=128M \
    --innodb-log-file-size=64M --innodb-flush-log-at-trx-commit=2
  await mariadb 60 wordpress_sql 'select 1'
  NOTE="127.0.0.1:$PORT_MARIADB"
}

# Read by the server at every start. One statement a line.
mariadb_accounts() {
  cat <<SQL
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');
FLUSH PRIVILEGES;
CREATE USER IF NOT EXISTS 'wordpress'@'127.0.0.1' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON \`wordpress\_%\`.* TO 'wordpress'@'127.0.0.1';
SQL
}

# wordpress_sql STATEMENT, as the user WordPress has.
wordpress_sql() {
  MYSQL_PWD=$MARIADB_PASSWORD mariadb --no-defaults --protocol=tcp -h 127.0.0.1 -P "$PORT_MARIADB" -u wordpress -N -B -e "$1"
}
