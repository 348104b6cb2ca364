# The demo: an account, a site, a key, and one article's way to a real WordPress and back, all through the public API.
#
# What was made is remembered in demo.json, so that a second run only looks whether it is still so.

DEMO=$REPO/deploy/demo
PLUGIN=igny8-wp-bridge
OWNER_EMAIL=owner@igny8.test
OPERATOR_EMAIL=operator@igny8.test
OWNER_SCOPES='["read","write"]'
TOKEN=''

recall() { jq -er --arg key "$1" '.[$key] // "" | select(. != "")' "$LOCAL/demo.json" 2>/dev/null; }

remember() {
  local known='{}'
  if [ -s "$LOCAL/demo.json" ]; then known=$(<"$LOCAL/demo.json"); fi
  jq -n --argjson known "$known" --arg key "$1" --arg value "$2" '$known + {($key): $value}' | write_private "$LOCAL/demo.json"
}

# call METHOD PATH [JSON]: one request to integration-api with TOKEN; the body on standard output, the status in the exit code.
call() {
  local method=$1 path=$2 answer=$LOCAL/tmp/answer.json status
  : >"$answer"
  status=$(curl -s -o "$answer" -w '%{http_code}' --max-time 60 -X "$method" -H 'content-type: application/json' \
    -H @<(if [ -n "$TOKEN" ]; then printf 'authorization: Bearer %s\n' "$TOKEN"; fi) \
    ${3:+--data-binary @-} "$(service_url integration-api)$path" <<<"${3:-}") || status=000
  cat "$answer"
  case $status in 2??) return 0 ;; 404) return 4 ;; 401 | 403) return 3 ;; *) return 1 ;; esac
}

# api METHOD PATH [JSON]: the same for requests that have to succeed; prints `data`.
api() {
  local answer
  answer=$(call "$@") || fail "$1 $2: $(jq -r '[.code, .detail // .title, (.errors // [] | map("\(.field): \(.message // .detail)") | join("; "))] | map(select(. != null and . != "")) | join(", ")' <<<"$answer" 2>/dev/null || printf 'no answer, see %s/log/integration-api.log' "$LOCAL")"
  jq -c .data <<<"$answer"
}

# --- account ---------------------------------------------------------------------------------------------------------

make_account() {
  make_user owner "$OWNER_EMAIL" "$ACCOUNT_PASSWORD" "$OWNER_SCOPES" --name Tideline
  make_user operator "$OPERATOR_EMAIL" "$OPERATOR_PASSWORD" '["read", "write", "operator"]' --name Operators --operator
  OWNER_TOKEN=$(recall owner_token)
  OPERATOR_TOKEN=$(recall operator_token)
  NOTE=$OWNER_EMAIL
}

# make_user WHO EMAIL PASSWORD SCOPES create-account-arguments…
make_user() {
  local who=$1 email=$2 password=$3 scopes=$4 log=$LOCAL/log/create-account.log session
  shift 4
  if TOKEN=$(recall "${who}_token") && call GET /api/v1/auth/me >/dev/null; then return 0; fi
  IGNY8_PASSWORD=$password run_service integration-api create-account --email "$email" "$@" >"$log" 2>&1 </dev/null 9>&- ||
    fail_with_log "$log" "integration-api create-account failed for $email"
  TOKEN=''
  session=$(api POST /api/v1/auth/login "$(jq -n --arg email "$email" --arg password "$password" '{email: $email, password: $password}')")
  TOKEN=$(jq -er .token <<<"$session")
  TOKEN=$(api POST /api/v1/account/tokens/ "$(jq -n --argjson scopes "$scopes" '{name: "Local stack", scopes: $scopes}')" | jq -er .token)
  remember "${who}_token" "$TOKEN"
}

# --- site ------------------------------------------------------------------------------------------------------------

make_site() {
  local url=http://127.0.0.1:$PORT_WORDPRESS known made
  TOKEN=$OWNER_TOKEN
  if ! SITE_ID=$(recall site_id) || ! call GET "/api/v1/sites/$SITE_ID/" >/dev/null; then
    known=$(api GET /api/v1/sites/)
    SITE_ID=$(jq -r --arg url "$url" 'map(select(.url | rtrimstr("/") == $url)) | first | .id // empty' <<<"$known")
    if [ -z "$SITE_ID" ]; then
      made=$(api POST /api/v1/sites/ "$(jq -n --arg url "$url" '{name: "Tideline", url: $url}')")
      SITE_ID=$(jq -er .id <<<"$made")
    fi
    remember site_id "$SITE_ID"
    remember api_key ''
  fi
  if ! API_KEY=$(recall api_key); then
    made=$(api POST /api/v1/integration/integrations/generate-api-key/ "{\"site_id\": $SITE_ID}")
    API_KEY=$(jq -er .api_key <<<"$made")
    remember api_key "$API_KEY"
    remember integration_id "$(jq -r '.integration.id // empty' <<<"$made")"
  fi
  NOTE="site $SITE_ID, $url"
}

# --- WordPress -------------------------------------------------------------------------------------------------------

demo_wordpress() {
  choose_site wordpress "$PORT_WORDPRESS"
  site_up
  site_clock
}

serve_images() {
  keep images '' "$PORT_IMAGES" php -d display_errors=0 -S "127.0.0.1:$PORT_IMAGES" -t "$DEMO/images"
  await images 10 port_taken "$PORT_IMAGES"
  NOTE="http://127.0.0.1:$PORT_IMAGES"
}

# The ZIP that plugin-distribution built and serves, checked against what it says of it, into WordPress by its own upgrader.
demo_plugin() {
  local base zip=$LOCAL/tmp/$PLUGIN.zip log=$LOCAL/log/plugin.log released expected found version deadline=$((SECONDS + 20))
  base=$(service_url plugin-distribution)/api/plugins/$PLUGIN
  release_plugin "$REPO/services/plugin-distribution/plugins/$PLUGIN" --overwrite \
    >"$log" 2>&1 </dev/null 9>&- || fail_with_log "$log" 'plugin-distribution release failed'
  released=$(jq -r '.sha256 // empty' "$log" 2>/dev/null || true)
  # It hears of the release a moment later.
  until expected=$(curl -sf --max-time 30 "$base/info/" | jq -er .data.sha256) && [ "$expected" = "${released:-$expected}" ]; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$base/info/ tells sha256 '$expected', not '$released'"
    sleep 0.05
  done
  if [ "$(recall plugin_sha256)" = "$expected" ] && site_php -e "exit( is_plugin_active( '$PLUGIN/$PLUGIN.php' ) ? 0 : 1 );"; then
    NOTE="in place, sha256 ${expected:0:12}…"
    return
  fi
  curl -sf --max-time 60 -o "$zip" "$base/download/" || fail "$base/download/ gives no ZIP"
  found=$(sha256sum <"$zip" | cut -d' ' -f1)
  [ "$found" = "$expected" ] || fail "the plugin's ZIP has the sha256 $found, not $expected as $base/info/ says"
  version=$(site_php "$WORDPRESS_PHP/install-plugin.php" "$zip" "$PLUGIN" 2>"$log") ||
    fail_with_log "$log" 'WordPress did not take the plugin'
  remember plugin_sha256 "$found"
  NOTE="$version from plugin-distribution, sha256 ${found:0:12}…"
}

# The same settings and the same test as on the plugin's page.
demo_connect() {
  local log=$LOCAL/log/connect.log said
  said=$(site_php "$WORDPRESS_PHP/connect.php" "$(jq -n --arg url "$(service_url integration-api)" --arg id "$SITE_ID" --arg key "$API_KEY" \
    '{api_url: $url, site_id: $id, api_key: $key}')" 2>"$log") || {
    printf '%s\n' "$said" >>"$log"
    fail_with_log "$log" "the plugin's connection test failed"
  }
  NOTE=$said
}

# --- article ---------------------------------------------------------------------------------------------------------

content() { api GET "/api/v1/writer/content/$CONTENT_ID/"; }

demo_publish() {
  local article state known
  TOKEN=$OWNER_TOKEN
  mend_article
  if ! CONTENT_ID=$(recall content_id) || ! call GET "/api/v1/writer/content/$CONTENT_ID/" >/dev/null; then
    article=$(jq --arg images "http://127.0.0.1:$PORT_IMAGES" --argjson site "$SITE_ID" \
      'walk(if type == "string" then gsub("\\{images\\}"; $images) else . end) + {site_id: $site}' "$DEMO/article.json")
    CONTENT_ID=$(api POST /api/v1/writer/content/ "$article" | jq -er .id)
    remember content_id "$CONTENT_ID"
    remember way_back ''
  fi
  known=$(content)
  state=$(jq -r '.publication.state // "none"' <<<"$known")
  if [ "$(jq -r .status <<<"$known")" = draft ] && [ "$(jq -r '.external_id // empty' <<<"$known")" = '' ]; then
    api POST "/api/v1/writer/content/$CONTENT_ID/submit/" >/dev/null
    state=none
  fi
  case $state in
    live | live_with_warnings) ;;
    none | failed) api POST "/api/v1/writer/content/$CONTENT_ID/publish/" >/dev/null ;;
  esac
  await_content 180 'the article to be live' '.publication.state | IN("live", "live_with_warnings")'
  known=$(content)
  POST_ID=$(jq -er .external_id <<<"$known")
  ARTICLE_URL=$(jq -er .external_url <<<"$known")
  remember post_id "$POST_ID"
  NOTE="content $CONTENT_ID is post $POST_ID, $(jq -r .publication.state <<<"$known")"
}

# Somebody played with the article in WordPress: a draft becomes public again, a deleted one is written anew.
mend_article() {
  local status
  POST_ID=$(recall post_id) || return 0
  status=$(site_php -e 'echo get_post_status( (int) $arguments[0] );' "$POST_ID")
  case $status in
    publish) ;;
    '' | trash)
      remember content_id ''
      remember post_id ''
      ;;
    *) site_post_status publish ;;
  esac
}

# await_content SECONDS WHAT JQ-CONDITION
await_content() {
  local deadline=$((SECONDS + $1)) known
  while :; do
    known=$(content)
    if jq -e "$3" <<<"$known" >/dev/null; then return 0; fi
    if [ "$(jq -r '.publication.state // empty' <<<"$known")" = failed ]; then
      fail "the article was not published: $(jq -c '.publication' <<<"$known")"
    fi
    [ "$SECONDS" -lt "$deadline" ] ||
      fail "waited $1 seconds for $2; it is $(jq -c '{status, publication, metadata}' <<<"$known") (logs: $LOCAL/log)"
    sleep 0.3
  done
}

# What a visitor gets: title and every picture, from this site and not from where the platform found them.
demo_page() {
  local page title images image type
  page=$(curl -sfL --max-time 30 "$ARTICLE_URL") || fail "$ARTICLE_URL does not answer"
  title=$(jq -r .title "$DEMO/article.json")
  grep -qF "$title" <<<"$page" || fail "$ARTICLE_URL shows no title \"$title\""
  if grep -qF "127.0.0.1:$PORT_IMAGES" <<<"$page"; then fail "$ARTICLE_URL still shows pictures from the image host"; fi
  mapfile -t images < <(grep -oE "<img[^>]+>" <<<"$page" | grep -oE "src=[\"'][^\"']+/wp-content/uploads/[^\"']+" | sed 's/^src=.//' | sort -u)
  [ ${#images[@]} -ge 3 ] || fail "$ARTICLE_URL shows ${#images[@]} pictures from its library, not 3"
  for image in "${images[@]}"; do
    type=$(curl -sf -o /dev/null -w '%{content_type}' --max-time 30 "$image") || fail "$image does not load"
    [[ $type == image/* ]] || fail "$image is $type"
  done
  NOTE="${#images[@]} pictures, $ARTICLE_URL"
}

# A person takes the post back in WordPress, the platform hears of it; then it is published again for the visitor.
demo_way_back() {
  if [ "$(recall way_back)" = seen ]; then NOTE='seen before'; return; fi
  TOKEN=$OWNER_TOKEN
  site_post_status draft
  await_content 60 'the draft to arrive' '.metadata.wordpress_status == "draft"'
  site_post_status publish
  await_content 60 'the post to be public again' '.metadata.wordpress_status == "publish"'
  remember way_back seen
  NOTE='draft in WordPress arrived, then public again'
}

site_post_status() {
  local log=$LOCAL/log/way-back.log
  site_php -e 'if ( ! wp_update_post( array( "ID" => (int) $arguments[0], "post_status" => $arguments[1] ) ) ) { exit( 1 ); }' "$POST_ID" "$1" \
    >"$log" 2>&1 || fail_with_log "$log" "the post could not be set to $1"
}

# --- what others drive the stack by ----------------------------------------------------------------------------------

write_stack() {
  local wordpress=null article=null
  if [ "$wanted" = everything ]; then
    wordpress=$(jq -n --arg url "$SITE_URL" --arg password "$WORDPRESS_ADMIN_PASSWORD" --arg application "$APPLICATION_PASSWORD" \
      '{url: $url, admin_user: "admin", admin_password: $password, application_password: $application}')
    article=$(jq -n --arg id "$CONTENT_ID" --arg url "$ARTICLE_URL" '{content_id: ($id | tonumber), url: $url}')
  fi
  jq -n --argjson wordpress "$wordpress" --argjson article "$article" \
    --arg api "$(service_url integration-api)" --arg ingest "$(service_url webhook-ingest)" \
    --arg worker "$(service_url publisher-worker)" --arg plugins "$(service_url plugin-distribution)" \
    --arg database "$DATABASE_URL" --arg broker "$BROKER_URL" --arg management "$BROKER_MANAGEMENT_URL" \
    --arg email "$OWNER_EMAIL" --arg password "$ACCOUNT_PASSWORD" --arg token "$OWNER_TOKEN" --arg operator "$OPERATOR_TOKEN" \
    --arg site "$SITE_ID" --arg key "$API_KEY" '{
      integration_api: $api, webhook_ingest: $ingest, publisher_worker: $worker, plugin_distribution: $plugins,
      database_url: $database, broker_url: $broker, broker_management_url: $management,
      account: {email: $email, password: $password, token: $token},
      operator: {token: $operator},
      site: {id: ($site | tonumber), api_key: $key},
      wordpress: $wordpress,
      article: $article
    }' | write_private "$LOCAL/stack.json"
}

show_stack() {
  printf '\n'
  if [ "$wanted" = everything ]; then
    printf '  %-20s %s\n' 'the article' "$ARTICLE_URL"
    printf '  %-20s %s\n' 'WordPress admin' "$SITE_URL/wp-admin/  admin / $WORDPRESS_ADMIN_PASSWORD"
  fi
  printf '  %-20s %s\n' 'API documentation' "$(service_url integration-api)/api/docs/"
  printf '  %-20s %s\n' 'API account' "$OWNER_EMAIL / $ACCOUNT_PASSWORD"
  if [ -n "$BROKER_MANAGEMENT_URL" ] && [ -z "${IGNY8_BROKER_URL:-}" ]; then
    printf '  %-20s %s\n' 'broker management' "http://127.0.0.1:$PORT_MANAGEMENT/  admin / $BROKER_ADMIN_PASSWORD"
  fi
  printf '  %-20s %s\n' 'for programs' "$LOCAL/stack.json"
  printf '\n  ready in %s s; stop it with scripts/down\n' "$(seconds_since "$BEGUN")"
}
