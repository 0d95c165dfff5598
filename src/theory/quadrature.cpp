// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/quadrature.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

/// Nodes and weights on [-1, 1]: Newton on the Legendre polynomial P_n from cos(pi (k - 1/4) / (n + 1/2));
/// weights 2 / ((1 - x^2) P_n'^2).
QuadratureRule legendre_on_unit_interval(int n) {
  QuadratureRule rule;
  rule.nodes.resize(static_cast<std::size_t>(n));
  rule.weights.resize(static_cast<std::size_t>(n));
  for (int k = 0; k < (n + 1) / 2; ++k) {
    double x = std::cos(std::numbers::pi * (k + 0.75) / (n + 0.5));
    if (n % 2 == 1 && k == n / 2) x = 0.0;
    double slope = 1.0;
    for (int step = 0; step < 100; ++step) {
      double previous = 1.0;
      double current = x;
      for (int j = 1; j < n; ++j) {
        const double next = ((2 * j + 1) * x * current - j * previous) / (j + 1);
        previous = current;
        current = next;
      }
      slope = n * (x * current - previous) / (x * x - 1.0);
      const double move = current / slope;
      x -= move;
      if (std::abs(move) <= 2e-16) break;
    }
    const double weight = 2.0 / ((1.0 - x * x) * slope * slope);
    const std::size_t left = static_cast<std::size_t>(k);
    const std::size_t right = static_cast<std::size_t>(n - 1 - k);
    rule.nodes[left] = -x;
    rule.nodes[right] = x;
    rule.weights[left] = rule.weights[right] = weight;
  }
  return rule;
}

const QuadratureRule& cached_legendre(int n) {
  static std::mutex mutex;
  static std::map<int, QuadratureRule> rules;
  const std::lock_guard lock(mutex);
  const auto found = rules.find(n);
  if (found != rules.end()) return found->second;
  return rules.emplace(n, legendre_on_unit_interval(n)).first->second;
}

constexpr double gaussian_range = 12.0;
constexpr int panel_nodes = 40;

QuadratureRule build_gaussian_panels(std::span<const double> kinks) {
  std::vector<double> borders;
  for (int half = -24; half <= 24; ++half) borders.push_back(0.5 * half);
  for (double kink : kinks) {
    if (std::isnan(kink)) throw std::invalid_argument("gaussian_panels: a kink is not a number");
    if (std::abs(kink) < gaussian_range) borders.push_back(kink);
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());

  const QuadratureRule& unit = cached_legendre(panel_nodes);
  constexpr double density_scale = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
  QuadratureRule rule;
  rule.nodes.reserve((borders.size() - 1) * panel_nodes);
  rule.weights.reserve((borders.size() - 1) * panel_nodes);
  for (std::size_t panel = 0; panel + 1 < borders.size(); ++panel) {
    const double centre = 0.5 * (borders[panel] + borders[panel + 1]);
    const double half_width = 0.5 * (borders[panel + 1] - borders[panel]);
    for (std::size_t i = 0; i < panel_nodes; ++i) {
      const double z = centre + half_width * unit.nodes[i];
      rule.nodes.push_back(z);
      rule.weights.push_back(half_width * unit.weights[i] * density_scale * std::exp(-0.5 * z * z));
    }
  }
  return rule;
}

} // namespace

QuadratureRule gauss_legendre(int n, double a, double b) {
  if (n < 1) throw std::invalid_argument("gauss_legendre needs at least one node");
  if (!std::isfinite(a) || !std::isfinite(b))
    throw std::invalid_argument("gauss_legendre needs a finite interval");
  QuadratureRule rule = cached_legendre(n);
  if (a == -1.0 && b == 1.0) return rule;
  const double centre = 0.5 * (a + b);
  const double half_width = 0.5 * (b - a);
  for (double& x : rule.nodes) x = centre + half_width * x;
  for (double& w : rule.weights) w *= half_width;
  return rule;
}

QuadratureRule gaussian_panels(std::span<const double> kinks) {
  static const QuadratureRule smooth = build_gaussian_panels({});
  // 0 is a border already.
  if (std::all_of(kinks.begin(), kinks.end(), [](double kink) { return kink == 0.0; })) return smooth;
  return build_gaussian_panels(kinks);
}

double gaussian_mean(const std::function<double(double)>& f, std::span<const double> kinks) {
  const QuadratureRule rule = gaussian_panels(kinks);
  double sum = 0.0;
  double lost = 0.0; // Neumaier: 2000 terms of one sign would cost a digit
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double term = rule.weights[i] * f(rule.nodes[i]);
    const double next = sum + term;
    lost += std::abs(sum) >= std::abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  return sum + lost;
}

} // namespace pastur::theory
