// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/gegenbauer.hpp>
#include <pastur/theory/quadrature.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

void require_dimension_and_degree(int d, int degree) {
  if (d < 2) throw std::invalid_argument("spherical harmonics need d >= 2");
  if (degree < 0) throw std::invalid_argument("a degree must be >= 0");
}

} // namespace

double harmonic_count(int d, int k) {
  require_dimension_and_degree(d, k);
  if (k == 0) return 1.0;
  // ((2k+d-2)/k) C(k+d-3, k-1), the binomial as a product of ratios.
  double count = (2.0 * k + d - 2.0) / k;
  for (int i = 1; i < k; ++i) count *= (d - 2.0 + i) / i;
  return count;
}

double log_harmonic_count(int d, int k) {
  const double count = harmonic_count(d, k);
  if (std::isfinite(count)) return std::log(count);
  double logarithm = std::log((2.0 * k + d - 2.0) / k);
  for (int i = 1; i < k; ++i) logarithm += std::log((d - 2.0 + i) / i);
  return logarithm;
}

std::vector<double> gegenbauer_polynomials(int d, double t, int count) {
  require_dimension_and_degree(d, count - 1);
  std::vector<double> p(static_cast<std::size_t>(count));
  p[0] = 1.0;
  if (count > 1) p[1] = t;
  for (int k = 1; k + 1 < count; ++k) {
    const std::size_t i = static_cast<std::size_t>(k);
    p[i + 1] = ((2.0 * k + d - 2.0) * t * p[i] - k * p[i - 1]) / (k + d - 2.0);
  }
  return p;
}

std::vector<double> funk_hecke_by_quadrature(const std::function<double(double)>& kernel, int d,
                                             int max_degree) {
  require_dimension_and_degree(d, max_degree);
  // t = cos(theta), weight sin^{d-2}. Panels, because a kernel may change fast near theta = 0 or pi.
  constexpr int panels = 16;
  const QuadratureRule rule = gauss_legendre(40, 0.0, pi / panels);
  std::vector<double> xi(static_cast<std::size_t>(max_degree) + 1, 0.0);
  double total = 0.0;
  for (int panel = 0; panel < panels; ++panel) {
    std::vector<double> part(xi.size(), 0.0);
    double part_total = 0.0;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double angle = panel * (pi / panels) + rule.nodes[i];
      const double weight = rule.weights[i] * std::pow(std::sin(angle), d - 2);
      const double t = std::cos(angle);
      const double value = weight * kernel(t);
      const std::vector<double> p = gegenbauer_polynomials(d, t, max_degree + 1);
      part_total += weight;
      for (std::size_t k = 0; k < part.size(); ++k) part[k] += value * p[k];
    }
    total += part_total;
    for (std::size_t k = 0; k < xi.size(); ++k) xi[k] += part[k];
  }
  for (double& x : xi) x /= total;
  return xi;
}

std::vector<double> funk_hecke_from_series(std::span<const double> coefficients, int d, int max_degree) {
  require_dimension_and_degree(d, max_degree);
  std::vector<double> xi(static_cast<std::size_t>(max_degree) + 1, 0.0);
  // xi_k = Gamma(d/2) / (2^k Gamma(k + d/2)) sum_{j = k + 2m} a_j j! / (j-k)! M_m,
  // M_m = Gamma(D/2) Gamma(m + 1/2) / (sqrt(pi) Gamma(m + D/2)), D = d + 2k. Every factor by its ratio to the
  // one before, so none overflows.
  double first_factor = 1.0; // k! Gamma(d/2) / (2^k Gamma(k + d/2))
  for (int k = 0; k <= max_degree; ++k) {
    if (k > 0) first_factor *= k / (d + 2.0 * (k - 1));
    double factor = first_factor;
    double sum = 0.0;
    for (std::size_t j = static_cast<std::size_t>(k), m = 0; j < coefficients.size(); j += 2, ++m) {
      sum += coefficients[j] * factor;
      const double degree = static_cast<double>(j);
      const double half = static_cast<double>(m);
      factor *= (degree + 1.0) * (degree + 2.0) / ((degree - k + 1.0) * (degree - k + 2.0));
      factor *= (half + 0.5) / (half + 0.5 * d + k);
    }
    xi[static_cast<std::size_t>(k)] = sum;
  }
  return xi;
}

} // namespace pastur::theory
