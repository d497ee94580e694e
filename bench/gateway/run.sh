#!/usr/bin/env bash
# Requests a second of an echo method through the gateway (REST, authenticated, metrics and access log on) against the same
# method called over gRPC. Usage: bench/gateway/run.sh BUILD_FOLDER [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
cmake --build "$build" --target bench-echo bench-gateway tamarack-gateway >/dev/null
folder=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

# Waits up to 10 s for a line of a file that matches, and prints what the expression captures.
await() {
  for _ in $(seq 100); do
    found=$(sed -nE "s/$2/\1/p" "$1" | head -1)
    [ -z "$found" ] || { echo "$found"; return; }
    sleep 0.1
  done
  echo "no answer in $1" >&2; tail -5 "$1" >&2; return 1
}

"$build/bench/bench-echo" >"$folder/echo" & pids+=($!)
grpc_port=$(await "$folder/echo" '^([0-9]+)$')
echo bench >"$folder/secret"
cat >"$folder/gateway.json" <<JSON
{"public_url": "http://localhost", "credentials": {"address": "127.0.0.1:$grpc_port", "client_secret_file": "secret"},
 "backends": [{"name": "echo", "address": "127.0.0.1:$grpc_port", "descriptor_set": "$build/descriptors/bench_echo.binpb"}]}
JSON
"$build/tamarack-gateway" --config "$folder/gateway.json" --listen 127.0.0.1:0 --admin_listen 127.0.0.1:0 2>"$folder/log" & pids+=($!)
http_port=$(await "$folder/log" '.*"listening".*"port":([0-9]+).*')
"$build/bench/bench-gateway" "$http_port" "$grpc_port" "${pids[1]}" "${pids[0]}" "${2:-5}"
