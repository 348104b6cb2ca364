# What has to be on the machine, how to see whether it is there, and how it gets there.

# One line each: Debian package, and the test that says it is there.
# The first word names what it is needed for.
PACKAGES=(
  'servers   curl              command -v curl'
  'servers   jq                command -v jq'
  'servers   util-linux        command -v setpriv'
  'build     build-essential   command -v cc'
  'build     mold              command -v mold'
  'build     ca-certificates   test -e /etc/ssl/certs/ca-certificates.crt'
  'postgres  postgresql        test -n "$(postgres_bin)"'
  'rabbitmq  rabbitmq-server   test -x /usr/lib/rabbitmq/bin/rabbitmq-server'
  'psql      postgresql-client command -v psql'
  'wordpress mariadb-server    test -n "$(mariadb_server)"'
  'wordpress php-cli           command -v php'
  'wordpress php-mysql         php_has mysqli'
  'wordpress php-xml           php_has dom'
  'wordpress php-curl          php_has curl'
  'wordpress php-gd            php_has gd'
  'wordpress php-mbstring      php_has mbstring'
  'wordpress php-zip           php_has zip'
  'wordpress php-intl          php_has intl'
  'wordpress wordpress         test -e /usr/share/wordpress/wp-includes/version.php'
  'wordpress unzip             command -v unzip'
  'tests     zip               command -v zip'
  'tests     phpunit           command -v phpunit'
  'tests     chromium          command -v chromium'
  'bench     nginx-light       command -v nginx'
  'bench     wrk               command -v wrk'
  'php       php-cli           command -v php'
  'php       nodejs            command -v node'
  'php       npm               command -v npm'
  'check     libpq-dev         test -e /usr/include/postgresql/libpq-fe.h'
)

# Cargo's tools. Built once, with a cheap profile: they run for seconds.
TOOLS=(
  'tests cargo-nextest 0.9.143 cargo-nextest --no-default-features,--features,default-no-update'
  'check cargo-deny    0.20.2  cargo-deny    '
  'check diesel_cli    2.3.14  diesel        --no-default-features,--features,postgres'
)

# PHP of other versions than the machine's, compiled to WebAssembly: an npm package that carries them all.
PLAYGROUND_VERSION=3.1.56
PLAYGROUND_HOME=${XDG_CACHE_HOME:-$HOME/.cache}/igny8/playground-$PLAYGROUND_VERSION
PLAYGROUND=$PLAYGROUND_HOME/node_modules/@wp-playground/cli

# WordPress of other versions than Debian's, without what only people read: an npm package that carries six.
WORDPRESS_BUILDS_VERSION=0.9.19
WORDPRESS_BUILDS=${XDG_CACHE_HOME:-$HOME/.cache}/igny8/wordpress-builds-$WORDPRESS_BUILDS_VERSION
declare -A WORDPRESS_BUILD_OF=([6.2]=6.2 [6.3]=6.3 [6.4]=6.4 [6.5]=6.5 [6.6]=beta [6.7]=nightly)

PHP_MODULES=''
php_has() {
  if [ -z "$PHP_MODULES" ]; then PHP_MODULES=$(php -m 2>/dev/null || true); fi
  grep -qix "$1" <<<"$PHP_MODULES"
}

# install_packages PURPOSE…
install_packages() {
  local line purpose package test missing=()
  for line in "${PACKAGES[@]}"; do
    read -r purpose package test <<<"$line"
    [[ " $* " == *" $purpose "* ]] || continue
    eval "$test" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local command=(apt-get install -y --no-install-recommends "${missing[@]}") as_root=()
  command -v apt-get >/dev/null || fail "missing: ${missing[*]}; this machine has no apt-get, so install them your own way"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "missing: ${missing[*]}; run: sudo apt-get update && sudo ${command[*]}"
    as_root=(sudo -n)
  fi
  NOTE="installed ${missing[*]}"
  local log=$LOCAL/log/install.log
  mkdir -p "${log%/*}"
  {
    "${as_root[@]}" apt-get update -q &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}"
  } >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" "apt-get could not install ${missing[*]}"
  PHP_MODULES=''
}

require_rust() {
  command -v cargo >/dev/null ||
    fail 'Rust is missing: install it with rustup and run this again'
}

# install_tools PURPOSE…
install_tools() {
  if [[ " $* " == *' check '* ]] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
    rustup component add rustfmt clippy >/dev/null 2>&1 || fail 'rustfmt and clippy are missing: run rustup component add rustfmt clippy'
  fi
  local line purpose crate version binary options log=$LOCAL/log/install-tools.log
  mkdir -p "${log%/*}"
  for line in "${TOOLS[@]}"; do
    read -r purpose crate version binary options <<<"$line"
    [[ " $* " == *" $purpose "* ]] || continue
    if command -v "$binary" >/dev/null; then continue; fi
    printf '  %-12s building %s %s, once\n' '' "$crate" "$version"
    # shellcheck disable=SC2086
    (
      cd "$REPO"
      CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=symbols \
        cargo install --locked "$crate" --version "$version" ${options//,/ }
    ) >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" "$crate could not be built"
    NOTE="built $crate"
  done
}

# 14 s and 580 MB, once. No script of a package runs.
install_playground() {
  local log=$LOCAL/log/install-playground.log
  if [ -e "$PLAYGROUND_HOME/complete" ]; then return 0; fi
  mkdir -p "${log%/*}" "$PLAYGROUND_HOME"
  npm install --prefix "$PLAYGROUND_HOME" --no-audit --no-fund --ignore-scripts "@wp-playground/cli@$PLAYGROUND_VERSION" >"$log" 2>&1 </dev/null 9>&- ||
    fail_with_log "$log" "npm could not install @wp-playground/cli $PLAYGROUND_VERSION"
  touch "$PLAYGROUND_HOME/complete"
  NOTE="installed PHP 7.4 to 8.5"
}

# 7 s and 160 MB, once.
install_wordpress_builds() {
  local log=$LOCAL/log/install-wordpress-builds.log
  if [ -e "$WORDPRESS_BUILDS/complete" ]; then return 0; fi
  mkdir -p "${log%/*}" "$WORDPRESS_BUILDS"
  (
    cd "$WORDPRESS_BUILDS"
    npm pack --silent "@wp-playground/wordpress-builds@$WORDPRESS_BUILDS_VERSION" && tar xzf ./*.tgz && rm ./*.tgz
  ) >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" "npm could not fetch @wp-playground/wordpress-builds $WORDPRESS_BUILDS_VERSION"
  touch "$WORDPRESS_BUILDS/complete"
  NOTE='fetched WordPress 6.2 to 6.7'
}

# wordpress_tree VERSION: names a folder with that WordPress, unpacked. What a browser gets lies apart in the npm package.
wordpress_tree() {
  local build=${WORDPRESS_BUILD_OF[$1]:-} tree=$WORDPRESS_BUILDS/trees/$1 package=$WORDPRESS_BUILDS/package
  [ -n "$build" ] || fail "there is no WordPress $1: choose ${!WORDPRESS_BUILD_OF[*]}"
  [ -e "$WORDPRESS_BUILDS/complete" ] || fail "no WordPress $1 in $WORDPRESS_BUILDS: run scripts/install --tests"
  if [ ! -e "$tree" ]; then
    rm -rf "$tree.new"
    mkdir -p "$tree.new"
    unzip -q -o "$package/src/wordpress/wp-$build.zip" -d "$tree.new" || fail "$package/src/wordpress/wp-$build.zip can't be unpacked"
    cp -r "$package/public/wp-$build/." "$tree.new/"
    rm -rf "$tree.new"/{wp-config.php,wp-content/database,wp-content/plugins/sqlite-database-integration,wordpress-remote-asset-paths}
    mv "$tree.new" "$tree"
  fi
  printf '%s' "$tree"
}

# php_of VERSION FOLDER SCRIPT ARGUMENTS…: runs a script of that PHP, which sees the folder and nothing else of this machine.
php_of() {
  local version=$1 folder=$2
  shift 2
  node "$PLAYGROUND/wp-playground.js" php --php="$version" --verbosity=quiet --wordpress-install-mode=do-not-attempt-installing \
    --skip-sqlite-setup --mount-before-install="$folder:$folder" -- "$@"
}
