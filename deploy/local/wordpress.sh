# Real WordPress sites of the stack, each a directory with its files, its database and its `php -S`.
#
#   wordpress      the demo's, with the plugin from plugin-distribution
#   plugin-tests   the one the plugin's own tests run in, with the plugin's source as it lies in the repository
#   site-…         further ones, for whoever asks: sites.sh
#
#   IGNY8_WORDPRESS   an unpacked WordPress tree; Debian's package unless given

WORDPRESS_PHP=$REPO/deploy/wordpress
WORDPRESS_SOURCE=${IGNY8_WORDPRESS:-/usr/share/wordpress}

# choose_site NAME PORT [FOLDER]: the site the functions below speak of.
choose_site() {
  SITE=$1
  SITE_PORT=$2
  SITE_HOME=$LOCAL/${3:-$SITE}
  SITE_ROOT=$SITE_HOME/www
  SITE_URL=http://127.0.0.1:$SITE_PORT
  SITE_DATABASE=wordpress_${SITE//[-.]/_}
  SITE_NETWORK=''         # not empty: a network, with the blog `second` beside the main one
  SITE_SERVED_BY=''       # a PHP version of the playground's; the machine's PHP unless given
  SITE_UPDATES_ITSELF=''  # not empty: WordPress' background updates are on
  SITE_PHP=(
    php -d memory_limit=256M -d upload_max_filesize=64M -d post_max_size=64M -d max_execution_time=60
    -d sys_temp_dir="$SITE_HOME/tmp" -d upload_tmp_dir="$SITE_HOME/tmp" -d log_errors=1 -d display_errors=0
    -d error_log="$LOCAL/log/$SITE-php.log" -d sendmail_path=/bin/true
    -d opcache.enable=1 -d opcache.validate_timestamps=1 -d opcache.revalidate_freq=0 -d opcache.max_accelerated_files=16229
  )
}

site_up() {
  local log=$LOCAL/log/$SITE-install.log
  [ -e "$WORDPRESS_SOURCE/wp-includes/version.php" ] || fail "no WordPress in $WORDPRESS_SOURCE"
  if [ ! -s "$SITE_HOME/site.json" ]; then
    rm -rf "$SITE_HOME"
    mkdir -p "$SITE_HOME/tmp"
    # A copy, not links: PHP resolves links and would then read Debian's own configuration.
    cp -rL "$WORDPRESS_SOURCE" "$SITE_ROOT"
    chmod -R u+w "$SITE_ROOT"
    rm -f "$SITE_ROOT/wp-config.php" "$SITE_ROOT/.htaccess"
    wordpress_sql "drop database if exists $SITE_DATABASE; create database $SITE_DATABASE character set utf8mb4"
  fi
  mkdir -p "$SITE_ROOT/wp-content/mu-plugins" "$SITE_ROOT/wp-content/themes/tideline" "$SITE_ROOT/wp-content/uploads"
  cp "$WORDPRESS_PHP/local.php" "$SITE_ROOT/wp-content/mu-plugins/local.php"
  cp "$WORDPRESS_PHP"/theme/* "$SITE_ROOT/wp-content/themes/tideline/"
  [ -e "$SITE_HOME/salts.php" ] || site_salts | write_private "$SITE_HOME/salts.php"
  site_config | write_private "$SITE_ROOT/wp-config.php"
  if [ ! -s "$SITE_HOME/site.json" ]; then
    WORDPRESS_ADMIN_PASSWORD=$WORDPRESS_ADMIN_PASSWORD "${SITE_PHP[@]}" "$WORDPRESS_PHP/install.php" "$SITE_ROOT" "$SITE_URL" admin \
      admin@igny8.test >"$log" 2>&1 || fail_with_log "$log" 'WordPress could not be installed'
    if [ -n "$SITE_NETWORK" ]; then site_becomes_network >>"$log" 2>&1 || fail_with_log "$log" 'WordPress could not be made a network'; fi
    "${SITE_PHP[@]}" "$WORDPRESS_PHP/setup.php" "$SITE_ROOT" "$SITE_URL" 2>>"$log" | write_private "$SITE_HOME/site.json" ||
      fail_with_log "$log" 'WordPress could not be set up'
  fi
  APPLICATION_PASSWORD=$(jq -er .application_password "$SITE_HOME/site.json")

  site_serve
  NOTE="WordPress $(jq -r .version "$SITE_HOME/site.json"), $SITE_URL"
}

site_serve() {
  if [ -n "$SITE_SERVED_BY" ]; then
    keep "$SITE" '' "$SITE_PORT" node "$PLAYGROUND/wp-playground.js" server --php="$SITE_SERVED_BY" --port="$SITE_PORT" \
      --site-url="$SITE_URL" --workers=2 --skip-sqlite-setup --wordpress-install-mode=do-not-attempt-installing \
      --mount-before-install="$SITE_ROOT:/wordpress" --mount-before-install="$SITE_HOME:$SITE_HOME"
    await "$SITE" 120 answers "$SITE_URL/wp-json/"
    return
  fi
  replace_crippled_site
  # Less than two workers and a request to the site from the site itself would wait for ever.
  keep "$SITE" "$(cat "$WORDPRESS_PHP/router.php")" "$SITE_PORT" env PHP_CLI_SERVER_WORKERS=4 "${SITE_PHP[@]}" \
    -S "127.0.0.1:$SITE_PORT" -t "$SITE_ROOT" "$WORDPRESS_PHP/router.php"
  await "$SITE" 30 answers "$SITE_URL/wp-json/"
}

# A network of folders, whose second blog is set up as the first is.
site_becomes_network() {
  "${SITE_PHP[@]}" "$WORDPRESS_PHP/network.php" "$SITE_ROOT" "$SITE_URL" || return 1
  touch "$SITE_HOME/network"
  site_config | write_private "$SITE_ROOT/wp-config.php"
  site_php "$WORDPRESS_PHP/blog.php" second && "${SITE_PHP[@]}" "$WORDPRESS_PHP/setup.php" "$SITE_ROOT" "$SITE_URL/second"
}

# `php -S` never replaces a worker that died.
replace_crippled_site() {
  local child alive=0
  if ! running "$SITE" || [ ! -r "/proc/$PID/task/$PID/children" ]; then return 0; fi
  for child in $(<"/proc/$PID/task/$PID/children"); do
    if start_time "$child" >/dev/null; then alive=$((alive + 1)); fi
  done
  if [ "$alive" -lt 4 ]; then stop "$SITE"; fi
}

# Sites run their scheduled work when somebody visits; nobody visits this one, so a clock does.
site_clock() {
  keep "$SITE-cron" '' '' bash -c 'while sleep 10; do curl -s -o /dev/null --max-time 60 "$0/wp-cron.php" || :; done' "$SITE_URL"
}

site_salts() {
  local name
  printf '<?php\n'
  for name in AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT NONCE_SALT; do
    printf "define( '%s', '%s%s' );\n" "$name" "$(random_word)" "$(random_word)"
  done
}

site_config() {
  local updates_off=true ours="127.0.0.1:$PORT_INTEGRATION_API,127.0.0.1:$PORT_WEBHOOK_INGEST,127.0.0.1:$PORT_PLUGIN_DISTRIBUTION"
  if [ -n "$SITE_UPDATES_ITSELF" ]; then updates_off=false; fi
  cat <<PHP
<?php
define( 'DB_NAME', '$SITE_DATABASE' );
define( 'DB_USER', 'wordpress' );
define( 'DB_PASSWORD', '$MARIADB_PASSWORD' );
define( 'DB_HOST', '127.0.0.1:$PORT_MARIADB' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
\$table_prefix = 'wp_';
require '$SITE_HOME/salts.php';
// The origins of the platform on this machine, which WordPress would refuse as loopback.
define( 'IGNY8_LOCAL_ORIGINS', '$ours' );
define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'FS_METHOD', 'direct' );
define( 'DISABLE_WP_CRON', true );
// Nothing but loopback is reachable, and all else fails at once.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', $updates_off );
define( 'WP_AUTO_UPDATE_CORE', false );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '$LOCAL/log/$SITE-debug.log' );
define( 'WP_TEMP_DIR', '$SITE_HOME/tmp' );
$(site_network_constants)
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
PHP
}

site_network_constants() {
  if [ ! -e "$SITE_HOME/network" ]; then return; fi
  cat <<PHP
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', '127.0.0.1:$SITE_PORT' );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
PHP
}

# site_php SCRIPT ARGUMENTS…: runs a file inside the site, as its administrator.
site_php() { "${SITE_PHP[@]}" -d display_errors=stderr -d error_reporting=8191 "$WORDPRESS_PHP/eval.php" "$SITE_ROOT" "$SITE_URL" "$@"; }

# The plugin's source into the chosen site, as it lies in the repository.
site_plugin_from_source() {
  local plugin=$1 target
  target=$SITE_ROOT/wp-content/plugins/$(basename "$plugin")
  rm -rf "$target"
  cp -rL "$plugin" "$target"
  site_php "$WORDPRESS_PHP/activate-plugin.php" "$(basename "$plugin")"
}
