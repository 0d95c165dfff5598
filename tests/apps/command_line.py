#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every command of the program as a user types it: output, exit codes, and what stands on stderr.

    command_line.py PASTUR
"""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

PASTUR = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory()
os.chdir(FOLDER.name)
FAILURES = []

STUDY = """study = "nt_interpolation"
seed = 3
draws = 4
[parameters]
n = 60
d = 20
ridge = [0.0, 0.1]
n_test = 50
[sweep]
N = [3, 12, 30]
[theory]
N = { from = 3, to = 30, count = 10 }
"""


def run(*arguments, ranks=0):
    launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks else []
    return subprocess.run([*launcher, PASTUR, *arguments], capture_output=True, text=True, timeout=120)


def expect(what, truth):
    if not truth:
        FAILURES.append(what)
        print("FAILED:", what)


def expect_error(arguments, code, *texts, ranks=0):
    done = run(*arguments, ranks=ranks)
    expect(f"{arguments} exits with {code}, not {done.returncode}: {done.stderr}", done.returncode == code)
    for text in texts:
        expect(f"{arguments} says `{text}` once: {done.stderr}", done.stderr.count(text) == 1)
    expect(f"{arguments} prints nothing on stdout: {done.stdout}", done.stdout == "")


with open("small.toml", "w") as file:
    file.write(STUDY)

# Serial commands.
expect("--version", run("--version").stdout.startswith("pastur 0."))
expect("--help lists the commands", all(name in run("--help").stdout for name in ["list", "describe", "run", "status", "table", "plot", "report", "merge", "theory", "plan", "check"]))
expect("list", "nt_interpolation" in run("list").stdout)
expect("list --json", "nt_interpolation" in [study["name"] for study in json.loads(run("list", "--json").stdout)])
expect("describe", "lambda_min" in run("describe", "nt_interpolation").stdout)
expect("describe --json", json.loads(run("describe", "nt_interpolation", "--json").stdout)["name"] == "nt_interpolation")
for study in json.loads(run("list", "--json").stdout):
    expect(f"describe {study['name']}", run("describe", study["name"]).returncode == 0)

# Mistakes: exit 2, one message, nothing written.
expect_error(["tabel", "x.h5"], 2, "Did you mean `table`?")
expect_error([], 2, "a command is needed")
expect_error(["run"], 2, "FILE is required")
expect_error(["run", "small.toml", "--frobnicate"], 2, "--frobnicate")
expect_error(["describe", "nt_interpolaton"], 2, "Did you mean `nt_interpolation`?")
expect_error(["run", "nowhere.toml"], 2, "nowhere.toml")
expect_error(["run", "small.toml", "--set", "nn=3"], 2, "unknown key")
expect_error(["run", "small.toml", "--set", "n=1"], 2, "given 1")
expect_error(["run", "small.toml", "--shard", "4/4"], 2, "--shard: 4/4 given")
expect_error(["run", "small.toml", "--max-seconds", "-1"], 2, "--max-seconds")
expect_error(["run", "small.toml", "--progress", "loud"], 2, "--progress")
expect_error(["table", "nowhere.h5"], 2, "nowhere.h5")
expect_error(["table", "small.toml"], 2, "small.toml")
expect_error(["list", "--", "-log_view"], 2, "takes no options behind --")
expect_error(["run", "small.toml", "--set", "n=1"], 2, "--set n=1", ranks=2)
expect("mistakes write nothing", os.listdir(".") == ["small.toml"])

# A run, its default output, resuming.
done = run("run", "small.toml", "--progress", "none", ranks=2)
expect(f"run completes: {done.returncode} {done.stderr}", done.returncode == 0)
expect("the result file is named after the study file", os.path.exists("small.h5"))
expect(f"rank 0 says what to do next, once: {done.stdout}", done.stdout.count("pastur table small.h5") == 1)
expect("a second run has nothing to do", run("run", "small.toml", "--progress", "none").returncode == 0)
expect_error(["run", "small.toml", "--set", "seed=4", "--progress", "none"], 2, "small.h5")
done = run("run", "small.toml", "--set", "seed=4", "--overwrite", "--progress", "none", "-o", "other.h5", "--", "-options_left", "no")
expect(f"PETSc options behind --: {done.stderr}", done.returncode == 0)
done = run("run", "small.toml", "--shard", "1/2", "-o", "shard.h5", "--progress", "none")
expect("a shard is complete in itself", done.returncode == 0)
shard = json.loads(run("status", "shard.h5", "--json").stdout)
expect(f"a shard takes its own draws: {shard['done']}", shard["done"] == 6 and shard["pending"] == 6)

# Planning.
done = run("plan", "small.toml")
expect(f"plan as text: {done.stdout} {done.stderr}", done.returncode == 0 and "3 points, 4 draws at each" in done.stdout and "memory a rank" in done.stdout)
plan = json.loads(run("plan", "small.toml", "--json", "--gflops", "50", "--nodes", "2", "--ranks-per-node", "4", "--memory-per-node", "64GB", "--set", "draws=6").stdout)
expect(f"plan counts: {plan}", plan["points"] == 3 and plan["phases"][0]["draws"] == 18 and plan["phases"][0]["teams"] == 8)
expect(f"plan takes the machine it is told: {plan['machine']}", plan["machine"]["memory_per_node"] == 64e9 and plan["product_flops_per_second"] == 50e9)
faster = json.loads(run("plan", "small.toml", "--json", "--gflops", "100", "--nodes", "2", "--ranks-per-node", "4", "--memory-per-node", "64GB", "--set", "draws=6").stdout)
expect("twice the rate takes half the time", abs(plan["seconds"] / faster["seconds"] - 2.0) < 1e-9)
scaled = json.loads(run("plan", "small.toml", "--json", "--from", "small.h5", "--ranks-per-node", "2").stdout)
stored = [point["seconds_per_draw"] for point in json.loads(run("status", "small.h5", "--json").stdout)["points"]]
span = scaled["phases"][0]["seconds_per_draw"]
expect(f"a plan from its own store has its seconds: {span} {stored}", abs(span["least"] / min(stored) - 1) < 1e-9 and abs(span["most"] / max(stored) - 1) < 1e-9)
done = run("plan", "small.toml", "--set", "n=50000", "--memory-per-node", "10GB", "--json")
large = json.loads(done.stdout)
expect(f"plan warns of memory: {large}", done.returncode == 0 and not large["fits"] and large["shortage"]["points"] == 3)
expect("and says what would fit", "warning: 3 of 3 points will not fit" in run("plan", "small.toml", "--set", "n=50000", "--memory-per-node", "10GB").stdout)
done = run("plan", "small.toml", "--sbatch", "small.sbatch")
expect(f"plan writes a job script: {done.stderr}", done.returncode == 0 and "sbatch small.sbatch" in done.stderr and "#SBATCH --time=00:10:00" in open("small.sbatch").read())
expect("which is a shell script", subprocess.run(["bash", "-n", "small.sbatch"]).returncode == 0)
expect_error(["plan", "small.toml", "--sbatch", "small.h5"], 2, "--sbatch: small.h5 given")
expect_error(["plan", "small.toml", "--sbatch", "large.sbatch", "--set", "n=50000", "--memory-per-node", "10GB"], 2, "does not fit")
expect_error(["plan", "small.toml", "--memory-per-node", "much"], 2, "--memory-per-node")
expect_error(["plan", "small.toml", "--nodes", "0"], 2, "--nodes")
expect_error(["plan", "small.toml", "--gflops", "-3"], 2, "--gflops")
expect_error(["plan", "small.toml", "--from", "nowhere.h5"], 2, "nowhere.h5")
expect_error(["plan", "small.toml", "--set", "nn=3"], 2, "unknown key")
expect_error(["plan", "nowhere.toml"], 2, "nowhere.toml")
expect("a refused script is not written", not os.path.exists("large.sbatch"))

# Reading.
status = json.loads(run("status", "small.h5", "--json").stdout)
expect("status", status["done"] == 12 and status["failed"] == 0 and status["pending"] == 0)
expect("status as text", "12 of 12 draws done" in run("status", "small.h5").stdout)
rows = list(csv.DictReader(io.StringIO(run("table", "small.h5", "--format", "csv").stdout)))
records = json.loads(run("table", "small.h5", "--format", "json").stdout)["rows"]
expect("csv and json have the same rows", len(rows) == len(records) > 0)
for row, record in zip(rows, records):
    expect("csv and json agree", row["observable"] == record["observable"] and (row["value"] == "") == (record["value"] is None)
           and (record["value"] is None or float(row["value"]) == record["value"]))
only = list(csv.DictReader(io.StringIO(run("table", "small.h5", "--format", "csv", "--observable", "eigenvalues").stdout)))
expect(f"--observable lists a long one: {len(only)}", len(only) == 3 * 60)
expect("table as text", "lambda_min" in run("table", "small.h5").stdout)
expect_error(["table", "small.h5", "--observable", "lambda_mn"], 2, "Did you mean `lambda_min`")
expect_error(["table", "small.h5", "--format", "xml"], 2, "--format")

theory = run("theory", "small.toml", "--format", "csv")
grid = [row for row in csv.DictReader(io.StringIO(theory.stdout)) if row["quantity"] == "train_error_theory" and row["ridge"] == "0.1"]
expect("theory is on the finer grid", len(grid) == 10 and all(row["value"] for row in grid))
expect("theory is the same on two ranks", run("theory", "small.toml", "--format", "csv", ranks=2).stdout == theory.stdout)
stored = {int(row["N"]): row["theory"] for row in rows if row["observable"] == "train_error" and row["ridge"] == "0.1"}
for row in grid:
    if int(row["N"]) in stored:
        expect("theory is what the store has", row["value"] == stored[int(row["N"])])

done = run("plot", "small.h5", "-o", "figure.svg")
files = done.stdout.split()
expect(f"plot writes what it names: {done.stdout} {done.stderr}", done.returncode == 0 and files and all(os.path.getsize(f) > 1000 for f in files))
expect("plot one", run("plot", "small.h5", "-o", "one.png", "--figure", "least_eigenvalue", "--script").stdout == "one.png\n" and os.path.exists("one.gp"))
expect_error(["plot", "small.h5", "--figure", "least_eigenvale"], 2, "Did you mean `least_eigenvalue`?")
expect_error(["plot", "small.h5", "-o", "figure.jpg"], 2, ".svg, .png or .pdf")
done = run("report", "small.h5", "-o", "page.html")
expect(f"report {done.stderr}", done.returncode == 0 and done.stdout == "page.html\n" and "<svg" in open("page.html").read())
expect_error(["report", "small.h5", "-o", "small.h5"], 2, "a page's name ends in .html")

# A flipped bit: check finds it, and the next run repairs it.
done = run("check", "small.h5")
expect(f"check passes a good store: {done.stdout}", done.returncode == 0 and "0 damaged" in done.stdout and "run 1:" in done.stdout)
try:
    import h5py
except ImportError:
    h5py = None
if h5py is not None:
    with h5py.File("small.h5", "r+") as file:
        file["lambda_min"][1, 2] += 1.0
    done = run("check", "small.h5")
    expect(f"check names the damaged draw: {done.stdout}", done.returncode == 1 and "damaged: draw 2 of point 1 (N = 12)" in done.stdout)
    expect("the next run takes it again", run("run", "small.toml", "--progress", "none").returncode == 0)
    expect("and the store is good", run("check", "small.h5").returncode == 0)
    again = list(csv.DictReader(io.StringIO(run("table", "small.h5", "--format", "csv").stdout)))
    expect("with the same numbers", again == rows)

# A reader that has seen enough ends a command quietly.
pipe = subprocess.run(f"{PASTUR} theory small.toml | head -1", shell=True, capture_output=True, text=True)
expect(f"a broken pipe is no error: {pipe.stderr}", pipe.stderr == "")

# The commands that only read start in a blink. The time of the processor, so that a busy machine does not matter.
def seconds_of_processor(*arguments):
    before = os.times()
    run(*arguments)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


blink = min(seconds_of_processor("list") for _ in range(5))
if "PASTUR_SANITIZED" not in os.environ:
    expect(f"list starts in a blink: {1000 * blink:.0f} ms", blink < 0.1)
print(f"list: {1000 * blink:.0f} ms of processor time")
sys.exit(1 if FAILURES else 0)
