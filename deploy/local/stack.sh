# The local stack: everything scripts/* share. Sourced, not run. Each part is one file beside this one.
export LC_ALL=C.UTF-8
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for part in report settings process packages postgres rabbitmq mariadb wordpress sites services demo; do
  # shellcheck source=/dev/null
  . "$REPO/deploy/local/$part.sh"
done
unset part
