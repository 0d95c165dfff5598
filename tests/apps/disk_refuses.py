#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A full disk, one that fills while a run writes, a read-only one, and a result file that vanishes: one clear message, exit code 1, nothing left
behind where nothing was begun, and a store that still opens and goes on once there is room. The disk is a tmpfs of some megabytes, which needs root.

    disk_refuses.py PASTUR
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PASTUR = os.path.abspath(sys.argv[1])

STUDY = """
study = "nt_interpolation"
seed = 3
draws = {draws}
[parameters]
n = {n}
d = 20
N = 8
ridge = [0.1]
n_test = 20
"""
DRAWS = 400


def command(study, out):
    return ["mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none", PASTUR, "run", study, "-o", out, "--progress", "none"]


def run(study, out):
    return subprocess.run(command(study, out), capture_output=True, text=True, timeout=120)


def expect(done, code, *texts):
    assert done.returncode == code, f"exit code {done.returncode}: {done.stderr}"
    for text in texts:
        assert text in done.stderr, f"`{text}` not in: {done.stderr}"


def expect_good(path):
    check = subprocess.run([PASTUR, "check", path], capture_output=True, text=True)
    assert check.returncode == 0 and " 0 damaged" in check.stdout, f"{check.stdout} {check.stderr}"


def states(path):
    with h5py.File(path, "r") as file:
        return file["slots/state"][()].ravel()


def results(path):
    with h5py.File(path, "r") as file:
        return {name: file[name][()].tobytes() for name in file if isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "fiu"}


def punch_slots(path):
    """Takes the blocks of the later half of the slots away again. What a file system that copies on write does without a word: reserved space that is none."""
    with h5py.File(path, "r") as file:
        names = []
        file.visit(names.append)
        slots = [file[name] for name in names if name != "draw" and isinstance(file[name], h5py.Dataset) and file[name].shape[:1] == (DRAWS,)]
        places = [(slot.id.get_offset() + slot.id.get_storage_size() // 2, slot.id.get_storage_size() // 2) for slot in slots]
    for offset, size in places:
        subprocess.run(["fallocate", "--punch-hole", "--offset", str(offset), "--length", str(size), path], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(bytes(1024)):
                pass
        except OSError:
            pass


def full_disk(disk, folder):
    small, large = os.path.join(folder, "small.toml"), os.path.join(folder, "large.toml")
    out = os.path.join(disk, "out.h5")

    expect(run(large, out), 1, "MiB free")
    assert os.listdir(disk) == [], f"left behind: {os.listdir(disk)}"
    print("no room at creation: exit code 1, nothing left behind")

    stopped = subprocess.run(command(small, out) + ["--max-seconds", "0.001"], capture_output=True, text=True, timeout=120)
    assert stopped.returncode == 3, stopped.stderr
    punch_slots(out)
    fill(os.path.join(disk, "ballast"))
    done = run(small, out)
    expect(done, 1, "No space left on device")
    assert out in done.stderr
    expect_good(out)
    assert subprocess.run([PASTUR, "status", out], capture_output=True).returncode == 0
    kept = int((states(out) == 1).sum())
    assert 0 < kept < DRAWS, f"{kept} of {DRAWS} draws kept"
    os.unlink(os.path.join(disk, "ballast"))
    expect(run(small, out), 0)
    assert results(out) == results(os.path.join(folder, "whole.h5"))
    print(f"a disk that fills while a run writes: exit code 1, {kept} draws kept; with room again the run goes on and is bit for bit the uninterrupted one")

    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    expect(run(small, out), 1, "Read-only file system")
    expect(run(small, os.path.join(disk, "new.h5")), 1, "Read-only file system")
    expect_good(out)
    print("a read-only disk: exit code 1")


def vanished_output(folder):
    study = os.path.join(folder, "long.toml")
    for name, harm in (("removed with its folder", shutil.rmtree), ("moved", lambda place: os.rename(f"{place}/out.h5", f"{place}/moved.h5")),
                       ("replaced", lambda place: os.replace(shutil.copy(f"{place}/out.h5", f"{place}/copy.h5"), f"{place}/out.h5"))):
        place = os.path.join(folder, name.split()[0])
        os.mkdir(place)
        out = f"{place}/out.h5"
        process = subprocess.Popen(command(study, out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while not (os.path.exists(out) and (states(out) == 1).any()):
            assert time.monotonic() < end and process.poll() is None, "no draw was ever committed"
            time.sleep(0.05)
        harmed = time.monotonic()
        harm(place)
        errors = process.communicate(timeout=60)[1]
        assert process.returncode == 1 and "while the run wrote it" in errors, f"{name}: exit code {process.returncode}: {errors}"
        print(f"result file {name}: exit code 1 after {time.monotonic() - harmed:.1f} s")
        for left in (f"{place}/moved.h5", out):
            if os.path.exists(left):
                expect_good(left)
    moved = os.path.join(folder, "moved", "moved.h5")
    stopped = subprocess.run(command(study, moved) + ["--max-seconds", "1"], capture_output=True, text=True, timeout=120)
    assert stopped.returncode == 3, f"a moved store goes on under its new name: {stopped.stderr}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, n, draws in (("small", 100, DRAWS), ("large", 100, 20000), ("long", 300, 20000)):
            with open(os.path.join(folder, f"{name}.toml"), "w") as file:
                file.write(STUDY.format(n=n, draws=draws))
        vanished_output(folder)
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            print(f"skipped: full and read-only disks (a small tmpfs cannot be mounted here: {mounted.stderr.strip()})")
            sys.exit(77)
        try:
            expect(run(os.path.join(folder, "small.toml"), os.path.join(folder, "whole.h5")), 0)
            full_disk(disk, folder)
        finally:
            subprocess.run(["umount", disk], check=True)


main()
