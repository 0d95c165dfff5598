// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace pastur::theory {

/// k(a, b, c) = E sigma(u) sigma(v) and kdot = E sigma'(u) sigma'(v) = dk/dc for centred Gaussians of
/// variances a, b and covariance c.
struct DualValue {
  double kernel;
  double derivative;
};

/// Arc-cosine functions kappa_0, kappa_1, kappa_2 at rho = cos(theta), theta in [0, pi]; kappa_1' = kappa_0
/// in rho.
double arc_cosine(int order, double theta);

/// theta = arccos(rho) from 1 - rho and 1 + rho (>= 0, up to a common factor), accurate at both ends: with 1
/// - rho from the squared distance of two points no digit is lost where arccos of a rounded rho loses half of
/// them.
double correlation_angle(double one_minus_rho, double one_plus_rho);

/// The dual of an activation. Closed forms where there are any; else the Hermite series, and two-dimensional
/// quadrature where that is too slow. Variances must be finite and >= 0 (std::invalid_argument). rho =
/// c/sqrt(a b) is clipped to [-1, 1]. For sign and step `derivative` is dk/dc, infinite at |rho| = 1.
class DualActivation {
public:
  explicit DualActivation(const Activation& sigma);
  const Activation& activation() const { return sigma_; }
  bool has_closed_form() const;
  DualValue operator()(double a, double b, double c) const;
  /// The same at covariance sqrt(a b) cos(theta), for angles known better than their cosines. Without a
  /// closed form the series costs milliseconds.
  DualValue at_angle(double a, double b, double theta) const;
  /// A block of a Gram matrix, column-major, rows x columns with leading dimension rows: covariance(i, j) is
  /// replaced by k and derivative(i, j) set to kdot at variances row(i), column(j). The series' coefficients
  /// are found once for each distinct variance.
  void apply_block(std::span<const double> row_variance, std::span<const double> column_variance,
                   std::span<double> covariance, std::span<double> derivative) const;

private:
  DualValue closed_form(double a, double b, double c, double theta) const;
  Activation sigma_;
};

/// k and kdot by panel quadrature in two dimensions (one at |rho| = 1), with panels broken at the kinks:
/// slow, right for every activation with a derivative; for sign and step `derivative` is NaN.
DualValue dual_by_quadrature(const Activation& sigma, double a, double b, double c);

} // namespace pastur::theory
