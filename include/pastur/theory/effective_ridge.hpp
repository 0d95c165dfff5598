// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

namespace pastur::theory {

/// One point of the curve ridge = F(kappa).
struct EffectiveRidgePoint {
  double kappa = 0.0;
  double df1 = 0.0;      ///< sum m s / (s + kappa)
  double df2 = 0.0;      ///< sum m (s / (s + kappa))^2
  double slope = 0.0;    ///< F'(kappa) = n - df2, without cancellation when rank is near n
  double residual = 0.0; ///< |F(kappa) - ridge| / (n kappa)
  int steps = 0;         ///< Newton steps taken
  bool exists = false;   ///< false when the ridge lies at or below the edge: no root, kappa is NaN
};

/// The scalar equation of every ridge regression: F(kappa) = n kappa - sum_j m_j s_j kappa / (s_j + kappa) =
/// ridge, greatest root, for n samples and population eigenvalues s_j > 0 of multiplicity m_j >= 0 (real). F
/// is convex on kappa > 0. O(number of groups) per step, vectorised. With n = 1, m = gamma w it is the
/// equation of the Marchenko-Pastur law.
class EffectiveRidge {
public:
  /// Throws std::invalid_argument for sizes that differ, samples not > 0, eigenvalues not > 0, or anything
  /// not finite.
  EffectiveRidge(double samples, std::vector<double> eigenvalues, std::vector<double> multiplicities);

  double samples() const { return samples_; }
  double rank() const { return rank_; } ///< p = sum m
  std::span<const double> eigenvalues() const { return eigenvalues_; }
  std::span<const double> multiplicities() const { return multiplicities_; }
  /// Whether p = n up to rounding (1e-12 relative): ridge 0 has no answer there.
  bool square() const;

  /// F(kappa).
  double ridge(double kappa) const;
  /// All quantities at a given kappa > 0 (residual 0).
  EffectiveRidgePoint at(double kappa) const;
  /// The greatest root, to about 1e-14 relative where F' is not small. Ridge 0 with p <= n gives kappa = 0.
  /// `start`: a kappa known to be at or above the root (that of a greater ridge), or 0.
  EffectiveRidgePoint solve(double ridge, double start = 0.0) const;
  /// The minimiser kappa_c of F: df2(kappa_c) = n; 0 when p <= n.
  double critical_kappa() const;
  /// min F = F(kappa_c) <= 0: minus the lower edge of the Gram matrix's spectrum.
  double ridge_edge() const;

private:
  struct Sums;
  Sums sums(double kappa) const;
  EffectiveRidgePoint point(double kappa, const Sums& s) const;
  double deficit(const Sums& s) const; // n - df1
  double samples_;
  std::vector<double> eigenvalues_;
  std::vector<double> multiplicities_;
  double rank_ = 0.0;
  double trace_ = 0.0; // sum m s
};

} // namespace pastur::theory
