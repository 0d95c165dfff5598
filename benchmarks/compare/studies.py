# SPDX-License-Identifier: BSD-3-Clause
"""Whole studies: from the command to the closed result file against from `python3` to the end, start-up included. Both sides
take draws of the same law; a draw of pastur's own, exported, must come out the same on the other side."""
import json

import h5py

from comparison import Comparison, Work, relative
from programs import PYTHON, SCRIPTS, numpy, run

RANKS = 2


def toml(value):
    return json.dumps(value)  # numbers, texts and lists are written alike


def study_file(path, study, draws, **parameters):
    lines = [f'study = "{study}"', "seed = 1", f"draws = {draws}", "[parameters]"]
    path.write_text("\n".join(lines + [f"{k} = {toml(v)}" for k, v in parameters.items()]) + "\n")
    return path


def logarithmic(low, high, count):
    return [low * (high / low) ** (k / (count - 1)) for k in range(count)]


def script_contenders(script, draws, *options):
    shares = ("--draws", draws)
    return {"NumPy, 2 threads": lambda: numpy(script, 1, 2, *options, share=shares),
            "NumPy, 2 processes": lambda: numpy(script, 2, 1, *options, share=shares)}


def script_values(script, *options):
    return json.loads(run([PYTHON, SCRIPTS / script, *options], threads=2)[0].splitlines()[-1])


def stored(store, draw=0):
    with h5py.File(store) as file:
        return {k: v[draw].tolist() for k, v in file.items()
                if isinstance(v, h5py.Dataset) and v.ndim > 0 and len(v) == len(file["draw"]) and k != "draw"}


def tangent_work(n, d, N, n_test, ridges):
    """A reduction, the preactivations, X X^T, and the predictions; S S^T and its test part in bits."""
    return Work(flops=4.0 / 3.0 * n**3 + 2.0 * (n + n_test) * N * d + n * n * d + 2.0 * n * n_test * (d + ridges),
                bit_pairs=0.5 * n * n * N + n * n_test * N)


def tangent(name, pastur, folder, n, d, N, n_test, ridges, draws, goal="", team_size=None):
    ridge = logarithmic(1e-3, 10.0, ridges) if ridges > 1 else [0.1]
    file = study_file(folder / f"{name}.toml", "nt_interpolation", draws, n=n, d=d, N=N, activation="relu", ridge=ridge,
                      n_test=n_test, target="linear")
    store = folder / f"{name}.h5"
    options = ["--team-size", team_size] if team_size else []
    script = ["-n", n, "-d", d, "-N", N, "--n-test", n_test, "--ridges", ",".join(map(repr, ridge))]

    def agreement(ours, theirs):
        data = pastur.export(folder / f"{name}_draw.h5",
                             [f"X=sphere:{n}x{d}", f"X_test=sphere:{n_test}x{d}", f"W=sphere:{N}x{d}", f"beta=sphere:1x{d}",
                              f"noise=normal:{n}x1"], "--study-file", file)
        own, other = stored(store), script_values("neural_tangent.py", *script, "--data", data)
        scale = max(other["eigenvalues"])  # what a symmetric eigensolver promises
        return max(relative(own["eigenvalues"], other["eigenvalues"], scale),
                   *(relative(own[k], other[k]) for k in ("train_error", "test_error"))), 1e-8
    work = tangent_work(n, d, N, n_test, ridges)
    total = Work(draws * work.flops, draws * work.bit_pairs)
    return Comparison(name, f"relu, n = {n}, d = {d}, N = {N}, {ridges} ridge{'s' * (ridges > 1)}, full spectrum, "
                      f"{draws} draws", {"": lambda: pastur.study(file, store, RANKS, *options)},
                      script_contenders("neural_tangent.py", draws, *script), total, agreement, goal)


def headline(pastur, folder, quick, inner):
    n, d, N, draws = (300, 40, 200, 2) if quick else (3000, 100, 2000, 8)
    yield tangent("nt_interpolation", pastur, folder, n, d, N, 100 if quick else 1000, 20, draws, goal=">= 4")


def ensemble(pastur, folder, quick, inner):
    for n, d, N, draws in ((64, 10, 40, 10_000), (300, 30, 100, 1000)):
        yield tangent(f"nt_interpolation ensemble n={n}", pastur, folder, n, d, N, 100, 2, draws // 50 if quick else draws)


def networks(pastur, folder, quick, inner):
    n, networks, draws = 64, 100 if quick else 500, 2 if quick else 20
    common = dict(data="six", n=n, networks=networks)
    file = study_file(folder / "relu.toml", "relu_inconsistency", draws, **common)
    exact = study_file(folder / "relu_exact.toml", "relu_inconsistency", 1, N="inf", **common)
    store, exact_store = folder / "relu.h5", folder / "relu_exact.h5"

    def agreement(ours, theirs):
        """Share of networks of one draw with another fate: rounding may move a network by one test of the stop rule."""
        data = pastur.export(folder / "relu_draw.h5",
                             [f"weights_a=normal:{networks}x{n}", f"weights_w=normal:{networks}x{n}"], "--study-file", exact)
        pastur.study(exact, exact_store, RANKS)
        own, other = stored(exact_store), script_values("relu_inconsistency.py", "-n", n, "--data", data)
        differ = sum(a != b or c != d for a, b, c, d in
                     zip(own["status"], other["status"], own["stop_step"], other["stop_step"]))
        return differ / networks, 0.002
    yield Comparison("relu_inconsistency", f"six points, n = {n}, N = n^2, {networks * draws} networks until settled or crossed",
                     {"": lambda: pastur.study(file, store, RANKS)},
                     {"NumPy, 2 processes": lambda: numpy("relu_inconsistency.py", 2, 1, "-n", n, "--networks", networks,
                                                          share=("--draws", draws))},
                     agreement=agreement)


def benign(pastur, folder, quick, inner):
    n, p, draws, ridge = 200, 2000, 4 if quick else 200, logarithmic(1e-2, 1e3, 20)
    file = study_file(folder / "benign.toml", "benign_overfitting", draws, n=n, p=p, ridge=ridge)
    store = folder / "benign.h5"
    script = ["-n", n, "-p", p, "--ridges", ",".join(map(repr, ridge))]

    def agreement(ours, theirs):
        data = pastur.export(folder / "benign_draw.h5", [f"X=normal:{n}x{p}", f"noise=normal:{n}x1"], "--study-file", file)
        own, other = stored(store), script_values("benign_overfitting.py", *script, "--data", data)
        return max(relative(own[k], other[k] if len(other[k]) > 1 else other[k][0]) for k in other), 1e-8
    # X X^T, the eigenvectors, P from the spikes and the tail.
    flops = n * n * p + 9.0 * n**3
    yield Comparison("benign_overfitting", f"spiked, n = {n}, p = {p}, 20 ridges and the best one, {draws} draws",
                     {"": lambda: pastur.study(file, store, RANKS)},
                     script_contenders("benign_overfitting.py", draws, *script), Work(flops=draws * flops), agreement)


ALL = {"headline": headline, "ensemble": ensemble, "networks": networks, "benign": benign}
