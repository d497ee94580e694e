#!/usr/bin/env bash
# lint.sh PRESET quick|changed|all: formatting, the protos that callers see, whether each header compiles alone, and clang-tidy.
# The last two are for everything, or for what changed since BASE (where origin's main branch was left, or the commit before);
# `quick` leaves clang-tidy out. Wants build/PRESET.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/${1:?preset}
scope=${2:?quick, changed or all}

# Sources and headers that git knows or would add.
sources() { git ls-files --cached --others --exclude-standard --deduplicate "$@"; }
if [ "$scope" != all ]; then
  base=$(git merge-base HEAD "${BASE:-origin/main}" 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base=$(git rev-parse --verify -q HEAD^ || git rev-parse HEAD); fi
  listed() { { git diff --name-only "$base" -- "$@"; git ls-files --others --exclude-standard "$@"; } | sort -u | xargs -r ls -d 2>/dev/null || true; }
else
  listed() { sources "$@"; }
fi

echo "[lint] format"
sources '*.cc' '*.h' | xargs -r -P "$(nproc)" -n 100 clang-format-19 --dry-run -Werror

echo "[lint] protos"
for set in "$build"/descriptors/*.binpb; do
  case $set in *test_support* | *bench_echo*) continue ;; esac
  node_modules/.bin/buf lint "$set" --config buf.yaml
done

mapfile -t headers < <(listed '*.h' | grep -v '^cmake/' || true)
if [ ${#headers[@]} != 0 ]; then
  echo "[lint] ${#headers[@]} headers, each alone"
  deploy/local/build.sh "${build#build/}" $(printf 'tests/CMakeFiles/headers_alone.dir/__/alone/%s.cc.o ' "${headers[@]}")
fi

if [ "$scope" = quick ]; then exit 0; fi
# What this build does not compile (the fuzzers) is left out: clang-tidy would guess how.
known=$(grep -o '"file": "[^"]*"' "$build/compile_commands.json" | sed "s|\"file\": \"$PWD/||; s|\"||")
mapfile -t units < <(listed '*.cc' | grep -xF "$known" || true)
if [ ${#units[@]} != 0 ]; then
  echo "[lint] clang-tidy on ${#units[@]} files"
  printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy-19 --quiet -p "$build" 2>&1 |
    { grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^$' || true; }
fi
