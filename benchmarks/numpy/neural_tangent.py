# SPDX-License-Identifier: BSD-3-Clause
"""Draws of nt_interpolation (relu, fit, linear target) with NumPy: full spectrum, every ridge, test errors."""
import argparse
import json
import time

import numpy as np


def kernel(x, z, slopes_x, slopes_z, features):
    """Counts of neurons active on both are exact in single precision (below 2^24), at twice the rate."""
    return (slopes_x @ slopes_z.T) * (x @ z.T) / features


def fit(X, W, X_test, y, f_test, ridges):
    features = W.size
    S = (X @ W.T > 0).astype(np.float32)
    K = kernel(X, X, S, S, features)
    eigenvalues, Q = np.linalg.eigh(K)
    projected = Q.T @ y
    alphas = Q @ (projected[:, None] / (eigenvalues[:, None] + ridges))
    train = np.mean((ridges * alphas) ** 2, axis=0)
    S_test = (X_test @ W.T > 0).astype(np.float32)
    predictions = kernel(X_test, X, S_test, S, features) @ alphas
    return eigenvalues, train, np.mean((predictions - f_test[:, None]) ** 2, axis=0)


def sphere(rng, rows, d, radius):
    x = rng.standard_normal((rows, d))
    return x * (radius / np.linalg.norm(x, axis=1, keepdims=True))


def draw(rng, n, d, N, n_test):
    X, X_test = sphere(rng, n, d, np.sqrt(d)), sphere(rng, n_test, d, np.sqrt(d))
    beta = sphere(rng, 1, d, 1.0)[0]
    return X, sphere(rng, N, d, 1.0), X_test, X @ beta + 0.5 * rng.standard_normal(n), X_test @ beta


def exported(path):
    import h5py
    with h5py.File(path) as file:
        m = {name: file[name][:].T for name in file}
    radius = np.sqrt(m["X"].shape[1])
    X, X_test, beta = radius * m["X"], radius * m["X_test"], m["beta"][0]
    return X, m["W"], X_test, X @ beta + 0.5 * m["noise"][:, 0], X_test @ beta


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=300)
    parser.add_argument("-d", type=int, default=30)
    parser.add_argument("-N", type=int, default=200)
    parser.add_argument("--n-test", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ridges", required=True, help="numbers with commas between")
    parser.add_argument("--data", help="HDF5 of pastur_export_draw: one draw from there, all values printed")
    a = parser.parse_args()
    ridges = np.array([float(r) for r in a.ridges.split(",")])
    if a.data:
        values = fit(*exported(a.data), ridges)
        print(json.dumps(dict(zip(("eigenvalues", "train_error", "test_error"), map(np.ndarray.tolist, values)))))
    else:
        rng = np.random.default_rng(a.seed)
        seconds = []
        for _ in range(a.draws):
            start = time.perf_counter()
            fit(*draw(rng, a.n, a.d, a.N, a.n_test), ridges)
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds}))
