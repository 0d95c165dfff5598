// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/targets.hpp>
#include <pastur/theory/activation.hpp>
#include <pastur/theory/deterministic_equivalent.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::studies::nt_interpolation {

/// What the predictions depend on, for inputs uniform on the sphere of radius sqrt(d).
struct Setting {
  theory::Activation activation{theory::ActivationKind::relu};
  std::int64_t n = 0; ///< samples
  std::int64_t d = 0; ///< input dimension
  std::int64_t N = 0; ///< neurons (finite width only)
  learning::Target target = learning::Target::linear;
  double noise_variance = 0.0; ///< of linear and lin_quad; random labels count as pure noise of variance 1
};

/// gamma_l = E sigma'(G)^2 - sum_{k < l} c_k^2, l = 0..degree: what the activation keeps above degree l - 1.
/// gamma_1 = Var sigma'(G).
std::vector<double> hermite_tail(const theory::Activation& activation, std::int64_t degree);

/// The infinite-width kernel's population spectrum: groups xi_k of multiplicity B_k for k <= degree, and the
/// tail, which acts as a ridge.
struct InfiniteWidth {
  theory::SpectralModel model;
  std::vector<double> eigenvalues; ///< xi_0..xi_degree
  double tail = 0.0;               ///< E sigma'^2 - sum_k B_k xi_k: the self-induced ridge
};
InfiniteWidth infinite_width(const Setting& setting, std::int64_t degree);

/// Squared singular values of W that the finite-width theory uses: Marchenko-Pastur quantiles, min(N, d) of
/// them.
std::vector<double> squared_singular_values(std::int64_t N, std::int64_t d);

/// The population spectrum of the N d neural-tangent features at finite width: d linear directions, pairs of
/// singular directions of W, bulk. Pairs that share an eigenvalue are one group: r (r + 3)/2 + 2 groups for r
/// = min(N, d) singular values `squared` = s_1^2..s_r^2, ascending (exact for r <= 2048, neighbours merged
/// beyond). Valid for N >= 2, d >= 20, n << d^3.
theory::SpectralModel finite_width(const Setting& setting, std::span<const double> squared);

/// v(sigma) (1 - sqrt(n / (N d)))_+^2.
double crude_lambda_min(const Setting& setting);

/// Edges (1 -+ sqrt(n / (N d)))^2 of K^{-1/2} K_N K^{-1/2}; the lower one is 0 when N d <= n.
struct RelativeEdges {
  double lowest, greatest;
};
RelativeEdges relative_edges(const Setting& setting);

/// Train error of the pseudo-inverse fit at finite width: max(0, 1 - N d / n) for random labels (exact up to
/// samples without an active neuron), else the deterministic equivalent at ridge 0.
double interpolation_error(const Setting& setting, const theory::SpectralModel& finite);

} // namespace pastur::studies::nt_interpolation
