// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

namespace pastur::theory {

/// A group of equal population eigenvalues, with the target's energy in its eigenspace.
struct SpectralGroup {
  double eigenvalue;       ///< >= 0
  double multiplicity;     ///< >= 0, need not be an integer
  double energy = 0.0;     ///< target energy captured by the group
};

/// Kernel (or linear) ridge regression on n samples with these population groups: F(kappa) = n kappa - sum m s kappa / (s + kappa).
struct SpectralModel {
  std::vector<SpectralGroup> groups;
  double samples;              ///< n
  double extra_energy = 0.0;   ///< target energy outside every group: acts as noise
  double noise_variance = 0.0;
};

struct EquivalentRisk {
  double kappa = 0.0;          ///< effective ridge: greatest root of F(kappa) = ridge
  double df1 = 0.0;            ///< sum m s / (s + kappa)
  double df2 = 0.0;            ///< sum m (s / (s + kappa))^2
  double total_error = 0.0;    ///< test error including label noise
  double test_error = 0.0;     ///< noise-free: total_error - noise_variance
  double train_factor = 0.0;   ///< (explicit ridge / (n kappa))^2; its limit (1 - p/n)_+^2 at ridge 0
  double train_error = 0.0;    ///< train_factor * total_error
  double residual = 0.0;       ///< |F(kappa) - ridge|, relative to n kappa
};

/// Deterministic equivalent at total ridge `ridge + implicit_ridge` (nothing divided by n); only `ridge` enters the train factor. NaN errors when
/// p = sum m equals n at total ridge 0. Ridges below -lambda_min give NaN. Relative accuracy 1e-13 in kappa (Newton from the right, F convex).
EquivalentRisk equivalent_risk(const SpectralModel& model, double ridge, double implicit_ridge = 0.0);

/// Lower edge of the n x n Gram matrix's spectrum: max(0, -min_{kappa > 0} F(kappa)).
double equivalent_lambda_min(const SpectralModel& model);

/// Quantiles (i - 1/2)/r, i = 1..r, of the Marchenko-Pastur law of the nonzero eigenvalues of W W^T, W an N x d matrix with entries of
/// variance 1/d, r = min(N, d); ascending. Relative accuracy 1e-12.
std::vector<double> marchenko_pastur_quantiles(std::int64_t N, std::int64_t d);

} // namespace pastur::theory
