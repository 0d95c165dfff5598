// SPDX-License-Identifier: BSD-3-Clause
#include "bivariate_tail.hpp"

#include "activation_quadrature.hpp"

#include <boost/math/special_functions/owens_t.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::theory {
namespace {

using std::sqrt;

/// numerator / spread, with its limits at spread 0.
double ratio(double numerator, double spread) {
  if (spread > 0.0) return numerator / spread;
  return numerator == 0.0 ? 0.0 : std::copysign(INFINITY, numerator);
}

} // namespace

double owens_t(double h, double a) {
  if (std::isinf(a)) return std::copysign(0.5 * normal_tail(std::abs(h)), a);
  using DoublePolicy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  return boost::math::owens_t(h, a, DoublePolicy());
}

double joint_tail(double h, double t) {
  if (t <= -1.0) return std::max(0.0, 1.0 - 2.0 * normal_tail(-h));
  return normal_tail(h) - 2.0 * owens_t(h, sqrt((1.0 - t) / (1.0 + t)));
}

RampMoments ramp_moments(double h, double k, double theta) {
  const double rho = std::cos(theta);
  const double spread = std::abs(std::sin(theta));
  const double half = std::sin(0.5 * theta);
  const double gap = 2.0 * half * half;                      // 1 - rho
  const double k_given_h = ratio((k - h) + h * gap, spread); // (k - rho h) / sqrt(1 - rho^2)
  const double h_given_k = ratio((h - k) + k * gap, spread);
  // P(U > h, V > k) = (Q(h) + Q(k))/2 - T(h, (k - rho h)/(h s)) - T(k, (h - rho k)/(k s)).
  const double probability =
      0.5 * (normal_tail(h) + normal_tail(k)) - owens_t(h, k_given_h / h) - owens_t(k, h_given_k / k);
  // Moments of the truncated pair, by parts.
  const double at_h = normal_density(h) * normal_tail(k_given_h);
  const double at_k = normal_density(k) * normal_tail(h_given_k);
  const double corner = spread > 0.0 ? spread * normal_density(h) * normal_density(k_given_h) : 0.0;
  return {(rho + h * k) * probability - k * at_h - h * at_k + corner, probability};
}

} // namespace pastur::theory
