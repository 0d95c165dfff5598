#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""jobs/*.sbatch on a real SLURM (cluster.py): a run that is signalled, requeued, preempted and finished; job steps stopped with each signal; a run that
ends by itself before its time limit. Finished stores equal a direct run bit for bit.

    jobs.py PASTUR JOBS_FOLDER
"""
import os
import re
import subprocess
import sys
import tempfile
import time

import cluster

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Seconds of work, and minutes of it.
STUDIES = {"middle": """
study = "nt_interpolation"
seed = 9
draws = 6000
[parameters]
n = 120
d = 20
N = 12
ridge = [0.1]
n_test = 20
""", "endless": """
study = "nt_interpolation"
seed = 9
draws = 12000
[parameters]
n = 800
d = 20
N = 12
ridge = [0.1]
n_test = 20
"""}

# One step, its exit code and the time it ended at.
STEP = """#!/bin/bash
#SBATCH --ntasks=2
srun --mpi=pmix "$PASTUR" run "$1" -o "$2" --progress plain
echo "exit code $? at $(date +%s)"
"""


def states(path):
    if not os.path.exists(path):
        return []
    with h5py.File(path, "r") as file:
        return file["slots/state"][()].ravel()


def done(path):
    return sum(state == 1 for state in states(path))


def results(path):
    with h5py.File(path, "r") as file:
        return {name: file[name][()].tobytes() for name in file if isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "fiu"}


def until(what, ready, patience=90):
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end, f"{what}: not after {patience} s"
        time.sleep(0.1)


class Jobs:
    def __init__(self, slurm, pastur, scripts):
        self.slurm, self.pastur, self.scripts = slurm, pastur, scripts
        self.direct_results = None

    def study(self, name):
        return f"{self.slurm.folder}/{name}.toml"

    def out(self, name):
        return f"{self.slurm.folder}/{name}.h5"

    def log(self, name):
        try:
            with open(f"{self.slurm.folder}/{name}.log", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def submit(self, name, script, *arguments, options=()):
        """`name` names the job, its log and its store."""
        return self.slurm.submit(f"--job-name={name}", f"--output={self.slurm.folder}/{name}.log", f"--chdir={self.slurm.folder}", *options, script,
                                 *arguments, environment={"PASTUR": self.pastur})

    def expect(self, name, *texts):
        for text in texts:
            assert re.search(text, self.log(name)), f"{name}: `{text}` not in its log:\n{self.log(name)}"

    def ended(self, name):
        """Whether the script has said its step's exit code; srun says one of its own before."""
        return re.search(r"^exit code \d+ at", self.log(name), re.MULTILINE)

    def expect_good(self, name):
        check = subprocess.run([self.pastur, "check", self.out(name)], capture_output=True, text=True)
        assert check.returncode == 0 and " 0 damaged" in check.stdout, f"{name}: {check.stdout} {check.stderr}"

    def expect_direct(self, name):
        """The same bits as a run without SLURM."""
        if self.direct_results is None:
            subprocess.run([self.pastur, "run", self.study("middle"), "-o", self.out("direct"), "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
            self.direct_results = results(self.out("direct"))
        assert results(self.out(name)) == self.direct_results, f"{name}: not bit for bit the direct run"

    def step_job(self, name, study="endless", limit=10):
        return self.submit(name, f"{self.slurm.folder}/step.sh", self.study(study), self.out(name), options=[f"--time={limit}"])

    def start(self):
        """Everything that can wait for something else goes first."""
        for name, text in STUDIES.items():
            with open(self.study(name), "w") as file:
                file.write(text)
        with open(f"{self.slurm.folder}/step.sh", "w") as file:
            file.write(STEP)
        self.limited = self.step_job("limit", limit=1)
        self.requeued = self.submit("requeued", f"{self.scripts}/run.sbatch", self.study("middle"), self.out("requeued"), options=["--time=10"])

    def signalled_steps(self):
        jobs = {signal: self.step_job(f"step_{signal}") for signal in ("USR1", "TERM", "INT")}
        for signal, job in jobs.items():
            until(f"a commit before SIG{signal}", lambda: done(self.out(f"step_{signal}")) > 0)
            asked = time.time()
            self.slurm.run("scancel", f"--signal={signal}", f"{job}.0")
            until(f"the end after SIG{signal}", lambda: self.ended(f"step_{signal}"))
            self.expect(f"step_{signal}", r"stop requested", rf"stopped by SIG{signal}", r"the same command goes on from here", r"exit code 3 ")
            self.expect_good(f"step_{signal}")
            print(f"srun, SIG{signal} to the step: exit code 3 after {time.time() - asked:.1f} s, {done(self.out(f'step_{signal}'))} draws kept", flush=True)

    def requeue(self):
        """SIGUSR1 to the batch shell, as --signal=B:USR1@60 sends it; then a preemption, which asks nobody; then to the end."""
        name = "requeued"
        until("a commit", lambda: done(self.out(name)) > 0)
        self.slurm.run("scancel", "--batch", "--signal=USR1", self.requeued)
        until("the requeue", lambda: "requeueing job" in self.log(name))
        self.expect(name, r"stopped by SIGUSR1", rf"requeueing job {self.requeued} \(restart 0\)")
        self.expect_good(name)
        first = done(self.out(name))
        until("a commit after the requeue", lambda: done(self.out(name)) > first)
        if 0 in states(self.out(name)):
            self.slurm.run("scontrol", "requeue", self.requeued)
        self.slurm.wait(self.requeued, "COMPLETED", patience=180)
        restarts = self.slurm.jobs(self.requeued)[0]["Restarts"]
        self.expect(name, r"draws are there already", r"is complete")
        self.expect_direct(name)
        print(f"run.sbatch: {first} draws at SIGUSR1, {restarts} restarts, complete, bit for bit the direct run", flush=True)

    def array_and_merge(self):
        """A task is stopped and requeues itself; the merge waits for all of them."""
        array = self.submit("array", f"{self.scripts}/array.sbatch", self.study("middle"), self.out("array"), options=["--array=0-2", "--time=10"])
        # Not its first commit, two seconds later: a fast machine has finished by then.
        until("the start of shard 1", lambda: os.path.exists(self.out("array.1-of-3")))
        self.slurm.run("scancel", "--batch", "--signal=USR1", f"{array}_1")
        self.slurm.wait(array, "COMPLETED", patience=180)
        until("the merge", lambda: os.path.exists(self.out("array")) and not self.slurm.run("squeue", "--noheader", f"--name=pastur-merge-{array}"))
        restarts = sum(int(task["Restarts"]) for task in self.slurm.jobs(array))
        assert restarts >= 1, self.log("array")
        self.expect_good("array")
        self.expect_direct("array")
        print(f"array.sbatch: 3 shards, {restarts} restarts, merged by the job that depends on them, bit for bit the direct run", flush=True)

    def time_limit(self):
        until("the end before the time limit", lambda: self.ended("limit"))
        job = self.slurm.jobs(self.limited)[0]
        ended = int(re.search(r"exit code \d+ at (\d+)", self.log("limit"))[1])
        limit = 60 + int(time.mktime(time.strptime(job["StartTime"], "%Y-%m-%dT%H:%M:%S")))
        # Had it been late, SLURM's SIGTERM would have been the reason.
        self.expect("limit", r"stopped by the time limit of the SLURM job", r"exit code 3 ")
        self.expect_good("limit")
        print(f"a limit of one minute: exit code 3, {limit - ended} s before it, no signal needed, {done(self.out('limit'))} draws kept", flush=True)


def main():
    pastur, scripts = (os.path.abspath(argument) for argument in sys.argv[1:3])
    began = time.monotonic()
    try:
        # More processors than the machine may have: jobs that wait for a signal need none to themselves.
        with cluster.Cluster(cpus=16) as slurm:
            print(f"SLURM is up after {time.monotonic() - began:.1f} s", flush=True)
            jobs = Jobs(slurm, pastur, scripts)
            jobs.start()
            jobs.signalled_steps()
            jobs.requeue()
            jobs.array_and_merge()
            jobs.time_limit()
    except cluster.CannotStart as reason:
        print(f"skipped: no SLURM here: {reason}")
        sys.exit(77)
    print(f"{time.monotonic() - began:.0f} s in all")


main()
