#!/usr/bin/env bash
# run.sh PROGRAM CORPUS: fuzzes for FUZZ_SECONDS (10), beginning with the kept corpus. FUZZ_SEED (1) repeats a run's choices, so
# that a green build stays green; 0 makes new ones. An input that breaks something is left in PROGRAM.found/: make it a case of a
# unit test, then mend what it shows.
set -euo pipefail
program=$1
corpus=$2
found=$program.found
mkdir -p "$found/corpus"
exec "$program" -max_total_time="${FUZZ_SECONDS:-10}" -seed="${FUZZ_SEED:-1}" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -verbosity=0 \
  -print_final_stats=1 -artifact_prefix="$found/" "$found/corpus" "$corpus"
