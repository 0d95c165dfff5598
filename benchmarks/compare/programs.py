# SPDX-License-Identifier: BSD-3-Clause
"""Runs the contenders: pastur on MPI ranks, NumPy scripts with threads or as processes. Nothing is pinned, every contender
has OpenBLAS's own choice of kernels."""
import json
import os
import pathlib
import statistics
import subprocess
import time
from dataclasses import dataclass, field

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "numpy"
PYTHON = "/usr/bin/python3"


@dataclass
class Measured:
    """`seconds` for the comparison's whole task; `values` is what the program printed."""
    seconds: float
    values: dict = field(default_factory=dict)


def environment(threads):
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    env.update(OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads),
               OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none")
    # With Debian's munge installed but not running, PMIx tries its socket for two seconds at every start of MPI.
    env.setdefault("PMIX_MCA_psec", "native")
    if os.geteuid() == 0:
        env.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return env


def finish(process, command):
    out, err = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit {process.returncode}\n{err}")
    return out


def start(command, threads):
    return subprocess.Popen(list(map(str, command)), env=environment(threads), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def run(command, threads=1):
    """Standard output and wall time of a command."""
    begin = time.perf_counter()
    out = finish(start(command, threads), command)
    return out, time.perf_counter() - begin


class Pastur:
    """The programs of one build tree."""

    def __init__(self, build):
        self.program = build / "pastur"
        self.kernels = build / "benchmarks" / "pastur_kernels"
        self.benchmarks = build / "benchmarks" / "pastur_benchmarks"
        self.exporter = build / "benchmarks" / "pastur_export_draw"
        self.counter = build / "benchmarks" / "libpastur_message_counter.so"

    def kernel(self, name, ranks, team_size, repeats, *options):
        """Seconds of one task: where teams do one each at the same time, over their number."""
        command = ["mpirun", "-n", ranks, self.kernels, name, "--repeats", repeats, "--team-size", team_size, *options]
        values = json.loads(run(command)[0].splitlines()[-1])
        return Measured(statistics.median(values.pop("seconds", [0.0])) * team_size / ranks, values)

    def study(self, study_file, store, ranks, *options):
        """Wall time of the whole run, start-up included."""
        store.unlink(missing_ok=True)
        command = ["mpirun", "-n", ranks, self.program, "run", study_file, "-o", store, "--progress", "none", *options]
        return Measured(run(command)[1])

    def export(self, out, matrices, *origin):
        run([self.exporter, out, *matrices, *origin])
        return out


def numpy(script, processes, threads, *options, share=None, repeats=None):
    """`processes` instances at once. With `share` = (option, count) they divide `count` among them and the seconds are the
    wall time of all, start-up included; otherwise each does the whole task over and over, as the scripts time it, and the
    seconds are those of one task over the number of instances."""
    commands = []
    for i in range(processes):
        command = [PYTHON, SCRIPTS / script, *options]
        if share:
            name, count = share
            command += [name, count * (i + 1) // processes - count * i // processes, "--seed", 1 + i]
        if repeats:
            command += ["--repeats", repeats]
        commands.append(command)
    begin = time.perf_counter()
    running = [start(command, threads) for command in commands]
    outputs = [finish(process, command) for process, command in zip(running, commands)]
    wall = time.perf_counter() - begin
    printed = [json.loads(out.splitlines()[-1]) for out in outputs]
    if share:
        return Measured(wall, {"printed": printed})
    each = statistics.mean(statistics.median(p.pop("seconds")) for p in printed)
    return Measured(each / processes, printed[0])
