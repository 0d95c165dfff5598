// SPDX-License-Identifier: BSD-3-Clause
#include "relu_inconsistency_network.hpp"

#include "relu_inconsistency_clones.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pastur::studies::relu_inconsistency {

namespace {

/// Eight partial sums, added pairwise at the end: one order for every instruction set.
constexpr int partial_sums = 8;

PASTUR_INLINE double folded(const double* part) {
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

/// sum_i p_i, for which `term(i)` is evaluated in blocks of eight.
template <class Term>
PASTUR_INLINE double ordered_sum(std::int64_t n, Term term) {
  double part[partial_sums] = {};
  std::int64_t i = 0;
  for (; i + partial_sums <= n; i += partial_sums)
    for (int k = 0; k < partial_sums; ++k) part[k] += term(i + k);
  for (int k = 0; i < n; ++i, ++k) part[k] += term(i);
  return folded(part);
}

PASTUR_CLONES void pre_activations(const double* __restrict a, const double* __restrict b,
                                   const double* __restrict x, std::int64_t n, std::int64_t d,
                                   double* __restrict u) {
  if (d == 1) {
    for (std::int64_t i = 0; i < n; ++i) u[i] = b[i] + a[i] * x[0];
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) u[i] = b[i];
  std::int64_t k = 0;
  for (; k + 4 <= d; k += 4) {
    const double* __restrict a0 = a + k * n;
    for (std::int64_t i = 0; i < n; ++i)
      u[i] = (((u[i] + a0[i] * x[k]) + a0[i + n] * x[k + 1]) + a0[i + 2 * n] * x[k + 2]) +
             a0[i + 3 * n] * x[k + 3];
  }
  for (; k < d; ++k)
    for (std::int64_t i = 0; i < n; ++i) u[i] += a[i + k * n] * x[k];
}

PASTUR_CLONES double output(const double* __restrict w, const double* __restrict u, std::int64_t n) {
  return ordered_sum(n, [&](std::int64_t i) { return w[i] * (u[i] > 0.0 ? u[i] : 0.0); });
}

/// gw += sum_p g_p relu(u_p), gb += sum_p g_p 1[u_p > 0], ga_k += sum_p g_p x_pk 1[u_p > 0] over four points.
PASTUR_CLONES void add_four(const double* __restrict x, const double* __restrict u,
                            const double* __restrict g, std::int64_t n, std::int64_t d, double* __restrict ga,
                            double* __restrict gb, double* __restrict gw) {
  const double* __restrict u1 = u + n;
  const double* __restrict u2 = u1 + n;
  const double* __restrict u3 = u2 + n;
  const double g0 = g[0], g1 = g[1], g2 = g[2], g3 = g[3];
  for (std::int64_t i = 0; i < n; ++i) {
    const double s0 = u[i] > 0.0 ? g0 : 0.0, s1 = u1[i] > 0.0 ? g1 : 0.0;
    const double s2 = u2[i] > 0.0 ? g2 : 0.0, s3 = u3[i] > 0.0 ? g3 : 0.0;
    gb[i] = (((gb[i] + s0) + s1) + s2) + s3;
    gw[i] = (((gw[i] + s0 * u[i]) + s1 * u1[i]) + s2 * u2[i]) + s3 * u3[i];
  }
  for (std::int64_t k = 0; k < d; ++k) {
    const double h0 = g0 * x[k], h1 = g1 * x[k + d], h2 = g2 * x[k + 2 * d], h3 = g3 * x[k + 3 * d];
    double* __restrict out = ga + k * n;
    for (std::int64_t i = 0; i < n; ++i) {
      const double s0 = u[i] > 0.0 ? h0 : 0.0, s1 = u1[i] > 0.0 ? h1 : 0.0;
      const double s2 = u2[i] > 0.0 ? h2 : 0.0, s3 = u3[i] > 0.0 ? h3 : 0.0;
      out[i] = (((out[i] + s0) + s1) + s2) + s3;
    }
  }
}

PASTUR_CLONES void add_one(const double* __restrict x, const double* __restrict u, double g, std::int64_t n,
                           std::int64_t d, double* __restrict ga, double* __restrict gb,
                           double* __restrict gw) {
  for (std::int64_t i = 0; i < n; ++i) {
    const double s = u[i] > 0.0 ? g : 0.0;
    gb[i] += s;
    gw[i] += s * u[i];
  }
  for (std::int64_t k = 0; k < d; ++k) {
    const double h = g * x[k];
    for (std::int64_t i = 0; i < n; ++i) ga[i + k * n] += u[i] > 0.0 ? h : 0.0;
  }
}

PASTUR_CLONES void times_outer_weights(const double* __restrict w, double scale, std::int64_t n,
                                       std::int64_t d, double* __restrict ga, double* __restrict gb,
                                       double* __restrict gw) {
  for (std::int64_t i = 0; i < n; ++i) {
    gb[i] *= scale * w[i];
    gw[i] *= scale;
  }
  for (std::int64_t k = 0; k < d; ++k)
    for (std::int64_t i = 0; i < n; ++i) ga[i + k * n] *= scale * w[i];
}

PASTUR_CLONES std::int64_t changed(const double* __restrict u, const unsigned char* __restrict active,
                                   std::int64_t n) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += (u[i] > 0.0) != (active[i] != 0) ? 1 : 0;
  return count;
}

PASTUR_CLONES double largest_squared_kink(const double* __restrict a, const double* __restrict b,
                                          std::int64_t n, std::int64_t d) {
  double part[partial_sums] = {};
  const auto squared = [&](std::int64_t i) {
    double norm = a[i] * a[i];
    for (std::int64_t k = 1; k < d; ++k) norm += a[i + k * n] * a[i + k * n];
    return b[i] * b[i] / norm;
  };
  std::int64_t i = 0;
  for (; i + partial_sums <= n; i += partial_sums) {
    for (int k = 0; k < partial_sums; ++k) {
      const double value = squared(i + k);
      part[k] = value > part[k] ? value : part[k];
    }
  }
  for (; i < n; ++i) {
    const double value = squared(i);
    part[0] = value > part[0] ? value : part[0];
  }
  return *std::max_element(part, part + partial_sums);
}

} // namespace

double forward(const TwoLayer& network, const double* x, double* u) {
  pre_activations(network.a.data(), network.b.data(), x, network.n, network.d, u);
  return network.c + network.scale * output(network.w.data(), u, network.n);
}

void Slope::clear() {
  std::fill(a.begin(), a.end(), 0.0);
  std::fill(b.begin(), b.end(), 0.0);
  std::fill(w.begin(), w.end(), 0.0);
  c = 0.0;
}

void Slope::add(const TwoLayer& network, const double* x, const double* u, const double* g, int count) {
  for (int p = 0; p < count; ++p) c += g[p];
  if (count == 4) {
    add_four(x, u, g, network.n, network.d, a.data(), b.data(), w.data());
    return;
  }
  for (int p = 0; p < count; ++p) {
    add_one(x + p * network.d, u + p * network.n, g[p], network.n, network.d, a.data(), b.data(), w.data());
  }
}

void Slope::complete(const TwoLayer& network) {
  times_outer_weights(network.w.data(), network.scale, network.n, network.d, a.data(), b.data(), w.data());
}

double derivative_along(const TwoLayer& network, const Slope& slope, const double* x, const double* u) {
  const std::size_t n = static_cast<std::size_t>(network.n);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(u[i] > 0.0)) continue;
    double inner = slope.b[i];
    for (std::size_t k = 0; k < static_cast<std::size_t>(network.d); ++k) inner += slope.a[i + k * n] * x[k];
    sum += slope.w[i] * u[i] + network.w[i] * inner;
  }
  return slope.c + network.scale * sum;
}

std::int64_t pattern_changes(const double* u, const unsigned char* active, std::int64_t n) {
  return changed(u, active, n);
}

double largest_kink(const TwoLayer& network) {
  return std::sqrt(largest_squared_kink(network.a.data(), network.b.data(), network.n, network.d));
}

} // namespace pastur::studies::relu_inconsistency
