#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Kills runs with SIGKILL at random instants, resumes them on random numbers of ranks, and requires the finished store to equal the
uninterrupted one bit for bit, with no committed draw taken twice.

    kill_and_resume.py PASTUR [KILLS] [SEED]
"""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

STUDY = """
study = "nt_interpolation"
seed = 7
draws = {draws}
[parameters]
n = 120
d = 20
ridge = [0.0, 0.1]
n_test = 50
[sweep]
N = [4, 12]
"""


def launch(pastur, study, out, ranks):
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", pastur, "run", study, "-o", out, "--progress", "none"]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def results(path):
    with h5py.File(path, "r") as file:
        names = [name for name in file if isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "fiu"]
        return {name: file[name][()].tobytes() for name in names}


def committed(path):
    """Seconds of every finished draw by slot: a draw taken twice would show another time."""
    with h5py.File(path, "r") as file:
        state = file["slots/state"][()].ravel()
        seconds = file["slots/seconds"][()].ravel()
        return {int(slot): seconds[slot] for slot in np.flatnonzero(state == 1)}


def main():
    pastur = os.path.abspath(sys.argv[1])
    kills_wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as folder:
        study = os.path.join(folder, "study.toml")
        with open(study, "w") as file:
            file.write(STUDY.format(draws=150 * max(1, kills_wanted // 4)))
        whole = os.path.join(folder, "whole.h5")
        start = time.time()
        process = launch(pastur, study, whole, 2)
        assert process.wait() == 0, process.stderr.read().decode()
        full_time = time.time() - start

        kills = inspected = 0
        out = os.path.join(folder, "killed.h5")
        while True:
            before = committed(out) if os.path.exists(out) else {}
            process = launch(pastur, study, out, rng.randint(1, 4))
            if kills < kills_wanted:
                time.sleep(rng.uniform(0.15, max(1.0, 0.6 * full_time)))
            else:
                process.wait()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
            code = process.wait()
            # mpirun gone, its ranks may still be on their way out: the lock tells.
            time.sleep(0.1)
            if os.path.exists(out):
                after = committed(out)
                for slot, seconds in before.items():
                    assert after.get(slot) == seconds, f"slot {slot} was committed and is lost or was taken twice"
                    inspected += 1
            if code == 0:
                break
            assert code < 0 or kills > 0, process.stderr.read().decode()
            if kills >= kills_wanted and code not in (0, -signal.SIGKILL):
                sys.exit(f"resuming failed with {code}: {process.stderr.read().decode()}")
        a, b = results(whole), results(out)
        assert a.keys() == b.keys()
        different = [name for name in a if a[name] != b[name]]
        assert not different, f"not bit for bit: {different}"
        print(f"{kills} kills survived, {inspected} committed draws looked at again and unchanged, {len(a)} datasets equal bit for bit")


main()
