#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Draws that fail by themselves: recorded with their reason and the seed of their streams, the others go on, and what failed can be
repeated alone and taken again.

    failing_draws.py PASTUR FAULTY_PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PASTUR, FAULTY = (os.path.abspath(path) for path in sys.argv[1:3])
FOLDER = tempfile.TemporaryDirectory()
os.chdir(FOLDER.name)
FAILURES = []

TOY = """study = "toy_mean"
seed = 5
draws = 6
[sweep]
n = [3, 10]
"""
KRYLOV = """study = "nt_interpolation"
seed = 3
draws = 3
[parameters]
n = 60
d = 10
N = 20
ridge = [1e-3]
n_test = 20
solver = "matrix_free"
"""


def expect(what, truth):
    if not truth:
        FAILURES.append(what)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def faulty(stage, *arguments):
    return run(FAULTY, stage, "-1", "0.5", *arguments)


def status(path):
    return json.loads(faulty("none", "status", path, "--json").stdout)


def values(path, name):
    with h5py.File(path, "r") as file:
        return file[name][()], file["slots/state"][()]


def a_nan_is_a_failed_draw_that_can_be_repeated_and_retried():
    good = faulty("none", "run", "toy.toml", "-o", "good.h5", "--progress", "none")
    expect(f"without the fault all draws are done: {good.stderr}", good.returncode == 0)
    done = faulty("nan", "run", "toy.toml", "-o", "nan.h5")
    expect(f"exit 4, and a word on it: {done.returncode} {done.stderr}", done.returncode == 4 and "draws failed" in done.stderr)
    means, state = values("nan.h5", "sample_mean")
    best, _ = values("good.h5", "sample_mean")
    expect("a failed draw leaves no number", np.isnan(means[state == 2]).all())
    expect("the others are as without it", (means[state == 1] == best[state == 1]).all())
    listed = status("nan.h5")["failed_draws"]
    expect(f"status lists every failed draw: {listed}", {(draw["point"], draw["draw"]) for draw in listed} == set(zip(*np.nonzero(state == 2))))
    for draw in listed:
        expect(f"with its reason: {draw}", draw["reason"] == "sample_mean is nan without a reason")
        expect(f"with the seed of its streams: {draw}", f"seed=5 study=toy_mean draw={draw['draw']} " in draw["streams"])
    text = faulty("none", "status", "nan.h5").stdout
    where = f"{listed[0]['point']}/{listed[0]['draw']}"
    expect(f"status as text names them: {text}", f"    {where}: draw " in text and f"--only {where}" in text)

    alone = faulty("nan", "run", "toy.toml", "-o", "alone.h5", "--only", where, "--progress", "none")
    repeated = status("alone.h5")
    expect(f"the draw alone fails again: {alone.returncode} {repeated}", alone.returncode == 4 and repeated["failed_draws"] == listed[:1])
    expect("and no other is taken", repeated["done"] == 0 and repeated["pending"] == 11)
    wrong = faulty("none", "run", "toy.toml", "-o", "none.h5", "--only", "2/0")
    expect(f"a draw that is not there: {wrong.stderr}", wrong.returncode == 2 and "--only: 2/0 given; allowed: points 0 to 1" in wrong.stderr)
    wrong = faulty("none", "run", "toy.toml", "-o", "none.h5", "--only", "2-0")
    expect(f"a draw that is none: {wrong.stderr}", wrong.returncode == 2 and "allowed: POINT/DRAW" in wrong.stderr and not os.path.exists("none.h5"))

    again = faulty("none", "run", "toy.toml", "-o", "nan.h5", "--progress", "none")
    expect(f"failed draws wait to be asked for: {again.returncode}", again.returncode == 4)
    retried = faulty("none", "run", "toy.toml", "-o", "nan.h5", "--retry-failed", "--progress", "none")
    means, state = values("nan.h5", "sample_mean")
    expect(f"--retry-failed completes the store: {retried.stderr}", retried.returncode == 0 and (state == 1).all())
    expect("bit for bit the one that never failed", means.tobytes() == best.tobytes())


def a_solver_that_does_not_converge_is_a_failed_draw():
    done = run(PASTUR, "run", "krylov.toml", "-o", "krylov.h5", "--progress", "none", "--", "-ridge_ksp_max_it", "2")
    expect(f"exit 4: {done.returncode} {done.stderr}", done.returncode == 4)
    seen = json.loads(run(PASTUR, "status", "krylov.h5", "--json").stdout)
    expect(f"every draw failed: {seen}", seen["failed"] == 3 and seen["done"] == 0)
    expect(f"the reason says how far it came: {seen['failures']}", all("conjugate gradients reached" in reason for reason in seen["failures"]))
    errors, _ = values("krylov.h5", "test_error")
    expect("and there is no number", np.isnan(errors).all())
    retried = run(PASTUR, "run", "krylov.toml", "-o", "krylov.h5", "--retry-failed", "--progress", "none")
    errors, _ = values("krylov.h5", "test_error")
    expect(f"with more iterations it is done: {retried.stderr}", retried.returncode == 0 and np.isfinite(errors).all())


with open("toy.toml", "w") as file:
    file.write(TOY)
with open("krylov.toml", "w") as file:
    file.write(KRYLOV)
a_nan_is_a_failed_draw_that_can_be_repeated_and_retried()
a_solver_that_does_not_converge_is_a_failed_draw()
for failure in FAILURES:
    print(f"FAILED: {failure}", file=sys.stderr)
sys.exit(1 if FAILURES else 0)
