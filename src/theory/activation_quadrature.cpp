// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

/// Extra panel borders for a smooth activation at scale sqrt(s): its poles lie at distance ~ 1/sqrt(s) from
/// 0, so panels shrink towards 0 geometrically until they are as short as that.
std::vector<double> scale_borders(double s) {
  std::vector<double> borders;
  for (double width = 0.25; width * std::sqrt(s) > 0.25 && borders.size() < 200; width *= 0.5) {
    borders.push_back(width);
    borders.push_back(-width);
  }
  return borders;
}

/// E max(Z - x, 0)^power = phi(x) x^{-1-power} int_0^inf y^power exp(-y - y^2/(2 x^2)) dy for x >= 1, where
/// phi(x) - x Q(x) would cancel.
double ramp_tail_moment(double x, int power) {
  constexpr double range = 48.0;
  constexpr int panels = 12;
  const QuadratureRule rule = gauss_legendre(40, 0.0, range / panels);
  double sum = 0.0;
  for (int panel = 0; panel < panels; ++panel) {
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double y = panel * (range / panels) + rule.nodes[i];
      sum += rule.weights[i] * std::pow(y, power) * std::exp(-y - 0.5 * (y / x) * (y / x));
    }
  }
  return normal_density(x) * sum / std::pow(x, 1 + power);
}

} // namespace

double normal_density(double x) {
  return 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2 * std::exp(-0.5 * x * x);
}

double normal_tail(double x) {
  return 0.5 * std::erfc(x * (0.5 * std::numbers::sqrt2));
}

double ramp_mean(double x) {
  return x < 1.0 ? normal_density(x) - x * normal_tail(x) : ramp_tail_moment(x, 1);
}

double ramp_second_moment(double x) {
  return x < 1.0 ? (1.0 + x * x) * normal_tail(x) - x * normal_density(x) : ramp_tail_moment(x, 2);
}

void require_variance(double variance) {
  if (!(variance >= 0.0) || !std::isfinite(variance)) {
    throw std::invalid_argument("a pre-activation variance must be finite and >= 0");
  }
}

QuadratureRule rule_for(const Activation& sigma, double variance) {
  std::vector<double> borders = sigma.kinks();
  for (double& kink : borders) kink /= std::sqrt(variance);
  if (borders.empty() && variance > 1.0) borders = scale_borders(variance);
  return gaussian_panels(borders);
}

std::vector<double> scaled_nodes(const QuadratureRule& rule, double variance) {
  std::vector<double> u = rule.nodes;
  for (double& x : u) x *= std::sqrt(variance);
  return u;
}

double panel_sum(std::span<const double> weights, std::span<const double> values) {
  constexpr std::size_t panel = 40;
  double sum = 0.0;
  for (std::size_t begin = 0; begin < weights.size(); begin += panel) {
    const std::size_t end = std::min(begin + panel, weights.size());
    double part = 0.0;
    for (std::size_t i = begin; i < end; ++i) part += weights[i] * values[i];
    sum += part;
  }
  return sum;
}

} // namespace pastur::theory
