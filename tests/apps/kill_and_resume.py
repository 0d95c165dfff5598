#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Kills runs with SIGKILL at random instants - one rank, all ranks, or the launcher - and resumes them on random numbers of ranks until they are
done. Two stores at a time: with teams of one rank the finished store must equal the uninterrupted one bit for bit, with teams of random size to
1e-10. After every kill `pastur check` must find every draw good, and every draw committed before must stand there with its recorded time: none lost,
none taken twice. A store that is done before all kills are spent is begun anew.

    kill_and_resume.py PASTUR [KILLS] [SEED]
"""
import collections
import concurrent.futures
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
draws = 500
[parameters]
n = 120
d = 20
ridge = [0.0, 0.1]
n_test = 50
[sweep]
N = [4, 12]
"""


def launch(pastur, study, out, ranks, team):
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", pastur, "run", study, "-o", out, "--progress", "none",
               "--team-size", str(team)]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def children(pid):
    """mpirun puts every rank into a process group of its own, so they are found by their parent."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat") as file:
                if int(file.read().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(process))
        except OSError:
            continue
    return found


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def results(path):
    with h5py.File(path, "r") as file:
        names = [name for name in file if isinstance(file[name], h5py.Dataset) and file[name].dtype.kind in "fiu"]
        return {name: file[name][()] for name in names}


def relative_difference(a, b):
    assert np.array_equal(np.isnan(a), np.isnan(b)), "NaN in different places"
    scale = np.nanmax(np.abs(a), initial=0.0)
    return 0.0 if scale == 0.0 else np.nanmax(np.abs(a - b), initial=0.0) / scale


def committed(path):
    """Seconds of every finished draw by slot: a draw taken twice would show another time."""
    if not os.path.exists(path):
        return {}
    with h5py.File(path, "r") as file:
        state = file["slots/state"][()].ravel()
        seconds = file["slots/seconds"][()].ravel()
        return {int(slot): seconds[slot] for slot in np.flatnonzero(state == 1)}


class Campaign:
    def __init__(self, pastur, folder, kills, seed, largest_team, whole, start_up, full_time):
        self.pastur, self.folder, self.kills_wanted, self.largest_team = pastur, folder, kills, largest_team
        self.random = random.Random(seed)
        self.study = os.path.join(folder, "study.toml")
        self.out = os.path.join(folder, f"killed_{largest_team}.h5")
        self.whole = whole
        # From before the store is there to well after the first commits, which come every two seconds.
        self.instants = 0.5 * start_up, start_up + max(2.5, 0.5 * (full_time - start_up))
        self.kills = collections.Counter()
        self.looked_at = self.stores = self.hung_launchers = 0
        self.worst = 0.0

    def run(self):
        while self.kills.total() < self.kills_wanted:
            while not self.round():
                pass
            self.compare()
            os.unlink(self.out)
        return self

    def round(self):
        """One run, killed while there are kills left; whether it completed the store."""
        before = committed(self.out)
        ranks = self.random.randint(1, 4)
        process = launch(self.pastur, self.study, self.out, ranks, self.random.randint(1, min(ranks, self.largest_team)))
        victim = None
        if self.kills.total() < self.kills_wanted:
            try:
                process.wait(self.random.uniform(*self.instants))
            except subprocess.TimeoutExpired:
                victim = self.random.choice(["one rank", "all ranks", "launcher"])
                self.strike(process, victim)
        errors = process.communicate()[1]
        if victim is None:
            assert process.returncode == 0, f"a run failed with {process.returncode}: {errors}"
        self.inspect(before)
        return process.returncode == 0

    def strike(self, process, victim):
        ranks = children(process.pid)
        if not ranks or victim == "launcher":
            victim = "launcher"
            kill(process.pid)
        elif victim == "one rank":
            kill(self.random.choice(ranks))
        else:
            for rank in ranks:
                kill(rank)
        self.kills[victim] += 1
        end = time.monotonic() + 60
        while any(alive(rank) for rank in ranks):
            assert time.monotonic() < end, f"a rank lives on after the kill of {victim}"
            time.sleep(0.01)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            # Open MPI's launcher may lock itself up when a rank dies while it starts. No rank of ours is left by now.
            self.hung_launchers += 1
            kill(process.pid)

    def inspect(self, before):
        if not os.path.exists(self.out):
            assert not before, "the store is gone"
            return
        check = subprocess.run([self.pastur, "check", self.out], capture_output=True, text=True)
        assert check.returncode == 0 and " 0 damaged" in check.stdout, f"check after a kill: {check.stdout} {check.stderr}"
        after = committed(self.out)
        for slot, seconds in before.items():
            assert after.get(slot) == seconds, f"slot {slot} was committed and is lost or was taken twice"
        self.looked_at += len(before)

    def compare(self):
        found = results(self.out)
        assert found.keys() == self.whole.keys()
        for name, values in self.whole.items():
            if self.largest_team == 1 or values.dtype.kind != "f":
                assert values.tobytes() == found[name].tobytes(), f"{name} is not bit for bit what the uninterrupted run gives"
            else:
                self.worst = max(self.worst, relative_difference(values, found[name]))
                assert self.worst < 1e-10, f"{name} differs by {self.worst:.1e}"
        self.stores += 1
        print(f"teams of up to {self.largest_team}: {self.stores} stores finished after {self.kills.total()} kills, {self.looked_at} committed draws "
              "looked at again", flush=True)


def main():
    pastur = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "study.toml"), "w") as file:
            file.write(STUDY)
        start = time.monotonic()
        subprocess.run(["mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none", pastur, "list"], check=True, stdout=subprocess.DEVNULL)
        start_up = time.monotonic() - start
        process = launch(pastur, os.path.join(folder, "study.toml"), os.path.join(folder, "whole.h5"), 2, 1)
        errors = process.communicate()[1]
        assert process.returncode == 0, errors
        full_time = time.monotonic() - start - start_up
        whole = results(os.path.join(folder, "whole.h5"))
        campaigns = [Campaign(pastur, folder, (kills + 1) // 2, seed, 1, whole, start_up, full_time),
                     Campaign(pastur, folder, kills // 2, seed + 1, 4, whole, start_up, full_time)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            one, teams = pool.map(Campaign.run, campaigns)
        left = [name for name in os.listdir(folder) if name not in ("study.toml", "whole.h5")]
        assert not left, f"left behind: {left}"
    struck = one.kills + teams.kills
    print(f"{struck.total()} kills survived ({', '.join(f'{count} of {victim}' for victim, count in sorted(struck.items()))}) in "
          f"{time.monotonic() - start:.0f} s; {one.looked_at + teams.looked_at} committed draws looked at again, all there, none taken twice")
    if hung := one.hung_launchers + teams.hung_launchers:
        print(f"mpirun hung {hung} times after its ranks had been killed, and was killed too")
    print(f"teams of one: {one.stores} finished stores equal to the uninterrupted one bit for bit; "
          f"teams of 1 to 4: {teams.stores} within {teams.worst:.1e}")


main()
