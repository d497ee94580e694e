#!/usr/bin/env bash
# test.sh PRESET [ctest arguments]: what lint.sh finds quickly, all tests of what is built in build/PRESET, then unit and
# integration tests under the address and undefined-behaviour sanitizers, those of what links no gRPC under the thread sanitizer,
# and ten seconds of every fuzzer. Ends with a line of each.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
preset=${1:?preset}
shift
closing=()
failed=0

# run BUILD ARGUMENTS...: one ctest run, whose closing lines are kept for the end.
run() {
  local build=$1 log=$1/ctest.log
  shift
  echo "[test] $build"
  ctest --test-dir "$build" --output-on-failure "$@" 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]}
  closing+=("$build: $(grep -aE 'tests passed|No tests were found' "$log" | tail -n 1)")
  if [ "$status" = 0 ]; then return; fi
  failed=1
  # Told again at the end, where one looks first: what Catch2, node, a sanitizer or a fuzzer says of what failed.
  closing+=("$(grep -aE -A 12 ': FAILED:|^ *(not ok|✖) |Sanitizer:|runtime error:|libFuzzer' "$log" | cut -c1-300 | head -n 80)")
}

# Of a source tree without its history there is nothing to say.
if [ $# = 0 ] && git rev-parse -q --verify HEAD >/dev/null 2>&1; then
  if deploy/local/lint.sh "$preset" quick; then
    closing+=("lint: passed")
  else
    failed=1
    closing+=("lint: failed")
  fi
fi

# Two at a time: each has servers of its own, and what needs the machine to itself says so.
run "build/$preset" -j2 -LE '^long$' "$@"
if [ $# = 0 ] && [[ $preset = release || $preset = dev ]]; then
  if deploy/local/build.sh asan tests/all && deploy/local/build.sh tsan tests_without_grpc; then
    run build/asan -j2 -L 'unit|integration'
    run build/tsan -j2 -L tsan
    run build/asan -j2 -L fuzz
  else
    failed=1
    closing+=("the sanitizers' builds failed")
  fi
fi
echo
printf '%s\n' "${closing[@]}"
exit $failed
