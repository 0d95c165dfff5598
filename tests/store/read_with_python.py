#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A store opens in one line everywhere: xarray, h5py, ncdump, h5dump, with named axes and coordinates."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
try:
    import h5netcdf  # noqa: F401
    import h5py
    import numpy as np
    import xarray as xr
except ImportError as error:
    print(f"SKIPPED: {error} (needs python3-h5py, python3-xarray, python3-h5netcdf)")
    sys.exit(SKIPPED)


def value_at(point, draw, observable, k):
    return 1e6 * point + 1e3 * draw + 10.0 * observable + 0.1 * k


def check_grid_in_xarray(path):
    ds = xr.open_dataset(path, engine="h5netcdf")
    assert ds.test_error.dims == ("N", "activation", "draw", "ridge"), ds.test_error.dims
    assert ds.lambda_min.dims == ("N", "activation", "draw")
    assert ds.test_error_theory.dims == ("N", "activation", "ridge")
    assert list(ds.N.values) == [5, 10] and ds.N.dtype.kind == "i"
    assert list(ds.activation.values) == ["relu", "tanh", "sigmoïde"]
    assert list(ds.ridge.values) == [1e-4, 0.1, 1.0]
    assert list(ds.draw.values) == [0, 1, 2, 3]
    one = ds.test_error.sel(N=10, activation="tanh", draw=2, ridge=0.1)
    assert float(one) == value_at(4, 2, 0, 1), float(one)
    assert np.isnan(ds.test_error.values[0, 0, 3]).all(), "a failed draw is not a number"
    assert float(ds.lambda_min.mean("draw").sel(N=5, activation="relu")) == np.mean([value_at(0, d, 1, 0) for d in range(3)])
    assert ds.test_error.attrs["long_name"] == "test error" and ds.test_error.attrs["units"] == "1"
    assert ds.lambda_min.attrs["summary"] == "median"
    assert ds.test_error_theory.attrs["theory_of"] == "test_error"
    assert ds.attrs["study"] == "sample" and ds.attrs["seed"] == 7 and ds.attrs["schema_version"] == 2
    assert ds.attrs["study_file"].startswith('study = "sample"\n')
    ds.close()

    fine = xr.open_dataset(path, engine="h5netcdf", group="theory")
    assert fine.test_error_theory.dims == ("N", "ridge")
    assert list(fine.N.values) == [5, 6, 7, 8, 10] and list(fine.ridge.values) == [1e-4, 0.1, 1.0]
    assert float(fine.test_error_theory.sel(N=7, ridge=1.0)) == 2.2
    assert float(fine.kernel_tail.sel(N=10)) == 104.0
    fine.close()

    slots = xr.open_dataset(path, engine="h5netcdf", group="slots")
    assert slots.state.dims == ("N", "activation", "draw")
    assert slots.state.values[0, 0].tolist() == [1, 1, 1, 2]
    assert slots.seconds.values[0, 0].tolist() == [0.5, 1.5, 2.5, 2.0]
    assert slots.reason.values[0, 0, 3] == "did not converge"
    slots.close()


def check_zip_in_xarray(path):
    ds = xr.open_dataset(path, engine="h5netcdf")
    assert ds.test_error.dims == ("point", "draw", "ridge")
    assert ds.N.dims == ("point",) and list(ds.N.values) == [5, 10, 20]
    assert "N" in ds.coords and "activation" in ds.coords, "what is swept comes along as coordinates"
    assert list(ds.activation.values) == ["relu", "tanh", "erf"]
    assert float(ds.test_error.sel(point=2, draw=1, ridge=1.0)) == value_at(2, 1, 0, 2)
    ds.close()


def check_in_h5py(path):
    with h5py.File(path, "r") as file:
        dataset = file["test_error"]
        assert dataset.shape == (2, 3, 4, 3) and dataset.dtype == np.float64
        assert [d.keys()[0] for d in dataset.dims] == ["N", "activation", "draw", "ridge"]
        assert dataset.chunks is None and np.isnan(dataset.fillvalue)
        assert file.attrs["paper"] == "A. Author, A title (2026)"
        assert [int(c != 0) for c in file["provenance/checksum"][:2]] == [1, 0]
        assert file["provenance/runs"][0].tobytes().rstrip(b"\0") == b'{"command":"sample_files"}'


def check_in_tools(path, axes):
    for command in (["ncdump", "-h"], ["ncdump"], ["h5dump", "-n", "1"], ["h5dump", "-d", "/lambda_min"], ["h5ls", "-r"]):
        if shutil.which(command[0]) is None:
            print(f"not tried: {command[0]} is not installed")
            continue
        done = subprocess.run(command + [path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "lambda_min" in done.stdout
        if command == ["ncdump", "-h"]:
            assert f"double test_error({axes}, draw, ridge)" in done.stdout, done.stdout
            assert 'test_error:long_name = "test error"' in done.stdout, done.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        grid, zipped = str(Path(folder) / "grid.h5"), str(Path(folder) / "zip.h5")
        check_grid_in_xarray(grid)
        check_zip_in_xarray(zipped)
        check_in_tools(grid, "N, activation")
        check_in_tools(zipped, "point")
        check_in_h5py(grid)
    print("read with xarray, h5py, ncdump, h5dump, h5ls")


if __name__ == "__main__":
    main()
