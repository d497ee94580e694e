#!/usr/bin/env bash
# Nanoseconds of the codec, against protobuf's json_util, and of reading alone, against simdjson and Boost.JSON. Usage: run.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
ninja -C "$build" bench-codec >/dev/null
exec "$build/bench/bench-codec"
