#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every command on a damaged, foreign, newer, older or unreadable result file: an exit code of 1 or 2 with a message that names what is
wrong, or a warning and true numbers; never a crash, a hang or a changed file.

    damage.py PASTUR
"""
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

STUDY = """
study = "benign_overfitting"
seed = 7
draws = 3
[parameters]
n = 20
p = 60
spectrum_spikes = 3
target_count = 3
ridge = [0.1]
[sweep]
noise_variance = [0.1, 0.2]
"""
OBSERVABLES = ("test_error", "train_error")
pastur = os.path.abspath(sys.argv[1])


def call(*words):
    done = subprocess.run([pastur, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 1, 2), f"{words}: exit {done.returncode}\n{done.stderr}"
    assert "HDF5-DIAG" not in done.stderr and "PETSC ERROR" not in done.stderr, done.stderr
    return done


def commands(study, store, folder):
    return {"check": ("check", store), "table": ("table", store), "status": ("status", store),
            "plot": ("plot", store, "-o", folder / "f.svg"), "run": ("run", study, "-o", store, "--progress", "none"),
            "merge": ("merge", folder / "good.h5", store, "-o", folder / "merged.h5")}


def expect_refused(study, store, folder, part):
    before = store.read_bytes() if store.is_file() and os.access(store, os.R_OK) else None
    for name, words in commands(study, store, folder).items():
        done = call(*words)
        assert done.returncode in (1, 2), f"{name} accepted: {part}"
        assert part in done.stderr and str(store) in done.stderr, f"{name}: {part!r} is not in: {done.stderr}"
        assert done.stdout == "", f"{name} printed {done.stdout}"
    assert not (folder / "merged.h5").exists(), f"{part}: merged all the same"
    if before is not None:
        assert store.read_bytes() == before, f"{part}: the file was changed"


def flipped(whole, offset):
    changed = bytearray(whole)
    changed[offset] ^= 0x10
    return bytes(changed)


def whole_file_damage(study, store, folder, whole):
    for size, part in ((0, "not an HDF5 file"), (5, "not an HDF5 file"), (60, "damaged"), (5000, "damaged"), (len(whole) // 2, "damaged"),
                       (len(whole) - 1, "damaged")):
        store.write_bytes(whole[:size])
        expect_refused(study, store, folder, part)
    for what in (b"largest", b"study = ", b"OHDR", b"\"identity\"", b"Conventions"):
        store.write_bytes(flipped(whole, whole.index(what) + 1) if what in whole else flipped(whole, 100))
        expect_refused(study, store, folder, "damaged")


def foreign_files(study, store, folder, whole):
    store.write_text("not a store")
    expect_refused(study, store, folder, "not an HDF5 file")
    store.unlink()
    with h5py.File(store, "w") as file:
        file["X"] = [1.0, 2.0]
    expect_refused(study, store, folder, "not a result of pastur")
    for version, part in ((99, "newer pastur"), (1, "older pastur")):
        store.write_bytes(whole)
        with h5py.File(store, "r+") as file:
            file.attrs.modify("schema_version", version)
        expect_refused(study, store, folder, part)
    store.unlink()
    store.mkdir()
    expect_refused(study, store, folder, "not a regular file")
    store.rmdir()
    if os.geteuid() != 0:
        store.write_bytes(whole)
        store.chmod(0)
        expect_refused(study, store, folder, "cannot be read")
        store.unlink()


def damaged_slots(study, store, folder, whole):
    """A draw and a theory value: left out with a warning, named, and taken again with the same bits."""
    store.write_bytes(whole)
    with h5py.File(store, "r") as file:
        names = [name for name, item in file.items() if isinstance(item, h5py.Dataset) and "draw" in str([d.keys() for d in item.dims])]
        observable = next(name for name in names if file[name].ndim == 2)
        theory = next(name for name in file if name.endswith("_theory") and math.isfinite(file[name][()].flat[0]))
        places = {"draw": file[observable].id.get_offset() + 8 * 4, "theory": file[theory].id.get_offset()}
        values = {name: file[name][()].tobytes() for name in names}
    good = json.loads(call("table", store, "--format", "json").stdout)
    for what, line in (("draw", "damaged: draw 1 of point 1 (noise_variance = 0.2)"), ("theory", "damaged: the theory of point 0 (noise_variance = 0.1)")):
        store.write_bytes(flipped(whole, places[what]))
        checked = call("check", store)
        assert checked.returncode == 1 and line in checked.stdout, checked.stdout
        for command in ("table", "status", "plot"):
            done = call(*commands(study, store, folder)[command])
            assert done.returncode == 0 and "left out" in done.stderr, done.stderr
        shown = json.loads(call("table", store, "--format", "json").stdout)
        assert shown != good
        assert call(*commands(study, store, folder)["run"]).returncode == 0
        assert call("check", store).returncode == 0
        assert json.loads(call("table", store, "--format", "json").stdout) == good
        with h5py.File(store, "r") as file:
            assert {name: file[name][()].tobytes() for name in names} == values, f"{what}: other bits after the repair"


def contents(path):
    """States and observables, as bytes."""
    with h5py.File(path, "r") as file:
        return {name: file[name][()].tobytes() for name in (*OBSERVABLES, "slots/state")}


def merged(folder, *words):
    (folder / "merged.h5").unlink(missing_ok=True)
    done = call("merge", *words, "-o", folder / "merged.h5")
    assert done.returncode == 0, done.stderr
    assert call("check", folder / "merged.h5").returncode == 0
    return done


def merge_of_damaged_draws(folder, store, whole):
    """Of one input: taken from the other, whichever comes first; of both, or of the only one: named, and pending."""
    good = folder / "good.h5"
    truth = contents(good)
    with h5py.File(good, "r") as file:
        place = file[OBSERVABLES[0]].id.get_offset() + 8 * 4
    store.write_bytes(flipped(whole, place))
    named = f"{store}: not used, as damaged: draw 1 of point 1 (noise_variance = 0.2)"
    for inputs in ((good, store), (store, good)):
        assert named in merged(folder, *inputs).stderr
        assert contents(folder / "merged.h5") == truth
    other = folder / "other.h5"
    other.write_bytes(flipped(whole, place + 1))
    for inputs in ((store, other), (store,)):
        done = merged(folder, *inputs)
        assert named in done.stderr and "5 draws done, 0 failed, 1 pending" in done.stdout, done
    assert call("run", folder / "merged.h5", "--progress", "none").returncode == 0
    assert contents(folder / "merged.h5") == truth


def salvage(folder, store, whole):
    """A damaged text: the draws are taken when asked for, and those whose checksums fail are left out."""
    good = folder / "good.h5"
    text = whole.index(b"[sweep]\n")
    store.write_bytes(flipped(whole, text))
    assert f"{store} is damaged" in merged(folder, store, "--salvage").stderr
    assert contents(folder / "merged.h5") == contents(good)
    with h5py.File(good, "r") as file:
        place = file[OBSERVABLES[0]].id.get_offset() + 8 * 4
    store.write_bytes(flipped(flipped(whole, text), place))
    done = merged(folder, store, "--salvage")
    assert "draw 1 of point 1" in done.stderr and "5 draws done, 0 failed, 1 pending" in done.stdout, done
    (folder / "merged.h5").unlink()
    for damage in (whole[:len(whole) // 2], flipped(whole, whole.index(b"\"identity\"")), b"not a store"):  # no layout, or no slots
        store.write_bytes(damage)
        refused = call("merge", store, "--salvage", "-o", folder / "merged.h5")
        assert refused.returncode == 2 and str(store) in refused.stderr and not (folder / "merged.h5").exists(), refused


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study, store = folder / "study.toml", folder / "out.h5"
        study.write_text(STUDY)
        done = call("run", study, "-o", store, "--progress", "none")
        assert done.returncode == 0, done.stderr
        whole = store.read_bytes()
        (folder / "good.h5").write_bytes(whole)
        assert call("check", store).returncode == 0
        whole_file_damage(study, store, folder, whole)
        foreign_files(study, store, folder, whole)
        damaged_slots(study, store, folder, whole)
        merge_of_damaged_draws(folder, store, whole)
        salvage(folder, store, whole)
    print("every command told what was wrong, and used nothing of it")


if __name__ == "__main__":
    main()
