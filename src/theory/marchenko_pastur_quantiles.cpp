// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/deterministic_equivalent.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

/// The law in the angle p in (0, pi), x = 1 + g - 2 q cos p, q = sqrt(g) <= 1. With 1 - q cos p = (1-q) + 2 q
/// sin^2(p/2) nothing cancels near g = 1.
struct AngleLaw {
  double g;
  double q;
  double gap; // 1 - q

  double eigenvalue(double p) const {
    const double half = std::sin(0.5 * p);
    return gap * gap + 4.0 * q * half * half;
  }
  double distribution(double p) const {
    const double half = std::sin(0.5 * p);
    const double angle = std::atan2(q * std::sin(p), gap + 2.0 * q * half * half);
    return (p + angle - (angle - q * std::sin(p)) / g) / pi;
  }
  double density(double p) const { return 2.0 * std::sin(p) * std::sin(p) / (pi * eigenvalue(p)); }
};

} // namespace

std::vector<double> marchenko_pastur_quantiles(std::int64_t N, std::int64_t d) {
  if (N < 1 || d < 1) throw std::invalid_argument("marchenko_pastur_quantiles needs N >= 1 and d >= 1");
  const double small = static_cast<double>(std::min(N, d));
  const double large = static_cast<double>(std::max(N, d));
  AngleLaw law{};
  law.g = small / large;
  law.q = std::sqrt(law.g);
  law.gap = (large - small) / (large * (1.0 + law.q)); // (1 - g)/(1 + q)
  const double scale = static_cast<double>(N) > static_cast<double>(d) ? large / static_cast<double>(d) : 1.0;

  std::vector<double> quantiles(static_cast<std::size_t>(std::min(N, d)));
  double low = 0.0;
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const double level = (static_cast<double>(i) + 0.5) / small;
    // Newton inside a shrinking bracket; the root of the last level is the left end.
    double left = low;
    double right = pi;
    double p = std::min(0.5 * (left + right), left + pi / small);
    for (int step = 0; step < 200; ++step) {
      const double excess = law.distribution(p) - level;
      (excess > 0.0 ? right : left) = p;
      const double slope = law.density(p);
      double next = slope > 0.0 ? p - excess / slope : 0.5 * (left + right);
      if (!(next > left && next < right)) next = 0.5 * (left + right);
      const bool done = std::abs(next - p) <= 4e-16 * p || right - left <= 4e-16 * right;
      p = next;
      if (done) break;
    }
    low = p;
    quantiles[i] = scale * law.eigenvalue(p);
  }
  return quantiles;
}

} // namespace pastur::theory
