#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# From a bare Debian 12 to Monte Carlo and theory side by side: installs what is missing, builds, runs two study files on two MPI ranks, prints
# their tables and draws their figures into results/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install-dependencies.sh
cmake --preset release >/dev/null
cmake --build --preset release --target pastur_executable

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
pastur=build/release/pastur
mkdir -p results
for name in smoke fashion_mnist; do
  study_file=jobs/nt_interpolation/$name.toml
  out=results/nt_interpolation_$name
  echo
  echo "== mpirun -n 2 pastur run $study_file -o $out.h5"
  mpirun -n 2 "$pastur" run "$study_file" -o "$out.h5"
  "$pastur" table "$out.h5"
  "$pastur" plot "$out.h5" -o "$out.svg"
  "$pastur" plot "$out.h5" -o "$out.png"
done

cat <<'END'

Result files (HDF5) and figures (SVG, PNG) are in results/:
END
ls results
cat <<'END'

Next:
  build/release/pastur list                                  the studies there are
  build/release/pastur describe nt_interpolation             parameters, observables, figures
  mpirun -n 2 build/release/pastur run jobs/nt_interpolation/smoke.toml -o mine.h5 --set n=400 --set draws=8
  build/release/pastur plot mine.h5 -o mine.svg --script     keeps the gnuplot script to edit
  python3 -c 'import xarray; print(xarray.open_dataset("results/nt_interpolation_smoke.h5", engine="h5netcdf"))'
END
