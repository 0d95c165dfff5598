// SPDX-License-Identifier: BSD-3-Clause
#include "dual_series.hpp"

#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::theory {
namespace {

constexpr int terms = 256;

/// tail[k] = sum_{j >= k} x_j^2, the part above the last term from the second moment.
std::vector<double> tails(const std::vector<double>& x, double second_moment) {
  double kept = 0.0;
  for (double value : x) kept += value * value;
  std::vector<double> tail(x.size() + 1);
  // Rounding of the second moment is no tail.
  const double rest = second_moment - kept;
  tail[x.size()] = rest > 1e-14 * second_moment ? rest : 0.0;
  for (std::size_t k = x.size(); k-- > 0;) tail[k] = tail[k + 1] + x[k] * x[k];
  return tail;
}

/// Sum of x_k y_k rho^k, or nothing when the terms do not reach the accuracy. |remainder after K terms| <=
/// sqrt(tail_x tail_y) |rho|^K.
std::optional<double> product_series(const std::vector<double>& x, const std::vector<double>& x_tail,
                                     const std::vector<double>& y, const std::vector<double>& y_tail,
                                     double rho) {
  const double enough = 1e-14 * std::sqrt(x_tail[0] * y_tail[0]);
  double power = 1.0;
  double sum = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (std::sqrt(x_tail[k] * y_tail[k]) * power <= enough) return sum;
    sum += x[k] * y[k] * (rho < 0.0 && k % 2 == 1 ? -power : power);
    power *= std::abs(rho);
  }
  if (std::sqrt(x_tail.back() * y_tail.back()) * power <= 10.0 * enough) return sum;
  return std::nullopt;
}

} // namespace

DualProfile::DualProfile(const Activation& sigma, double variance)
    : variance_(variance), value_(hermite_coefficients(sigma, terms, variance)),
      slope_(derivative_hermite_coefficients(sigma, terms, variance)),
      value_tail_(tails(value_, second_moment(sigma, variance))),
      slope_tail_(tails(slope_, derivative_second_moment(sigma, variance))) {}

std::optional<DualValue> dual_series(const DualProfile& x, const DualProfile& y, double rho) {
  const auto kernel = product_series(x.value_, x.value_tail_, y.value_, y.value_tail_, rho);
  const auto derivative = product_series(x.slope_, x.slope_tail_, y.slope_, y.slope_tail_, rho);
  if (!kernel || !derivative) return std::nullopt;
  return DualValue{*kernel, *derivative};
}

} // namespace pastur::theory
