// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/effective_ridge.hpp>

#include <complex>
#include <span>
#include <vector>

namespace pastur::theory {

// Sample covariance S = X X^T / n, X = Sigma^{1/2} Z of size d x n, aspect ratio gamma = d/n. v is the
// companion Stieltjes transform (1/n) tr (X^T X / n - z)^{-1}, m = (1/d) tr (S - z)^{-1}; v = gamma m - (1 -
// gamma)/z. Ridges are per sample: z = -ridge.

/// Sigma = 1, in closed form, for ridge > 0 and gamma > 0 (std::invalid_argument otherwise).
double isotropic_companion(double ridge, double gamma);
/// m(-ridge) for Sigma = 1.
double isotropic_stieltjes(double ridge, double gamma);
/// Density of the eigenvalues of S at x > 0 for Sigma = 1; 0 outside the support.
double isotropic_density(double x, double gamma);

/// A population spectrum: eigenvalues >= 0 and weights > 0 that sum to one.
struct PopulationSpectrum {
  std::vector<double> eigenvalues;
  std::vector<double> weights;
};

struct CompanionValue {
  std::complex<double> v;
  double residual = 0.0; ///< |F(v)| / |z|, F(v) = -1/v + gamma sum w t/(1 + t v) - z
  bool converged = false;
};

/// The upper edge and the scale of its fluctuations: n^{2/3} (lambda_max - location) / scale tends to the
/// Tracy-Widom law.
struct UpperEdge {
  double location;
  double scale;
};

/// The limiting spectrum of S for a discrete population spectrum.
class MarchenkoPastur {
public:
  /// Throws std::invalid_argument for eigenvalues < 0, weights <= 0 or not summing to one within 1e-9, gamma
  /// not > 0, no positive eigenvalue.
  MarchenkoPastur(const PopulationSpectrum& population, double gamma);

  double gamma() const { return gamma_; }
  /// kappa(ridge) = 1/v(-ridge): the greatest root of ridge = kappa (1 - gamma df1(kappa)), for every ridge
  /// above minus the lower edge. df1, df2 of the result are per dimension, sum w (t/(t+kappa))^j; slope = 1 -
  /// gamma df2 = d ridge / d kappa. Ridge 0: kappa 0 when gamma (mass of t > 0) <= 1.
  EffectiveRidgePoint effective_ridge(double ridge) const;
  /// v(z), Im z > 0.
  CompanionValue companion(std::complex<double> z) const;
  /// m(z), Im z > 0; NaN where the companion has not converged.
  std::complex<double> stieltjes(std::complex<double> z) const;
  /// Density of the eigenvalues of S at x > 0, from the limit of v on the real axis; 0 outside the support.
  double density(double x) const;
  /// Ends of the support away from 0, ascending: pairs (lower, upper); the first lower end is 0 when gamma
  /// (mass of t > 0) = 1.
  std::vector<double> edges() const;
  /// Mass of the law at 0.
  double mass_at_zero() const;
  UpperEdge upper_edge() const;

private:
  std::complex<double> equation(std::complex<double> v, std::complex<double> z) const;
  std::complex<double> equation_slope(std::complex<double> v) const;
  double position(double x) const; // z at v = -1/x
  double increase(double x) const; // sign of dz/dx: 1 - gamma sum w t^2/(t-x)^2
  double gamma_;
  std::vector<double> t_; // distinct positive eigenvalues, ascending
  std::vector<double> w_;
  double positive_mass_ = 0.0;
  EffectiveRidge equation_;
};

} // namespace pastur::theory
