# SPDX-License-Identifier: BSD-3-Clause
"""The kernels of pastur_kernels with NumPy, SciPy and scikit-learn, on the inputs that pastur_export_draw wrote.
Prints the seconds of every repeat, and the values by which the two sides are compared."""
import argparse
import json
import time

import h5py
import numpy as np


def exported(path, *names):
    with h5py.File(path) as file:
        return [np.ascontiguousarray(file[name][:].T) for name in names]


def neural_tangent_kernel(X, W):
    S = (X @ W.T > 0).astype(np.float32)  # exact counts below 2^24
    return (S @ S.T) * (X @ X.T) / W.size


def kernel_matrix(path):
    X, W = exported(path, "X", "W")
    return neural_tangent_kernel(np.sqrt(X.shape[1]) * X, W)


def gram(path, dtype):
    S = (exported(path, "u")[0] > 0).astype(dtype)
    return lambda: S @ S.T


def gram_values(G):
    G = np.tril(G).astype(float)
    return {"trace": np.trace(G), "triangle": G.sum(), "squares": (G * G).sum()}


def assembly(path):
    X, W = exported(path, "X", "W")
    X *= np.sqrt(X.shape[1])
    return lambda: neural_tangent_kernel(X, W)


def assembly_values(K):
    return {"trace": np.trace(K), "squares": (np.tril(K) ** 2).sum()}


def eigvalsh(path):
    K = kernel_matrix(path)
    return lambda: np.linalg.eigvalsh(K)[[0, -1]]


def eigsh(path):
    from scipy.sparse.linalg import eigsh as krylov
    K = kernel_matrix(path)

    def ends():
        least = krylov(K, k=1, sigma=0.0, which="LM", return_eigenvectors=False)
        return least[0], krylov(K, k=1, which="LA", return_eigenvectors=False)[0]
    return ends


def extreme_values(ends):
    return {"lambda_min": float(ends[0]), "lambda_max": float(ends[1])}


def ridges_of(count):
    return 10.0 ** (-3.0 + 4.0 * np.arange(count) / max(1, count - 1))


def eigh_path(path, count):
    """One eigendecomposition answers every ridge."""
    K, (y,) = kernel_matrix(path), exported(path, "y")
    ridges = ridges_of(count)

    def solve():
        w, Q = np.linalg.eigh(K)
        return ridges, Q @ ((Q.T @ y) / (w[:, None] + ridges))
    return solve


def cholesky_path(path, count):
    from scipy.linalg import cho_factor, cho_solve
    K, (y,) = kernel_matrix(path), exported(path, "y")
    ridges = ridges_of(count)

    def solve():
        alphas = []
        for ridge in ridges:
            shifted = K.copy()
            shifted.flat[:: len(K) + 1] += ridge
            factor = cho_factor(shifted, lower=True, overwrite_a=True, check_finite=False)
            alphas.append(cho_solve(factor, y, check_finite=False))
        return ridges, np.hstack(alphas)
    return solve


def sklearn_path(path, count):
    from sklearn.kernel_ridge import KernelRidge
    K, (y,) = kernel_matrix(path), exported(path, "y")
    ridges = ridges_of(count)
    return lambda: (ridges, np.hstack([KernelRidge(alpha=r, kernel="precomputed").fit(K, y).dual_coef_
                                       for r in ridges]))


def path_values(result):
    ridges, alphas = result
    norms = (alphas**2).sum(axis=0)
    return {"norms": norms.tolist(), "residuals": (ridges**2 * norms).tolist()}


def normals(rows, columns):
    rng = np.random.Generator(np.random.SFC64(1))  # the fastest of NumPy's bit generators
    x = np.empty((rows, columns))
    return lambda: rng.standard_normal(out=x)


def normal_values(x):
    return {"mean": x.mean(), "square": (x**2).mean()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kernel", choices=["gram64", "gram32", "assembly", "eigvalsh", "eigsh", "eigh_path",
                                           "cholesky_path", "sklearn_path", "normals"])
    parser.add_argument("--data")
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("-N", type=int, default=1000)
    parser.add_argument("--ridges", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    a = parser.parse_args()
    work, values = {
        "gram64": (lambda: gram(a.data, np.float64), gram_values),
        "gram32": (lambda: gram(a.data, np.float32), gram_values),
        "assembly": (lambda: assembly(a.data), assembly_values),
        "eigvalsh": (lambda: eigvalsh(a.data), extreme_values),
        "eigsh": (lambda: eigsh(a.data), extreme_values),
        "eigh_path": (lambda: eigh_path(a.data, a.ridges), path_values),
        "cholesky_path": (lambda: cholesky_path(a.data, a.ridges), path_values),
        "sklearn_path": (lambda: sklearn_path(a.data, a.ridges), path_values),
        "normals": (lambda: normals(a.n, a.N), normal_values),
    }[a.kernel]
    run = work()
    seconds = []
    for _ in range(a.repeats + 1):  # the first one warms up
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds[1:], **{k: v if isinstance(v, list) else float(v)
                                             for k, v in values(result).items()}}))
