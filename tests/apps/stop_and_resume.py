#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every way to be told to stop, under mpirun and alone: --max-seconds, the end of a SLURM job, SIGUSR1, SIGTERM, SIGINT, and a second SIGINT. Each time the
store must be good, the exit code 3 (where the launcher lets it be seen) and stderr must say how to go on; in the end its draws must equal those of an
uninterrupted run bit for bit.

    stop_and_resume.py PASTUR
"""
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PASTUR = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory()
os.chdir(FOLDER.name)

# Draws of some hundredths of a second; minutes of work, unless `draws` is small.
SHORT = """
study = "nt_interpolation"
seed = 9
draws = {draws}
[parameters]
n = 500
d = 20
N = 12
ridge = [0.1]
n_test = 20
"""

# One draw of many minutes.
LONG = """
study = "relu_inconsistency"
seed = 1
draws = 1
[parameters]
n = 64
networks = 1
engine = "full"
steps = 1000000000
"""


class Run:
    """A run whose stderr is read as it comes."""

    def __init__(self, *arguments, ranks=2, environment=()):
        launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks else []
        self.began = time.monotonic()
        self.process = subprocess.Popen([*launcher, PASTUR, "run", *arguments, "--progress", "plain"], env=dict(os.environ, **dict(environment)),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.errors = ""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.errors += line

    def wait(self, patience=120):
        code = self.process.wait(patience)
        self.reader.join()
        return code

    def wait_until(self, what, ready, patience=120):
        end = time.monotonic() + patience
        while not ready():
            assert time.monotonic() < end and self.process.poll() is None, f"{what}: never seen; {self.errors}"
            time.sleep(0.02)


def done(path):
    """Finished draws, as any reader sees them while a run writes."""
    if not os.path.exists(path):
        return 0
    with h5py.File(path, "r") as file:
        return int((file["slots/state"][()] == 1).sum())


def ranks_of(launcher):
    pids = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat") as file:
                if int(file.read().rpartition(")")[2].split()[1]) == launcher:
                    pids.append(int(process))
        except OSError:
            continue
    return pids


def first_draws(path, count):
    """The bits of the first draws' results."""
    with h5py.File(path, "r") as file:
        draws = file["draw"].size
        names = [name for name in file if isinstance(file[name], h5py.Dataset) and name != "draw" and file[name].shape[:1] == (draws,)]
        return {name: file[name][:count].tobytes() for name in names}


def expect_good(path):
    check = subprocess.run([PASTUR, "check", path], capture_output=True, text=True)
    assert check.returncode == 0 and " 0 damaged" in check.stdout, f"{check.stdout} {check.stderr}"


def stopped(name, run, path, asked, codes, *texts):
    code = run.wait()
    seconds = time.monotonic() - asked
    assert code in codes, f"{name}: exit code {code}: {run.errors}"
    for text in texts:
        assert text in run.errors, f"{name}: `{text}` not in: {run.errors}"
    expect_good(path)
    assert 0 < done(path) < DRAWS, f"{name}: {done(path)} of {DRAWS} draws"
    print(f"{name}: exit code {code}, {seconds:.1f} s after it was asked, {done(path)} of {DRAWS} draws done")


DRAWS = 5000
for name, draws in (("short.toml", DRAWS), ("few.toml", 40)):
    with open(name, "w") as file:
        file.write(SHORT.format(draws=draws))
with open("long.toml", "w") as file:
    file.write(LONG)

run = Run("short.toml", "-o", "out.h5", "--max-seconds", "1.5")
stopped("--max-seconds", run, "out.h5", run.began, {3}, "stopped by --max-seconds", "the same command goes on from here")

for name, number, to_launcher, codes in [("SIGUSR1 to mpirun", signal.SIGUSR1, True, {3}), ("SIGTERM to the ranks", signal.SIGTERM, False, {3}),
                                         ("SIGINT to the ranks", signal.SIGINT, False, {3}),
                                         # mpirun gives its ranks one second and may report its own end instead of theirs.
                                         ("SIGTERM to mpirun", signal.SIGTERM, True, range(1, 256)),
                                         ("SIGINT to mpirun", signal.SIGINT, True, range(1, 256))]:
    before = done("out.h5")
    run = Run("short.toml", "-o", "out.h5")
    run.wait_until("a first commit", lambda: done("out.h5") > before)
    for pid in [run.process.pid] if to_launcher else ranks_of(run.process.pid):
        os.kill(pid, number)
    texts = ["stop requested", "the same command goes on from there"]
    if codes == {3}:
        texts.append(f"stopped by {number.name}")
    stopped(name, run, "out.h5", time.monotonic(), codes, *texts)

# The end of a SLURM job, as its environment tells it (newer versions) and with no signal sent.
end = int(time.time()) + 10
run = Run("short.toml", "-o", "out.h5", environment={"SLURM_JOB_ID": "1", "SLURM_JOB_END_TIME": str(end)})
stopped("end of a SLURM job", run, "out.h5", run.began, {3}, "stopped by the time limit of the SLURM job")
print(f"  {end - time.time():.1f} s before its end")

assert Run("few.toml", "-o", "few.h5").wait() == 0
stopped_often, direct = first_draws("out.h5", 40), first_draws("few.h5", 40)
assert stopped_often and stopped_often == direct, "not bit for bit what the uninterrupted run gives"

# A draw that takes longer than anybody wants to wait: heard at once, and the second time left at once.
run = Run("long.toml", "-o", "long.h5", ranks=0)
run.wait_until("the store", lambda: os.path.exists("long.h5"))
time.sleep(0.5)
run.process.send_signal(signal.SIGINT)
run.wait_until("the announcement", lambda: "stop requested" in run.errors)
assert run.process.poll() is None
time.sleep(2.5)
asked = time.monotonic()
run.process.send_signal(signal.SIGINT)
assert run.wait() == 3, run.errors
expect_good("long.h5")
print(f"a second SIGINT: exit code 3, {time.monotonic() - asked:.1f} s after it")
