#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# pastur beside NumPy, SciPy and scikit-learn on the same two cores, in one run, as a Markdown report:
#   bash benchmarks/run.sh [BUILD_DIR] [--quick] [--repeats R] [--only NAME...] [--output FILE]
# BUILD_DIR: a build tree (default build/release, configured and built here if need be).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset OPENBLAS_CORETYPE # every contender gets OpenBLAS's own choice

build=build/release
if [[ $# -gt 0 && $1 != -* ]]; then
  build=$1
  shift
fi
/usr/bin/python3 -c 'import numpy, scipy, sklearn, h5py' || {
  echo "benchmarks/run.sh: needs python3-numpy python3-scipy python3-sklearn python3-h5py (apt-get install)" >&2
  exit 2
}
generator=()
[[ -f $build/CMakeCache.txt ]] || generator=(-G Ninja)
cmake -S . -B "$build" "${generator[@]}" -DPASTUR_BUILD_BENCHMARKS=ON >/dev/null
cmake --build "$build" --target pastur_executable pastur_benchmarks pastur_kernels pastur_export_draw pastur_message_counter >&2
exec /usr/bin/python3 -B benchmarks/compare "$build" "$@"
