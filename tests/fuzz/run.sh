#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Fuzzes every target, one after the other, under AddressSanitizer and UndefinedBehaviorSanitizer. Needs clang with libFuzzer.
#   bash tests/fuzz/run.sh [SECONDS] [TARGET...]      SECONDS for each target (300 by default)
# New inputs go to build/fuzz/corpus/TARGET, findings to build/fuzz/findings; a mended finding becomes a seed in
# tests/fuzz/corpus/TARGET. Exit code 1 for a finding in this project's code, or a target that does not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-300}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(layout store idx hdf5 setting study_file)

command -v clang++ >/dev/null || { echo "clang++ is not installed: nothing is fuzzed (the ctests fuzz.* replay the corpus)" >&2; exit 1; }
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OPENBLAS_NUM_THREADS=1
findings=build/fuzz/findings
mkdir -p "$findings"
status=0
for target in "${targets[@]}"; do
  program=build/fuzz/tests/fuzz_$target
  corpus=build/fuzz/corpus/$target
  log=$findings/$target.log
  mkdir -p "$corpus"
  rm -f "$findings/$target"-*
  limits=(-rss_limit_mb=1024 -malloc_limit_mb=512 -timeout=30)
  # HDF5 asks malloc for any size that a file names, and takes no for an answer.
  # Freed memory that waits in the sanitiser's quarantine counts against the limit too: little of it.
  sanitizer=allocator_may_return_null=1:quarantine_size_mb=32
  options=(-max_total_time="$seconds" -max_len=65536)
  case $target in
    study_file | setting) options+=(-dict=tests/fuzz/toml.dict -max_len=4096) ;;
    # HDF5 crashes on some files of its own, and the search goes on. Open MPI leaks at its start and HDF5 on files that it refuses, from
    # frames that cannot be named in leaks.supp: the sanitised test suite looks for leaks of ours on the same paths.
    hdf5 | store) sanitizer+=:detect_leaks=0 options+=(-fork=1 -ignore_crashes=1) ;;
  esac
  ASAN_OPTIONS=$sanitizer "$program" "${limits[@]}" "${options[@]}" -print_final_stats=1 -artifact_prefix="$findings/$target-" "$corpus" \
    "tests/fuzz/corpus/$target" >"$log" 2>&1 || true
  ours=0 library=0
  for input in "$findings/$target"-*; do
    [[ -f $input ]] || continue
    # Whose code is the innermost on the stack?
    ASAN_OPTIONS=$sanitizer "$program" "${limits[@]}" "$input" >"$input.log" 2>&1 || true
    if grep -m1 -E 'libhdf5|pastur::' <(grep -E '^ +#[0-9]+ ' "$input.log") | grep -q libhdf5; then
      library=$((library + 1))
    else
      ours=$((ours + 1))
      status=1
    fi
  done
  executions=$(grep -oE '^(stat::number_of_executed_units: *|#)[0-9]+' "$log" | grep -oE '[0-9]+$' | tail -1 || true)
  [[ -n $executions ]] || status=1
  echo "$target: ${executions:-no} executions, $ours findings in pastur, $library in HDF5 (see $log)"
done
exit "$status"
