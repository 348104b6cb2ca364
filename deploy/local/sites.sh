# Further sites beside the demo's, for tests that would spoil it: made when they are first asked for, and all gone with the stack.
#
#   sites/NAME        as the demo's `wordpress/`
#   sites/NAME.port   the first port from +13 on that no other of them has

# choose_further_site NAME
choose_further_site() {
  local file=$LOCAL/sites/$1.port port=$PORT_FURTHER_SITES
  [[ $1 =~ ^[a-z0-9.-]+$ ]] || fail "'$1' names no site: use a to z, 0 to 9, - and ."
  if [ ! -s "$file" ]; then
    mkdir -p "$LOCAL/sites"
    while grep -qsxF "$port" "$LOCAL"/sites/*.port; do port=$((port + 1)); done
    printf '%s\n' "$port" >"$file"
  fi
  choose_site "site-$1" "$(<"$file")" "sites/$1"
}

# further_site_up NAME [--wordpress VERSION] [--php VERSION] [--network]
further_site_up() {
  choose_further_site "$1"
  SITE_UPDATES_ITSELF=yes
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --wordpress) WORDPRESS_SOURCE=$(wordpress_tree "$2"); shift ;;
      --php) SITE_SERVED_BY=$2; shift ;;
      --network) SITE_NETWORK=yes ;;
      *) fail "unknown argument $1" ;;
    esac
    shift
  done
  site_up
}
