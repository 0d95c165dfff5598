# SPDX-License-Identifier: BSD-3-Clause
"""An ensemble of relu_inconsistency networks (six points, gradient descent, step 1/lambda_max) with NumPy, by the exact
recursion of the two maps, vectorised over the networks. The networks still training are compacted at every test of the
stop rule; which one has crossed is decided at every step."""
import argparse
import json
import time

import numpy as np

X = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
Y = np.array([-1.0, 2.0, -1.0, 1.0, -2.0, 1.0])
SIDES = (X > 0, X < 0)
INTERVAL = 200  # updates between two tests of the stop rule
SETTLED, CROSSED, DEGENERATE, BUDGET = 0, 1, 2, 3


class Ensemble:
    """Arrays with shape (2 sides, networks): moments of points and starts, and the maps P."""

    def __init__(self, a, w, share):
        sides = np.array(SIDES, dtype=float)
        moment = lambda f: sides @ (share * f).T
        self.xx, self.x, self.one = moment(X * X), moment(X), moment(np.ones(6))
        self.xy, self.y = moment(X * Y), moment(Y)
        signs = np.array([a > 0, a <= 0])
        self.count = signs.sum(axis=2)
        self.aa, self.aw, self.ww = ((signs * f).sum(axis=2) for f in (a * a, a * w, w * w))
        ratio = w / a
        self.low = np.where(signs, ratio, np.inf).min(axis=2)
        self.high = np.where(signs, ratio, -np.inf).max(axis=2)
        self.reach = np.maximum(abs(self.low), abs(self.high)).max(axis=0)
        self.P_aa, self.P_ww = np.ones_like(self.aa), np.ones_like(self.aa)
        self.P_aw, self.P_ba, self.P_bw, self.P_wa = (np.zeros_like(self.aa) for _ in range(4))
        self.c = np.zeros(a.shape[0])
        self.kink = np.zeros(a.shape[0])
        self.network = np.arange(a.shape[0])
        self.h = 1.0 / self.greatest_eigenvalue() if a.shape[0] else np.zeros(0)

    def degenerate(self, share):
        drawn = np.array([(share[:, side] > 0).sum(axis=1) for side in SIDES])
        return (self.count == 0).any(axis=0) | (drawn < 2).any(axis=0)

    def greatest_eigenvalue(self):
        networks = self.c.size
        M, A = np.zeros((networks, 4, 4)), np.zeros((networks, 4, 4))
        for s in (0, 1):
            M[:, 2 * s, 2 * s], M[:, 2 * s + 1, 2 * s + 1] = self.xx[s], self.one[s]
            M[:, 2 * s, 2 * s + 1] = M[:, 2 * s + 1, 2 * s] = self.x[s]
            A[:, 2 * s, 2 * s], A[:, 2 * s + 1, 2 * s + 1] = self.aa[s] + self.ww[s], self.ww[s]
        A[:, 1::2, 1::2] += 1.0
        # A M has the eigenvalues of L^T M L with A = L L^T; a network without a sign has no such root.
        regular = (self.count > 0).all(axis=0) & (abs(self.xx * self.one - self.x**2) > 1e-12).all(axis=0)
        greatest = np.full(networks, np.inf)
        L = np.linalg.cholesky(A[regular])
        greatest[regular] = np.linalg.eigvalsh(L.transpose(0, 2, 1) @ M[regular] @ L)[:, -1]
        return greatest

    def keep(self, which):
        for name, value in vars(self).items():
            setattr(self, name, value[..., which])

    def lines(self):
        to_a = self.aa * self.P_wa + self.aw * self.P_ww
        to_w = self.aw * self.P_wa + self.ww * self.P_ww
        return self.P_aa * to_a + self.P_aw * to_w, self.P_ba * to_a + self.P_bw * to_w + self.c

    def step(self):
        """One update of all networks; returns which have a kink outside (-1, 1)."""
        slope, intercept = self.lines()
        hr = self.h * (self.xy - (self.xx * slope + self.x * intercept))
        hs = self.h * (self.y - (self.x * slope + self.one * intercept))
        aa, aw = self.P_aa + hr * self.P_wa, self.P_aw + hr * self.P_ww
        ba, bw = self.P_ba + hs * self.P_wa, self.P_bw + hs * self.P_ww
        self.P_wa = self.P_wa + (hr * self.P_aa + hs * self.P_ba)
        self.P_ww = self.P_ww + (hr * self.P_aw + hs * self.P_bw)
        self.P_aa, self.P_aw, self.P_ba, self.P_bw = aa, aw, ba, bw
        self.c = self.c + hs.sum(axis=0)
        a_low, a_high = aa + aw * self.low, aa + aw * self.high
        b_low, b_high = abs(ba + bw * self.low), abs(ba + bw * self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            farthest = np.maximum(b_low / a_low, b_high / a_high).max(axis=0)
        self.kink = np.fmax(self.kink, farthest)
        return ~((b_low < a_low) & (b_high < a_high)).all(axis=0)

    def settled(self):
        slope, intercept = self.lines()
        determinant = self.xx * self.one - self.x**2
        slope_gap = (self.one * self.xy - self.x * self.y) / determinant - slope
        intercept_gap = (self.xx * self.y - self.x * self.xy) / determinant - intercept
        near = (np.maximum(abs(slope_gap), abs(intercept_gap)) < 1e-3).all(axis=0)
        moment = lambda a1, w1, a2, w2: self.aa * a1 * a2 + self.aw * (a1 * w2 + w1 * a2) + self.ww * w1 * w2
        ww = moment(self.P_wa, self.P_ww, self.P_wa, self.P_ww)
        aa = moment(self.P_aa, self.P_aw, self.P_aa, self.P_aw) + ww
        ab = moment(self.P_aa, self.P_aw, self.P_ba, self.P_bw)
        bb = moment(self.P_ba, self.P_bw, self.P_ba, self.P_bw) + ww
        block = aa * bb - ab * ab
        to_ones, to_gap = aa / block, (aa * intercept_gap - ab * slope_gap) / block
        share = to_gap.sum(axis=0) / (1.0 + to_ones.sum(axis=0))
        left = abs(to_gap - share * to_ones).max(axis=0)
        return near & (3.0 * self.reach * left < 1.0 - self.kink)


def train(a, w, share):
    """Status and number of updates of every network."""
    networks, n = a.shape
    status, updates = np.full(networks, DEGENERATE), np.zeros(networks, dtype=int)
    e = Ensemble(a, w, share)
    e.keep(~e.degenerate(share))
    budget = 2000 * n + 100_000
    for step in range(1, budget + 1):
        out = e.step()
        if out.any():
            status[e.network[out]], updates[e.network[out]] = CROSSED, step
            e.keep(~out)
        if step % INTERVAL == 0:
            done = e.settled()
            status[e.network[done]], updates[e.network[done]] = SETTLED, step
            e.keep(~done)
        if e.network.size == 0:
            return status, updates
    status[e.network], updates[e.network] = BUDGET, budget
    return status, updates


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=64)
    parser.add_argument("--draws", type=int, default=1, help="of --networks each")
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", help="HDF5 of pastur_export_draw: networks from there, N = inf")
    a = parser.parse_args()
    inner, outer = np.sqrt(2.0), np.sqrt(2.0 / a.n)
    if a.data:
        import h5py
        with h5py.File(a.data) as file:
            start = inner * file["weights_a"][:].T, outer * file["weights_w"][:].T
        status, updates = train(*start, np.full((len(start[0]), 6), 1 / 6))
        print(json.dumps({"status": status.tolist(), "stop_step": updates.tolist()}))
    else:
        rng = np.random.default_rng(a.seed)
        seconds, crossed = [], []
        for _ in range(a.draws):
            begin = time.perf_counter()
            shape = (a.networks, a.n)
            share = rng.multinomial(a.n**2, np.full(6, 1 / 6), size=a.networks) / a.n**2
            status, _ = train(inner * rng.standard_normal(shape), outer * rng.standard_normal(shape), share)
            crossed.append(float(np.mean((status == CROSSED) | (status == DEGENERATE))))
            seconds.append(time.perf_counter() - begin)
        print(json.dumps({"seconds": seconds, "crossed": crossed}))
