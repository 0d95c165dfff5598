#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Shards of a real study, merged on the command line in every order, equal the direct run bit for bit; a larger study file takes over what
there is; a merge killed with SIGKILL at any instant leaves its output absent or whole.

    merge.py PASTUR [KILLS] [SEED]
"""
import itertools
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

STUDY = """study = "nt_interpolation"
seed = 7
draws = {draws}
[parameters]
n = 40
d = 10
ridge = [0.0, 0.1]
n_test = 20
[sweep]
N = [{N}]
[theory]
N = {{ from = 4, to = 12, count = 5 }}
"""

os.environ["OMPI_MCA_ess_singleton_isolated"] = "1"  # without a launcher Open MPI starts a daemon, which takes seconds
PASTUR = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
RANDOM = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)


def pastur(*arguments, codes=(0,)):
    done = subprocess.run([PASTUR, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode in codes, f"pastur {' '.join(arguments)} exits with {done.returncode}: {done.stdout}{done.stderr}"
    return done


def study(name, draws, N):
    with open(name, "w") as file:
        file.write(STUDY.format(draws=draws, N=N))
    return name


def results(path):
    """Everything but which run took a draw and when."""
    own = ("seconds", "checksum", "metadata_checksum", "layout", "runs")  # the metadata know when they were written
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and name.split("/")[-1] not in own:
            found[name] = np.asarray(item[()]).tobytes()

    with h5py.File(path, "r") as file:
        file.visititems(visit)
        found["identity"] = file.attrs["identity"]
    return found


def timings(path):
    with h5py.File(path, "r") as file:
        return file["slots/seconds"][()].tobytes(), file["slots/checksum"][()].tobytes()


def require_same(a, b):
    one, other = results(a), results(b)
    assert one.keys() == other.keys(), one.keys() ^ other.keys()
    different = [name for name in one if one[name] != other[name]]
    assert not different, f"{a} and {b} differ in {different}"


def shards_merge_in_every_order():
    study("study.toml", 6, "4, 8, 12")
    pastur("run", "study.toml", "-o", "direct.h5", "--progress", "none")
    shards = []
    for i in range(3):
        shards.append(f"shard{i}.h5")
        pastur("run", "study.toml", "-o", shards[-1], "--shard", f"{i}/3", "--progress", "none")
    for k, order in enumerate(itertools.permutations(shards)):
        pastur("merge", *order, "-o", f"merged{k}.h5")
        require_same("direct.h5", f"merged{k}.h5")
        assert timings(f"merged{k}.h5") == timings("merged0.h5")
    assert pastur("table", "merged0.h5").stdout == pastur("table", "direct.h5").stdout
    pastur("check", "merged0.h5")
    assert pastur("status", "--study-file", "merged0.h5").stdout == open("study.toml").read()
    assert "nothing to do" in pastur("merge", *shards, "-o", "merged0.h5").stdout
    refused = pastur("merge", shards[0], "-o", "x.h5", "--study", "nowhere.toml", codes=(2,))
    assert "nowhere.toml" in refused.stderr
    study("other.toml", 6, "4")
    pastur("run", "other.toml", "-o", "other.h5", "--set", "n=41", "--progress", "none")
    refused = pastur("merge", "direct.h5", "other.h5", "-o", "x.h5", codes=(2,))
    assert refused.stderr.startswith("pastur: other.h5 does not belong to direct.h5: n: 41 and 40"), refused.stderr
    assert not os.path.exists("x.h5")


def a_larger_study_file_takes_over():
    study("bigger.toml", 8, "12, 16, 4, 8")
    pastur("merge", "direct.h5", "--study", "bigger.toml", "-o", "grown.h5")
    kept = np.frombuffer(timings("grown.h5")[0])
    assert np.isfinite(kept).sum() == 18
    pastur("run", "grown.h5", "--progress", "none")
    now = np.frombuffer(timings("grown.h5")[0])
    assert np.isfinite(now).all() and np.array_equal(now[np.isfinite(kept)], kept[np.isfinite(kept)])
    pastur("run", "bigger.toml", "-o", "direct_bigger.h5", "--progress", "none")
    require_same("direct_bigger.h5", "grown.h5")


def launch(command):
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def begun(output):
    """When a merge that has just been launched begins to write: it takes the lock first. A lock file left by a kill is signed anew."""
    lock = f".{output}.lock"
    launched = time.time()
    while not os.path.exists(lock) or os.path.getmtime(lock) < launched:
        assert time.time() - launched < 60
        time.sleep(0.001)
    return time.time()


def kills_leave_the_output_absent_or_whole():
    """The inputs have so many slots that kills fall into every part of the merge, and as many draws as two seconds allow."""
    study("many.toml", 20000, "4")
    for i in range(2):
        pastur("run", "many.toml", "-o", f"many{i}.h5", "--shard", f"{i}/2", "--max-seconds", "2", "--progress", "none", codes=(0, 3))
    command = [PASTUR, "merge", "many0.h5", "many1.h5", "-o"]
    whole_merge = launch([*command, "whole.h5"])
    start = begun("whole.h5")
    assert whole_merge.wait() == 0
    duration = time.time() - start
    absent = whole = 0
    for _ in range(KILLS):
        if os.path.exists("killed.h5"):
            os.remove("killed.h5")
        process = launch([*command, "killed.h5"])
        begun("killed.h5")
        time.sleep(RANDOM.uniform(0.0, 1.1 * duration))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if os.path.exists("killed.h5"):
            require_same("whole.h5", "killed.h5")
            whole += 1
        else:
            absent += 1
    if os.path.exists("killed.h5"):
        os.remove("killed.h5")
    subprocess.run([*command, "killed.h5"], check=True, stdout=subprocess.DEVNULL)
    require_same("whole.h5", "killed.h5")
    left = [name for name in os.listdir(".") if name.startswith(".killed.h5")]
    assert not left, f"left behind: {left}"
    print(f"{KILLS} kills within {duration:.2f} s: output absent {absent} times, whole {whole} times")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    shards_merge_in_every_order()
    a_larger_study_file_takes_over()
    kills_leave_the_output_absent_or_whole()
