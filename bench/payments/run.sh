#!/usr/bin/env bash
# create-payment a second, durable, against pgbench in the same database and minute. Usage: run.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
ninja -C "$build" bench-payments >/dev/null
exec tests/support/with_servers.sh "$build/bench/bench-payments" "${@:2}"
