#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures when needed, then builds everything or the targets named; `programs` is what the local
# stack runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=${1:?preset}
build=build/$preset
if [ ! -f "$build/build.ninja" ]; then
  echo "[build] configuring $build"
  mkdir -p "$build"
  cmake --preset "$preset" >"$build/configure.log" 2>&1 || { tail -n 40 "$build/configure.log" >&2; exit 1; }
fi
targets=("${@:2}")
if [ $# = 1 ]; then targets=(all); fi
if [ "${2:-}" = programs ]; then
  targets=("${@:3}" tamarack-identity tamarack-payments tamarack-notify tamarack-tellusonce tamarack-card-processor tamarack-gateway
    tamarack-fishing-licence descriptors_fishing
    assets descriptors_identity descriptors_payments descriptors_notify descriptors_tellusonce)
fi
# Without a terminal ninja prints a line for every file: they go into a log, and every 15 s one of them is shown.
if [ -t 1 ]; then
  ninja -C "$build" "${targets[@]}"
else
  ninja -C "$build" "${targets[@]}" >"$build/build.log" 2>&1 &
  ninja=$!
  trap 'kill $ninja 2>/dev/null || true' INT TERM
  seconds=0
  while kill -0 $ninja 2>/dev/null; do
    sleep 1
    if ((++seconds % 15 == 0)); then tail -n 1 "$build/build.log" | cut -c1-120; fi
  done
  wait $ninja || { grep -E 'error:|FAILED|undefined reference' -A 8 "$build/build.log" | head -n 80 >&2; exit 1; }
  tail -n 1 "$build/build.log" | cut -c1-120
fi
