#!/usr/bin/env bash
# The gateway against grpc-gateway and nginx, all in front of the same back end. Usage: bench/gateway/run.sh BUILD_FOLDER [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
peers=$build/bench/peers
deploy/local/setup.sh bench/packages.txt
cmake --build "$build" --target bench-echo bench-load bench-routes tamarack-gateway >/dev/null
bench/gateway/grpc_gateway/build.sh "$peers"
# Unpacked, not installed: its package would start a server on port 80.
if [ ! -x "$peers/usr/sbin/nginx" ]; then
  (cd "$peers" && apt-get download -q nginx >/dev/null && dpkg-deb -x nginx_*.deb . && rm nginx_*.deb)
fi
ulimit -n "$(ulimit -Hn)" # for 10,000 idle connections
exec node bench/gateway/run.mjs "$build" "${2:-3.5}"
