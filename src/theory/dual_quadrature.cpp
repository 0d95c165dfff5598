// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"

#include <pastur/theory/dual_activation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::theory {
namespace {

/// Panel borders for E f(offset + scale Z): unit halves of [-12, 12], kinks of f, and borders that shrink
/// geometrically towards -offset/scale, where a steep activation turns.
std::vector<double> borders_for(const std::vector<double>& kinks, double offset, double scale) {
  std::vector<double> borders;
  for (int half = -24; half <= 24; ++half) borders.push_back(0.5 * half);
  const auto add = [&borders](double z) {
    if (std::abs(z) < 12.0) borders.push_back(z);
  };
  for (double kink : kinks) add((kink - offset) / scale);
  if (kinks.empty() && scale > 1.0) {
    const double turn = -offset / scale;
    add(turn);
    for (double width = 0.5; width * scale > 0.25; width *= 0.5) {
      add(turn + width);
      add(turn - width);
    }
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  return borders;
}

/// Calls visit(z, weight) over the panels; weights carry the Gaussian density.
template <class Visit>
void over_panels(const std::vector<double>& borders, const QuadratureRule& unit, Visit visit) {
  for (std::size_t panel = 0; panel + 1 < borders.size(); ++panel) {
    const double centre = 0.5 * (borders[panel] + borders[panel + 1]);
    const double half_width = 0.5 * (borders[panel + 1] - borders[panel]);
    for (std::size_t i = 0; i < unit.nodes.size(); ++i) {
      const double z = centre + half_width * unit.nodes[i];
      visit(z, half_width * unit.weights[i] * normal_density(z));
    }
  }
}

} // namespace

DualValue dual_by_quadrature(const Activation& sigma, double a, double b, double c) {
  require_variance(a);
  require_variance(b);
  if (!std::isfinite(c)) throw std::invalid_argument("a covariance must be finite");
  const double first = std::sqrt(a);
  const double size = a == b ? a : std::sqrt(a * b);
  const double clipped = std::min(size, std::max(-size, c));
  const double slope = a > 0.0 ? clipped / a : 0.0;
  const double spread = a > 0.0 ? std::sqrt((size - clipped) / a * (size + clipped)) : std::sqrt(b);
  const std::vector<double> kinks = sigma.kinks();
  const bool has_derivative = sigma.has_derivative();
  const QuadratureRule unit = gauss_legendre(20);
  DualValue total{0.0, 0.0};
  std::vector<double> outer_kinks = kinks;
  if (slope != 0.0) {
    // The inner average turns where the mean of v crosses a kink, over a width spread/slope: borders shrink
    // towards that.
    for (double kink : kinks) {
      outer_kinks.push_back(kink / slope);
      for (double width = 0.25 * first; width > 0.25 * spread / std::abs(slope) && width > 1e-9 * first;
           width *= 0.5) {
        outer_kinks.push_back(kink / slope - width);
        outer_kinks.push_back(kink / slope + width);
      }
    }
  }
  // With a = 0 the outer average is trivial: one node of weight one.
  const auto inner = [&](double u, double weight) {
    double value = 0.0;
    double derivative = 0.0;
    if (spread == 0.0) {
      value = sigma.value(slope * u);
      derivative = has_derivative ? sigma.derivative(slope * u) : 0.0;
    } else {
      over_panels(borders_for(kinks, slope * u, spread), unit, [&](double z, double w) {
        const double v = slope * u + spread * z;
        value += w * sigma.value(v);
        if (has_derivative) derivative += w * sigma.derivative(v);
      });
    }
    total.kernel += weight * sigma.value(u) * value;
    if (has_derivative) total.derivative += weight * sigma.derivative(u) * derivative;
  };
  if (a > 0.0) {
    over_panels(borders_for(outer_kinks, 0.0, first), unit, [&](double z, double w) { inner(first * z, w); });
  } else {
    inner(0.0, 1.0);
  }
  if (!has_derivative) total.derivative = std::numeric_limits<double>::quiet_NaN();
  return total;
}

} // namespace pastur::theory
