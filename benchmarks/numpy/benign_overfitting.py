# SPDX-License-Identifier: BSD-3-Clause
"""Draws of benign_overfitting (spiked spectrum, target on the spikes) with NumPy and SciPy: exact conditional bias,
variance and errors at every ridge from one eigendecomposition of X X^T, and the best ridge of each draw."""
import argparse
import json
import time

import numpy as np
from scipy.optimize import minimize_scalar


def population(p, spikes=10, height=10.0, tail=0.2):
    s = np.full(p, tail)
    s[:spikes] = height
    theta = np.zeros(p)
    theta[:spikes] = 1.0
    return s, theta / np.sqrt(theta @ (s * theta))


def fit(Z, noise, s, theta, ridges, noise_variance):
    n = len(Z)
    X = Z * np.sqrt(s)
    D, U = np.linalg.eigh(X @ X.T)
    A = U.T @ X
    P = (A * s) @ A.T
    signal, weighted = A @ theta, A @ (s * theta)
    label = signal + U.T @ noise

    def bias_and_variance(ridge):
        w = 1.0 / (D + ridge)
        c = w * signal
        return c @ P @ c - 2.0 * weighted @ c + 1.0, noise_variance * np.sum(P.diagonal() * w**2)

    errors = []
    for ridge in ridges:
        w = 1.0 / (D + ridge)
        c = w * label
        errors.append((*bias_and_variance(ridge), c @ P @ c - 2.0 * weighted @ c + 1.0,
                       np.mean((ridge * w * label) ** 2)))
    best = minimize_scalar(lambda t: sum(bias_and_variance(np.exp(t) - D[0])), method="bounded",
                           bounds=(np.log(D[0]) - 6.0, np.log(D[0]) + 6.0), options={"xatol": 1e-6})
    bias, variance, test, train = np.array(errors).T
    return {"bias": bias, "variance": variance, "test_error": test, "train_error": train,
            "lambda_min": D[:1], "optimal_test_error": np.array([best.fun])}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("-p", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ridges", required=True, help="numbers with commas between")
    parser.add_argument("--data", help="HDF5 of pastur_export_draw: one draw from there, all values printed")
    a = parser.parse_args()
    ridges = np.array([float(r) for r in a.ridges.split(",")])
    noise_variance = 0.01
    s, theta = population(a.p)
    if a.data:
        import h5py
        with h5py.File(a.data) as file:
            Z, noise = file["X"][:].T, np.sqrt(noise_variance) * file["noise"][0]
        print(json.dumps({k: v.tolist() for k, v in fit(Z, noise, s, theta, ridges, noise_variance).items()}))
    else:
        rng = np.random.default_rng(a.seed)
        seconds = []
        for _ in range(a.draws):
            start = time.perf_counter()
            noise = np.sqrt(noise_variance) * rng.standard_normal(a.n)
            fit(rng.standard_normal((a.n, a.p)), noise, s, theta, ridges, noise_variance)
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds}))
