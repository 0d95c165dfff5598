// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/skip_block_law.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::theory {

namespace {

/// The q-transform of a slope law at z, free of cancellation.
double slope_factor(const SlopeLaw& law, double z) {
  if (law.is_isometric()) return 1.0 + z;
  if (law.off == 0.0) return law.on + z;
  const double eta2 = law.off * law.off;
  if (law.on == 0.0) return eta2 * (1.0 + z);
  const double b = law.second_moment() + z * (1.0 + eta2);
  const double product = eta2 * z * (1.0 + z);
  const double root = std::sqrt(std::max(0.0, b * b - 4.0 * product));
  return b > 0.0 ? 0.5 * (b + root) : 2.0 * product / (b - root);
}

/// Greatest value of f on a grid of [low, high], refined by golden section between the grid's neighbours.
template <class Function>
double greatest(double low, double high, Function f) {
  constexpr int points = 1500;
  const double step = (high - low) / (points + 1);
  double best = -std::numeric_limits<double>::infinity();
  int at = 0;
  for (int k = 1; k <= points; ++k) {
    const double value = f(low + k * step);
    if (value > best) {
      best = value;
      at = k;
    }
  }
  if (at == 0) return best;
  constexpr double ratio = 0.61803398874989485;
  double a = low + (at - 1) * step;
  double b = low + (at + 1) * step;
  double c = b - ratio * (b - a);
  double d = a + ratio * (b - a);
  double f_c = f(c);
  double f_d = f(d);
  // A quadratic maximum is flat to rounding at 1e-8 of its width.
  for (int round = 0; round < 60; ++round) {
    if (f_c > f_d) {
      b = d;
      d = c;
      f_d = f_c;
      c = b - ratio * (b - a);
      f_c = f(c);
    } else {
      a = c;
      c = d;
      f_c = f_d;
      d = a + ratio * (b - a);
      f_d = f(d);
    }
  }
  return std::max({best, f_c, f_d});
}

/// Zero on [low, high] of a function positive at low and negative at high, or the other way round.
template <class Function>
double bisect(double low, double high, Function f) {
  const bool falls = f(low) > 0.0;
  for (int round = 0; round < 200; ++round) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if ((f(middle) > 0.0) == falls) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return 0.5 * (low + high);
}

void require_law(const SlopeLaw& law) {
  if (!(law.on >= 0.0 && law.on <= 1.0))
    throw std::invalid_argument("a probability of slopes outside [0, 1]");
  if (!(std::abs(law.off) <= 1.0)) throw std::invalid_argument("a slope outside [-1, 1]");
}

constexpr double log_low = -20.0;
constexpr double log_high = 8.0;

} // namespace

SkipBlockLaw::SkipBlockLaw(const SkipBlock& block) : block_(block) {
  if (!(block.scale > 0.0) || !std::isfinite(block.scale))
    throw std::invalid_argument("a weight scale that is not positive");
  if (block.depth < 1) throw std::invalid_argument("a block of no layers");
  require_law(block.inner);
  require_law(block.outer);
  if (block.depth > 1 && block.inner.second_moment() == 0.0)
    throw std::invalid_argument("inner slopes that all vanish");
}

double SkipBlockLaw::block_factor(double z) const {
  const double q = block_.depth > 1 ? slope_factor(block_.inner, z) : 1.0;
  return std::pow(block_.scale, 2 * block_.depth) * std::pow(q, block_.depth - 1);
}

double SkipBlockLaw::squared(double y, double z) const {
  return (1.0 + y) * slope_factor(block_.outer, y) * block_factor(z) / z;
}

double SkipBlockLaw::lowest_fraction() const {
  return block_.depth > 1 && block_.inner.off == 0.0 ? block_.inner.on : 1.0;
}

double SkipBlockLaw::critical_skip() const {
  return std::sqrt(block_factor(0.0));
}

double SkipBlockLaw::upper_edge(double skip) const {
  const double negated = greatest(log_low, log_high, [&](double log_z) {
    const double z = std::exp(log_z);
    const double ratio = skip * skip * z / block_factor(z);
    // y = z - 1/2 + R/2 with R = sqrt(1 + 4 ratio).
    const double y = z + 2.0 * ratio / (1.0 + std::sqrt(1.0 + 4.0 * ratio));
    return -squared(y, z);
  });
  return std::sqrt(-negated);
}

double SkipBlockLaw::gap_edge(double skip) const {
  return greatest(log_low, log_high, [&](double log_z) {
    const double z = std::exp(log_z);
    const double ratio = skip * skip * z / block_factor(z);
    // 1 + y = z + 1/2 - R/2.
    const double shifted = z - 2.0 * ratio / (1.0 + std::sqrt(1.0 + 4.0 * ratio));
    if (!(shifted < 0.0)) return 0.0;
    return shifted * slope_factor(block_.outer, shifted - 1.0) * block_factor(z) / z;
  });
}

double SkipBlockLaw::deflated_edge(double skip) const {
  const double pole = lowest_fraction();
  const double lowest = skip == 0.0 ? std::max(-1.0, -pole) : -1.0;
  const double highest = -block_.outer.on;
  if (!(lowest < highest)) return 0.0;
  return greatest(lowest, highest, [&](double y) {
    if (skip == 0.0) return squared(y, y);
    const double z = bisect(std::max(y, -pole), 0.0, [&](double at) {
      return (y - at) * (1.0 + y - at) * block_factor(at) - skip * skip * at;
    });
    return squared(y, z);
  });
}

SingularEdges SkipBlockLaw::edges(double skip) const {
  skip = std::abs(skip);
  SingularEdges result;
  result.upper = upper_edge(skip);
  const bool above = skip > critical_skip();
  double lower = above ? gap_edge(skip) : 0.0;
  const bool zero_slopes = block_.outer.off == 0.0 && block_.outer.on < 1.0;
  if (zero_slopes) lower = std::max(lower, deflated_edge(skip));
  result.lower = std::sqrt(std::max(0.0, lower));
  return result;
}

std::optional<double> SkipBlockLaw::hard_edge_slope(double skip) const {
  skip = std::abs(skip);
  if (!block_.outer.is_isometric() || skip >= critical_skip() || (skip == 0.0 && block_.depth > 1))
    return std::nullopt;
  if (block_.depth == 1) {
    const double share = skip / block_.scale;
    return std::sqrt((1.0 - share) * (1.0 + share)) / block_.scale;
  }
  const double z =
      bisect(-lowest_fraction(), 0.0, [&](double at) { return (1.0 + at) * block_factor(at) - skip * skip; });
  return std::sqrt(-z / block_factor(z));
}

} // namespace pastur::theory
