#!/usr/bin/env bash
# with_servers.sh COMMAND...: runs COMMAND with a private PostgreSQL cluster and a private Redis, both on Unix sockets in
# a folder under /tmp, stops and removes them afterwards, and passes COMMAND's exit code on. COMMAND sees
#   TAMARACK_TEST_PG     "host=<folder> user=tamarack", to which a test appends " dbname=…"
#   TAMARACK_TEST_REDIS  "unix:<folder>/redis.sock"
#   TAMARACK_TEST_PG_CTL a command that takes start, stop or "kill" (-9) for the cluster, for tests of failures
# Both variables already set: COMMAND runs against those servers. The servers are durable (fsync on), as in production.
set -uo pipefail
if [ -n "${TAMARACK_TEST_PG:-}" ] && [ -n "${TAMARACK_TEST_REDIS:-}" ]; then exec "$@"; fi
[ $# -gt 0 ] || { sed -n '2,7s/^# //p' "$0"; exit 2; }

export LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin"
bin=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -n 1)
[ -n "$bin" ] || { echo "with_servers: PostgreSQL is not installed (make setup)" >&2; exit 1; }
root=$(mktemp -d /tmp/tamarack-test.XXXXXX) || exit 1
redis_pid=

# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=tamarack --regid=tamarack --init-groups "$@"; else "$@"; fi; }

# shellcheck disable=SC2317
cleanup() {
  trap - EXIT INT TERM HUP
  [ -z "$redis_pid" ] || kill "$redis_pid" 2>/dev/null
  [ ! -f "$root/pg/postmaster.pid" ] || "$root/pg_ctl" stop >/dev/null 2>&1
  [ -z "$redis_pid" ] || wait "$redis_pid" 2>/dev/null
  rm -rf "$root"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() { echo "with_servers: $1" >&2; tail -n 20 "$root"/*.log >&2; exit 1; }

if [ "$(id -u)" = 0 ]; then
  getent passwd tamarack >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tamarack || exit 1
  chown tamarack:tamarack "$root"
fi
cd "$root" || exit 1  # initdb and pg_ctl complain about a folder that their user cannot enter

# The cluster's folder is private to its owner, so whoever reaches the socket is trusted.
as_owner "$bin/initdb" -D "$root/pg" -U tamarack --auth-local=trust --auth-host=reject -E UTF8 --locale=C.UTF-8 \
  --no-sync >"$root/initdb.log" 2>&1 || fail "initdb failed"
as_owner tee -a "$root/pg/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$root'
max_connections = 200
shared_buffers = 64MB
jit = off
timezone = 'UTC'
CONF
cat >"$root/pg_ctl" <<CTL
#!/usr/bin/env bash
# start | stop | kill: the test cluster
cd "$root" || exit 1
owner() { if [ "\$(id -u)" = 0 ]; then setpriv --reuid=tamarack --regid=tamarack --init-groups "\$@"; else "\$@"; fi; }
case "\$1" in
  start) owner "$bin/pg_ctl" -D "$root/pg" -l "$root/pg.log" -w -s start ;;
  stop) owner "$bin/pg_ctl" -D "$root/pg" -m immediate -w -s stop ;;
  kill)
    pids="\$(head -n 1 "$root/pg/postmaster.pid")"
    pids="\$pids \$(pgrep -P \$pids)"
    kill -9 \$pids
    for pid in \$pids; do  # a dead process whose parent does not collect it stays as state Z
      while grep -qsv "^State:.Z" <(grep -s ^State: /proc/\$pid/status); do sleep 0.02; done
    done
    rm -f "$root/pg/postmaster.pid" "$root"/.s.PGSQL.* ;;
esac
CTL
chmod 755 "$root/pg_ctl"
"$root/pg_ctl" start || fail "PostgreSQL did not start"

# Debian's redis-server is this very program under another name; redis-tools alone has no such link.
redis=$(command -v redis-server || true)
if [ -z "$redis" ]; then
  redis=$root/redis-server
  ln -s "$(command -v redis-check-rdb)" "$redis" || fail "Redis is not installed (make setup)"
fi
"$redis" --port 0 --unixsocket "$root/redis.sock" --unixsocketperm 700 --save '' --appendonly no --dir "$root" \
  >"$root/redis.log" 2>&1 &
redis_pid=$!
for _ in $(seq 100); do
  [ "$(redis-cli -s "$root/redis.sock" ping 2>/dev/null)" = PONG ] && break
  kill -0 "$redis_pid" 2>/dev/null || fail "Redis did not start"
  sleep 0.05
done

cd "$OLDPWD" || exit 1
export TAMARACK_TEST_PG="host=$root user=tamarack" TAMARACK_TEST_REDIS="unix:$root/redis.sock"
export TAMARACK_TEST_PG_CTL="$root/pg_ctl"
"$@" &
command_pid=$!
trap 'kill -INT "$command_pid" 2>/dev/null; wait "$command_pid"; exit 130' INT
trap 'kill -TERM "$command_pid" 2>/dev/null; wait "$command_pid"; exit 143' TERM HUP
wait "$command_pid"
