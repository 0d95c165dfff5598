#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Goes wrong on one rank at every stage of a run, and requires that the run ends by itself within seconds with that rank's message
and the right exit code, that the store is good, and that the next run goes on from it.

    one_rank_fails.py PASTUR FAULTY_PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

PASTUR, FAULTY = (os.path.abspath(path) for path in sys.argv[1:3])
LONGEST = 60  # seconds until a run counts as hanging; one takes 7 on an idle machine, 5 of them patience

STUDY = """study = "toy_mean"
seed = 5
draws = 6
[parameters]
ridge = [0.0, 1.0]
[sweep]
n = [3, 10]
"""


@dataclass
class Case:
    stage: str
    rank: int
    code: int
    says: str  # on stderr, or a reason of `status`
    team: int = 3
    ranks: int = 3
    share: float = 1.0
    seconds: float = 0.0  # of a draw
    failed: int = 0  # draws recorded as failed
    written: bool = True


STUCK = {"code": 3, "failed": 1}
CASES = [
    # Before anything is written. In the first, the others wait in a barrier of the study.
    Case("prepare_begin", 1, 1, "rank 1: trouble at prepare_begin", written=False),
    Case("prepare_end", 2, 1, "rank 2: trouble at prepare_end", written=False),
    Case("prepare_input", 1, 2, "pastur: no such data", written=False),
    Case("cost", 1, 1, "rank 1: trouble at cost", written=False),
    # In the run, outside draws.
    Case("theory", 1, 1, "rank 1: trouble at theory"),
    Case("theory_disk", 1, 1, "File too large"),
    Case("disk", 2, 1, "rank 2: ", team=1, seconds=0.5),  # so long that rank 2 takes some
    Case("disk", 0, 1, "File too large"),
    # In a draw: the others wait for the rank, as the leader or not, in MPI or in ScaLAPACK.
    Case("draw_begin", 1, says="rank 1: draw 0 of point 1: trouble at draw_begin", **STUCK),
    Case("draw_begin", 0, says="rank 0: draw 0 of point 1: trouble at draw_begin", **STUCK),
    Case("draw_factorisation", 2, says="rank 2: draw 0 of point 1: trouble at draw_factorisation", **STUCK),
    Case("draw_sum", 1, says="rank 1: draw 0 of point 1: trouble at draw_sum", **STUCK),
    # Beside a solve of PETSc or SLEPc, or in its operator: the others wait in the solver, or in a sum of the operator's own.
    Case("ksp_before", 1, says="rank 1: draw 0 of point 1: trouble at ksp_before", **STUCK),
    Case("ksp_sum", 2, says="rank 2: draw 0 of point 1: trouble at ksp_sum", **STUCK),
    Case("eps_before", 0, says="rank 0: draw 0 of point 1: trouble at eps_before", **STUCK),
    Case("eps_sum", 1, says="rank 1: draw 0 of point 1: trouble at eps_sum", **STUCK),
    # The other team finishes its draw, and takes no other.
    Case("draw_begin", 3, says="rank 3: draw", team=2, ranks=4, seconds=8, **STUCK),
    # All ranks come to the end of the draw, or fail together: a failed draw, and the run goes on.
    Case("draw_end", 1, 4, "rank 1: trouble at draw_end", failed=12),
    Case("draw_unknown", 2, 4, "rank 2: an exception of unknown type", failed=12),
    Case("draw_agreed", 1, 4, "rank 1: trouble at draw_agreed", failed=12),
    Case("ksp_apply", 1, 4, "rank 1: trouble at ksp_apply", failed=12),
    Case("eps_apply", 2, 4, "rank 2: trouble at eps_apply", failed=12),
    Case("draw_sum", -1, 4, "trouble at draw_sum", failed=12),
    Case("draw_begin", -1, 4, "trouble at draw_begin", team=1, failed=12),
    Case("nan", -1, 4, "sample_mean is nan without a reason", share=0.5, failed=7),
    Case("infinite", 0, 4, "test_error[1] is inf without a reason", share=0.5, failed=7),
    Case("left_out", 0, 4, "sample_mean was left out", share=0.5, failed=7),
]


def run(case, folder, out, *options, stage=None):
    command = ["mpirun", "-n", str(case.ranks), "--oversubscribe", "--bind-to", "none", FAULTY, stage or case.stage, str(case.rank),
               str(case.share), "run", os.path.join(folder, "study.toml"), "-o", out, "--team-size", str(case.team),
               "--set", f"seconds={case.seconds}", "--progress", "none", *options]
    start = time.time()
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    return done, time.time() - start


def failures_of(case, folder):
    out = os.path.join(folder, f"{case.stage}.{case.rank}.{case.team}.h5")
    found = []

    def expect(what, truth):
        if not truth:
            found.append(f"{case.stage} on rank {case.rank}, team of {case.team}: {what}")

    try:
        done, seconds = run(case, folder, out)
        expect(f"exits with {case.code}, not {done.returncode}: {done.stderr}", done.returncode == case.code)
        expect("writes nothing" if not case.written else "leaves a store", os.path.exists(out) == case.written)
        if not case.written:
            expect(f"says `{case.says}` once: {done.stderr}", done.stderr.count(case.says) == 1)
            return found, seconds
        check = subprocess.run([PASTUR, "check", out], capture_output=True, text=True, timeout=LONGEST)
        expect(f"the store is good: {check.stdout}", check.returncode == 0)
        status = json.loads(subprocess.run([PASTUR, "status", out, "--json"], capture_output=True, text=True, timeout=LONGEST).stdout)
        expect(f"{case.failed} draws are recorded as failed, not {status['failed']}", status["failed"] == case.failed)
        if case.code == 4:
            expect(f"the reason is `{case.says}`: {status['failures']}", status["failures"] == {case.says: case.failed})
            expect("every other draw is done", status["pending"] == 0)
        else:
            expect(f"says `{case.says}`: {done.stderr}", case.says in done.stderr)
        if case.ranks > case.team > 1:
            expect("the other team's draw is done", status["done"] >= 1)
            return found, seconds
        if case.code != 4:  # without the fault the next run goes on, and leaves the failed draw until it is asked for
            again, _ = run(case, folder, out, stage="none")
            expect(f"the next run completes: {again.returncode} {again.stderr}", again.returncode == (4 if case.failed else 0))
        return found, seconds
    except subprocess.TimeoutExpired as hanging:
        return [*found, f"{case.stage} on rank {case.rank}, team of {case.team}: hangs: {hanging.stderr}"], LONGEST


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "study.toml"), "w") as file:
            file.write(STUDY)
        # Most of a stuck case is waiting: several go at a time.
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda case: failures_of(case, folder), CASES))
    for case, (found, seconds) in zip(CASES, results):
        print(f"{case.stage:20} rank {case.rank:2} team of {case.team}: exit {case.code} after {seconds:4.1f} s")
        for failure in found:
            print(f"FAILED: {failure}", file=sys.stderr)
    sys.exit(1 if any(found for found, _ in results) else 0)


main()
