# SPDX-License-Identifier: BSD-3-Clause
"""How time and memory of a draw grow with n, what a second rank brings, and what the harness costs around tiny draws."""
import json
import math
import os
import statistics
import subprocess

import h5py

from programs import PYTHON, SCRIPTS, environment, run
from studies import logarithmic, study_file


def draw_seconds(store):
    with h5py.File(store) as file:
        return [float(s) for s in file["slots/seconds"][:]]


def peak_run(command):
    """Largest resident set of any of the command's processes, in bytes."""
    process = subprocess.Popen(list(map(str, command)), env=environment(1), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit {process.returncode}")
    return usage.ru_maxrss * 1024.0


def exponents(sizes, values):
    pairs = zip(zip(sizes, values), zip(sizes[1:], values[1:]))
    return ["-"] + [f"{math.log(b / a) / math.log(m / n):.2f}" for (n, a), (m, b) in pairs]


def sizes(pastur, folder, quick):
    """One draw on one rank, the same draw on a team of two, and NumPy on two threads: seconds inside the draw."""
    all_n, d, N, draws = ([200, 400], 40, 200, 1) if quick else ([1000, 2000, 4000], 100, 1000, 3)
    ridge = logarithmic(1e-3, 10.0, 20)
    seconds, memory = {"1": [], "2": [], "numpy": []}, []
    for n in all_n:
        file = study_file(folder / f"scaling_{n}.toml", "nt_interpolation", draws, n=n, d=d, N=N, activation="relu",
                          ridge=ridge)
        for ranks in ("1", "2"):
            store = folder / f"scaling_{n}_{ranks}.h5"
            store.unlink(missing_ok=True)
            peak = peak_run(["mpirun", "-n", ranks, pastur.program, "run", file, "-o", store, "--team-size", ranks,
                             "--progress", "none"])
            seconds[ranks].append(statistics.median(draw_seconds(store)))
            if ranks == "1":
                memory.append(peak)
        out, _ = run([PYTHON, SCRIPTS / "neural_tangent.py", "-n", n, "-d", d, "-N", N, "--draws", draws, "--ridges",
                      ",".join(map(repr, ridge))], threads=2)
        seconds["numpy"].append(statistics.median(json.loads(out)["seconds"]))
    grown = [exponents(all_n, values) for values in (seconds["1"], seconds["2"], seconds["numpy"], memory)]
    rows = [[n, f"{a:.3g}", ea, f"{b:.3g}", eb, f"{a / b:.2f}", f"{c:.3g}", ec, f"{m / 1e6:.0f}", em] for n, a, ea, b, eb, c, ec, m, em
            in zip(all_n, seconds["1"], grown[0], seconds["2"], grown[1], seconds["numpy"], grown[2], memory, grown[3])]
    return (f"One draw of nt_interpolation (relu, d = {d}, N = {N}, 20 ridges, 1000 test points), median of {draws}; "
            "exponent: of the growth since the line above",
            ["n", "1 rank, s", "exponent", "team of 2, s", "exponent", "speed-up", "NumPy, 2 threads, s", "exponent",
             "largest rank, MB", "exponent"], rows)


def eigensolvers(pastur, folder, quick):
    """Every route to all eigenvalues, and to all eigenvectors, on one rank and on a team of two: what `automatic` chooses from."""
    rows = []
    for n in (200, 400) if quick else (300, 1000, 2000, 3000):
        for ranks in (1, 2):
            for vectors in (False, True):
                names = (["two_stages"] if not vectors else []) + (["lapack"] if ranks == 1 else []) + ["scalapack", "elpa"]
                options = ["-n", n, "-d", 100, "-N", n] + ["--vectors"] * vectors
                found = {name: pastur.kernel("spectrum", ranks, ranks, 1 if quick else 3, *options, "--solver", name)
                         for name in names}
                sums = [m.values["sum"] for m in found.values()]
                if max(sums) - min(sums) > 1e-10 * abs(max(sums)):
                    raise SystemExit(f"the eigensolvers disagree at n = {n} on {ranks} ranks: {sums}")
                best = min(found, key=lambda name: found[name].seconds)
                cells = [f"{found[name].seconds:.3g}" if name in found else "-"
                         for name in ("two_stages", "lapack", "scalapack", "elpa")]
                rows.append([n, ranks, "vectors" if vectors else "values", *cells, best])
    return ("Eigensolvers, seconds (median of 3): one team of all ranks; two_stages: through a band, values only",
            ["n", "ranks", "what", "two_stages", "lapack", "scalapack", "elpa", "fastest"], rows)


def harness(pastur, folder, quick):
    """Everything outside the draws, between a short and a ten times longer run, so that start-up drops out."""
    rows = []
    for n, d, N, draws in ((64, 10, 40, 10_000), (300, 30, 100, 1000)):
        draws = draws // 20 if quick else draws
        wall, inside = {}, {}
        for ranks in (1, 2):
            for count in (draws // 10, draws):
                file = study_file(folder / f"harness_{n}_{count}.toml", "nt_interpolation", count, n=n, d=d, N=N,
                                  activation="relu", ridge=[0.1, 1.0], n_test=100)
                store = folder / f"harness_{n}_{count}_{ranks}.h5"
                wall[ranks, count] = pastur.study(file, store, ranks, "--team-size", 1).seconds
                inside[ranks, count] = sum(draw_seconds(store))
        more = draws - draws // 10
        spent = {r: wall[r, draws] - wall[r, draws // 10] for r in (1, 2)}
        outside = {r: r * spent[r] - (inside[r, draws] - inside[r, draws // 10]) for r in (1, 2)}
        for r in (1, 2):
            rows.append([n, draws, r, f"{spent[r] / more * 1e6:.1f}", f"{outside[r] / more * 1e6:.1f}",
                         f"{100.0 * outside[r] / (r * spent[r]):.1f} %", f"{spent[1] / spent[r]:.2f}"])
    return ("Ensembles of small draws, teams of one rank; overhead: all that is not inside a draw",
            ["n", "draws", "ranks", "wall time a draw, us", "overhead a draw, us", "of the ranks' time", "speed-up"], rows)


def messages(pastur, folder, quick):
    """What the ranks of one team send each other in a draw, counted at the MPI calls."""
    rows = []
    for n in [200, 400] if quick else [1000, 2000]:
        counts = []
        for draws in (1, 2):  # the difference is one draw
            file = study_file(folder / f"messages_{n}_{draws}.toml", "nt_interpolation", draws, n=n, d=40, N=400,
                              activation="relu", ridge=logarithmic(1e-3, 10.0, 20))
            store = folder / f"messages_{n}_{draws}.h5"
            store.unlink(missing_ok=True)
            report = folder / "messages.json"
            run(["mpirun", "-n", 2, "-x", f"LD_PRELOAD={pastur.counter}", "-x", f"PASTUR_MESSAGES={report}",
                 pastur.program, "run", file, "-o", store, "--team-size", 2, "--progress", "none"])
            counts.append(json.loads(report.read_text()))
        calls, sent = (counts[1][k] - counts[0][k] for k in ("calls", "bytes"))
        rows.append([n, f"{calls:.0f}", f"{sent / 1e6:.3g}", f"{sent / (8.0 * n * n):.2f}"])
    return ("Messages of one draw on a team of two ranks (d = 40, N = 400, 20 ridges): calls that send, and what they "
            "hand to MPI, over both ranks",
            ["n", "calls", "MB", "in units of the matrix, 8 n^2"], rows)


def start_up(pastur, folder, quick):
    """From the command to the end of nearly nothing."""
    file = study_file(folder / "nothing.toml", "nt_interpolation", 2, n=10, d=5, N=5, ridge=[1.0], n_test=1)
    store = folder / "nothing.h5"
    tasks = {f"pastur run, {ranks} rank{'s' * (ranks > 1)}": lambda r=ranks: pastur.study(file, store, r).seconds
             for ranks in (1, 2)}
    tasks["python3, import numpy, scipy.linalg"] = lambda: run([PYTHON, "-c", "import numpy, scipy.linalg"])[1]
    rows = [[name, f"{statistics.median(task() for _ in range(3)):.2f}"] for name, task in tasks.items()]
    return "Start-up, which the studies above include", ["command", "s"], rows


def one_core(pastur, folder, quick):
    """The kernels of pastur_benchmarks."""
    options = ["--benchmark_format=json"] + (["--benchmark_filter=^(pack|normal|uniform)$"] if quick else [])
    out, _ = run([pastur.benchmarks, *options])
    rows = []
    for b in json.loads(out)["benchmarks"]:
        rates = {"flop/s": "GF/s", "items_per_second": "G items/s", "bytes_per_second": "GB/s"}
        rate = ", ".join(f"{b[key] / 1e9:.3g} {unit}" for key, unit in rates.items() if key in b)
        rows.append([b["name"], f"{b['real_time']:.3g} {b['time_unit']}", rate])
    return ("Kernels on one core (Google Benchmark; an item of bit_gram and dsyrk is a pair of bits, of the others a number)",
            ["kernel", "time", "rate"], rows)


ALL = {"start_up": start_up, "one_core": one_core, "sizes": sizes, "eigensolvers": eigensolvers, "harness": harness, "messages": messages}
