# SPDX-License-Identifier: BSD-3-Clause
"""Kernels: both sides timed inside their programs, on the same inputs, start-up and input excluded."""
from comparison import Comparison, Work, relative
from programs import numpy

RANKS = 2
VARIANTS = ((1, 2), (2, 1))  # processes, threads of each


def label(script, processes, threads):
    return f"{script}, {f'{threads} threads' if processes == 1 else f'{processes} processes'}"


def teams(pastur, kernel, repeats, *options):
    """One team of all ranks, or one-rank teams with a task each: what `pastur run` chooses for draws that fit."""
    def run(size):
        return lambda: pastur.kernel(kernel, RANKS, size, repeats, *options)
    return {f"a team of {RANKS}": run(RANKS), f"{RANKS} teams": run(1)}


def contenders(kernels, repeats, *options, variants=VARIANTS):
    def run(kernel, processes, threads):
        return lambda: numpy("kernels.py", processes, threads, kernel, *options, repeats=repeats)
    return {label(shown, p, t): run(kernel, p, t) for kernel, shown in kernels.items() for p, t in variants}


def keys(*names, allowed=1e-8):
    def agreement(ours, theirs):
        return max(relative(ours.values[k], other.values[k]) for other in theirs for k in names), allowed
    return agreement


def gram(pastur, folder, quick, inner):
    n, N = (500, 1000) if quick else (4000, 8192)
    data = pastur.export(folder / "signs.h5", [f"u=normal:{n}x{N}"], "--identity", "benchmark")
    for kernel, shown in {"gram64": "S @ S.T, float64", "gram32": "S @ S.T, float32"}.items():
        yield Comparison(f"Gram of bits, against {shown[9:]}", f"S S^T, n = {n}, N = {N}",
                         teams(pastur, "gram", inner, "-n", n, "-N", N),
                         contenders({kernel: shown}, inner, "--data", data),
                         Work(bit_pairs=0.5 * n * n * N), keys("trace", "triangle", "squares", allowed=0.0))


def tangent_data(pastur, folder, n, d, N):
    return pastur.export(folder / f"tangent_{n}_{N}.h5",
                         [f"X=sphere:{n}x{d}", f"W=sphere:{N}x{d}", f"y=normal:{n}x1"], "--identity", "benchmark")


def assembly(pastur, folder, quick, inner):
    n, d, N = (400, 50, 300) if quick else (3000, 100, 2000)
    data = tangent_data(pastur, folder, n, d, N)
    yield Comparison("Kernel matrix", f"K_N from X, W: n = {n}, d = {d}, N = {N}",
                     teams(pastur, "assembly", inner, "-n", n, "-d", d, "-N", N),
                     contenders({"assembly": "S in float32"}, inner, "--data", data),
                     Work(flops=2.0 * n * N * d + n * n * d, bit_pairs=0.5 * n * n * N), keys("trace", "squares"))


def extremes(pastur, folder, quick, inner):
    n, d, N = (400, 50, 300) if quick else (4000, 100, 2000)
    data = tangent_data(pastur, folder, n, d, N)
    for kernel, shown, goal in (("eigvalsh", "numpy.linalg.eigvalsh", ">= 4"), ("eigsh", "scipy eigsh", "")):
        yield Comparison(f"Least and greatest eigenvalue, against {shown}", f"K_N, n = {n}, d = {d}, N = {N}",
                         teams(pastur, "extremes", inner, "-n", n, "-d", d, "-N", N),
                         contenders({kernel: shown}, inner, "--data", data),
                         Work(flops=n**3 / 3.0), keys("lambda_min", "lambda_max"), goal)


def ridge_path(pastur, folder, quick, inner):
    n, d, N = (400, 50, 300) if quick else (3000, 100, 2000)
    data = tangent_data(pastur, folder, n, d, N)
    for ridges, spectrum in ((1, False), (1, True), (100, True), (100, False)):
        options = ["-n", n, "-d", d, "-N", N, "--ridges", ridges] + ([] if spectrum else ["--no-spectrum"])
        routes = {"eigh_path": "eigh"}
        if ridges == 1 and not spectrum:
            routes = {"cholesky_path": "scipy cho_factor", "sklearn_path": "KernelRidge"}
        text = f"{ridges} ridge{'s' * (ridges > 1)}{', all eigenvalues' * spectrum}"
        yield Comparison(f"Ridge path: {text}", f"K_N, n = {n}, {text}",
                         teams(pastur, "ridge_path", inner, *options),
                         contenders(routes, inner, "--data", data, "--ridges", ridges),
                         Work(flops=n**3 * (4.0 / 3.0 if spectrum or ridges > 4 else 1.0 / 3.0)),
                         keys("norms", "residuals"))

    def path(ridges):
        return lambda: pastur.kernel("ridge_path", RANKS, 1, inner, "-n", n, "-d", d, "-N", N, "--ridges", ridges)
    yield Comparison("Ridge path: 100 ridges against 1", f"K_N, n = {n}, all eigenvalues", {f"{RANKS} teams": path(1)},
                     {"pastur, 100 ridges": path(100)}, goal="<= 1.3")


def normals(pastur, folder, quick, inner):
    n, N = (1000, 1000) if quick else (10_000, 4_000)

    def moments(ours, theirs):
        """In standard errors of the two sides' mean and mean square: random numbers agree in law only."""
        root = (n * N) ** 0.5
        return max(max(abs(side.values["mean"]), abs(side.values["square"] - 1.0) / 2**0.5) * root
                   for side in (ours, *theirs)), 5.0
    yield Comparison("Normal random numbers", f"{n * N / 1e6:g} million doubles",
                     teams(pastur, "normals", inner, "-n", n, "-N", N),
                     contenders({"normals": "Generator(SFC64)"}, inner, "-n", n, "-N", N),
                     Work(bytes=8.0 * n * N), moments)


ALL = {"gram": gram, "assembly": assembly, "extremes": extremes, "ridge_path": ridge_path, "normals": normals}
