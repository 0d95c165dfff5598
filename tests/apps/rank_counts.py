#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One study file at np 1, 2, 3, 4: bit for bit the same store with one-rank teams, to 1e-10 relative with teams of 2 and 4; and the store opens in
xarray with named axes and coordinates.

    rank_counts.py PASTUR
"""
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
    import xarray
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

FIT = """
study = "nt_interpolation"
seed = 5
draws = 3
[parameters]
n = 150
d = 20
ridge = [0.0, 1e-3, 0.1]
n_test = 64
[sweep]
N = [5, 20]
activation = ["relu", "tanh"]
"""

EQUIVALENCE = """
study = "nt_interpolation"
seed = 6
draws = 2
[parameters]
mode = "equivalence"
n = 150
d = 30
N = 60
ridge = [0.0, 0.1]
n_test = 64
"""


def run(pastur, study, out, ranks, team):
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", pastur, "run", study, "-o", out, "--progress", "none",
               "--team-size", str(team)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with h5py.File(out, "r") as file:
        # Text coordinates carry no bits of ours.
        return {name: file[name][()] for name in file if isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "fiu"}


def relative_difference(a, b):
    assert np.array_equal(np.isnan(a), np.isnan(b)), "NaN in different places"
    scale = np.nanmax(np.abs(a), initial=0.0)
    return 0.0 if scale == 0.0 else np.nanmax(np.abs(a - b), initial=0.0) / scale


def main():
    pastur = os.path.abspath(sys.argv[1])
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("fit", FIT), ("equivalence", EQUIVALENCE)):
            study = os.path.join(folder, name + ".toml")
            with open(study, "w") as file:
                file.write(text)
            reference = run(pastur, study, os.path.join(folder, f"{name}_1.h5"), 1, 1)
            for ranks in (2, 3, 4):
                same = run(pastur, study, os.path.join(folder, f"{name}_{ranks}.h5"), ranks, 1)
                assert same.keys() == reference.keys()
                for key, values in reference.items():
                    assert values.tobytes() == same[key].tobytes(), f"{name}: {key} differs at np {ranks}"
            for ranks, team in ((2, 2), (4, 2), (4, 4)):
                other = run(pastur, study, os.path.join(folder, f"{name}_team{ranks}{team}.h5"), ranks, team)
                for key, values in reference.items():
                    if values.dtype.kind != "f":
                        continue
                    difference = relative_difference(values, other[key])
                    worst = max(worst, difference)
                    assert difference < 1e-10, f"{name}: {key} differs by {difference:.1e} with teams of {team} at np {ranks}"
        data = xarray.open_dataset(os.path.join(folder, "fit_1.h5"), engine="h5netcdf")
        assert data.test_error.dims == ("N", "activation", "draw", "ridge"), data.test_error.dims
        assert list(data.N.values) == [5, 20] and list(data.activation.values) == ["relu", "tanh"]
        assert list(data.ridge.values) == [0.0, 1e-3, 0.1]
        assert data.lambda_min_theory.dims == ("N", "activation")
        assert np.isfinite(data.test_error.sel(activation="relu", ridge=0.1)).all()
    print(f"np 1-4 equal bit for bit; teams of 2 and 4 within {worst:.1e}")


main()
