// SPDX-License-Identifier: BSD-3-Clause
// Hermite coefficients of sigma and sigma' at one variance, with which a dual activation is a power series in
// the correlation. Private to the layer.
#pragma once

#include <pastur/theory/activation.hpp>
#include <pastur/theory/dual_activation.hpp>

#include <optional>
#include <vector>

namespace pastur::theory {

class DualProfile {
public:
  DualProfile(const Activation& sigma, double variance);
  double variance() const { return variance_; }
  /// k = sum mu_k(a) mu_k(b) rho^k and kdot = sum c_k(a) c_k(b) rho^k, empty when the terms at hand leave
  /// more than 1e-13 of the scale out.
  friend std::optional<DualValue> dual_series(const DualProfile& x, const DualProfile& y, double rho);

private:
  double variance_;
  std::vector<double> value_;      // mu_k(s) = E sigma(sqrt(s) Z) h_k(Z)
  std::vector<double> slope_;      // c_k(s), the same of sigma'
  std::vector<double> value_tail_; // sum_{j>=k} mu_j^2
  std::vector<double> slope_tail_;
};

} // namespace pastur::theory
