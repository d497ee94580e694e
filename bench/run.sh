#!/usr/bin/env bash
# Runs every benchmark, one after the other. Usage: bench/run.sh BUILD_FOLDER [NAME...]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "$1")
shift
for bench in "${@:-}"; do
  [ -n "$bench" ] || continue
  [ -x "bench/$bench/run.sh" ] || { echo "no benchmark called $bench" >&2; exit 2; }
done
for script in bench/*/run.sh; do
  name=$(basename "$(dirname "$script")")
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  printf '\n== %s\n' "$name"
  "$script" "$build"
done
