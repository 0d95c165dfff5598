#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what is missing, builds and runs the whole test suite.
#   bash tests/run.sh [PRESET] [ctest arguments]      PRESET: release (default), debug, asan, ci
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
shift || true

bash cmake/install-dependencies.sh
cmake --preset "$preset" -DPASTUR_BUILD_TESTS=ON >/dev/null
cmake --build --preset "$preset"

# One thread per rank everywhere; Open MPI's own checks would refuse root and more ranks than cores.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1 OPENBLAS_NUM_THREADS=1
# Sanitised builds: leaks below us are named in leaks.supp, everything else fails the test.
export LSAN_OPTIONS="suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0"
ctest --preset "$preset" -j "$(nproc)" "$@"
