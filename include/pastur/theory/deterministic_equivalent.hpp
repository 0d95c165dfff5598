// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/effective_ridge.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::theory {

/// A group of equal population eigenvalues, with the target's energy in its eigenspace.
struct SpectralGroup {
  double eigenvalue;   ///< >= 0
  double multiplicity; ///< >= 0, need not be an integer
  double energy = 0.0; ///< target energy captured by the group
};

/// Kernel (or linear) ridge regression on n samples with these population groups: F(kappa) = n kappa - sum m
/// s kappa / (s + kappa).
struct SpectralModel {
  std::vector<SpectralGroup> groups;
  double samples;            ///< n
  double extra_energy = 0.0; ///< target energy outside every group: acts as noise
  double noise_variance = 0.0;
};

struct EquivalentRisk {
  double kappa = 0.0;        ///< effective ridge: greatest root of F(kappa) = ridge
  double df1 = 0.0;          ///< sum m s / (s + kappa)
  double df2 = 0.0;          ///< sum m (s / (s + kappa))^2
  double bias = 0.0;         ///< [sum energy (kappa/(s+kappa))^2 + extra_energy] / (1 - df2/n)
  double variance = 0.0;     ///< noise_variance (df2/n) / (1 - df2/n)
  double total_error = 0.0;  ///< test error including label noise: bias + variance + noise_variance
  double test_error = 0.0;   ///< noise-free: bias + variance
  double train_factor = 0.0; ///< (explicit ridge / (n kappa))^2; its limit (1 - p/n)_+^2 at ridge 0
  double train_error = 0.0;  ///< train_factor * total_error
  double residual = 0.0;     ///< |F(kappa) - ridge|, relative to n kappa
};

/// The deterministic equivalent of one model, set up once for many ridges: O(number of groups) per Newton
/// step.
class DeterministicEquivalent {
public:
  /// Throws std::invalid_argument for negative or non-finite eigenvalues, multiplicities, energies or noise,
  /// and samples not > 0.
  explicit DeterministicEquivalent(const SpectralModel& model);

  /// At total ridge `ridge + implicit_ridge` (nothing divided by n); only `ridge` enters the train factor.
  /// Errors are NaN when p = sum m equals n at total ridge 0; everything is NaN for a total ridge at or below
  /// -lambda_min(), where the equation has no root.
  EquivalentRisk risk(double ridge, double implicit_ridge = 0.0) const;
  /// The same for every entry, each solved from its greater neighbour.
  std::vector<EquivalentRisk> risks(std::span<const double> ridges, double implicit_ridge = 0.0) const;
  /// At a given kappa > critical kappa, where the ridge is F(kappa) (no implicit ridge).
  EquivalentRisk risk_at(double kappa) const;
  /// Lower edge of the n x n Gram matrix's spectrum: max(0, -min_{kappa > 0} F(kappa)).
  double lambda_min() const { return 0.0 - equation_.ridge_edge(); } // 0 - 0 is +0
  const EffectiveRidge& equation() const { return equation_; }

private:
  EquivalentRisk from_point(const EffectiveRidgePoint& point, double ridge, double implicit_ridge) const;
  EffectiveRidge equation_;
  std::vector<double> energies_; // of the groups with a positive eigenvalue
  double extra_energy_;
  double noise_variance_;
};

/// Deterministic equivalent at total ridge `ridge + implicit_ridge` (nothing divided by n); only `ridge`
/// enters the train factor. NaN errors when p = sum m equals n at total ridge 0. Ridges at or below
/// -lambda_min give NaN. Relative accuracy 1e-13 in kappa (Newton from the right, F convex).
EquivalentRisk equivalent_risk(const SpectralModel& model, double ridge, double implicit_ridge = 0.0);

/// Lower edge of the n x n Gram matrix's spectrum: max(0, -min_{kappa > 0} F(kappa)).
double equivalent_lambda_min(const SpectralModel& model);

/// Quantiles (i - 1/2)/r, i = 1..r, of the Marchenko-Pastur law of the nonzero eigenvalues of W W^T, W an N x
/// d matrix with entries of variance 1/d, r = min(N, d); ascending. Relative accuracy 1e-12.
std::vector<double> marchenko_pastur_quantiles(std::int64_t N, std::int64_t d);

} // namespace pastur::theory
