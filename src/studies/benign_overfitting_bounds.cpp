// SPDX-License-Identifier: BSD-3-Clause
// Effective ranks and the bounds built on them (Bartlett, Long, Lugosi, Tsigler 2020; Tsigler, Bartlett
// 2023).
#include <pastur/studies/benign_overfitting_bounds.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::studies::benign_overfitting {

namespace {

/// Sums over the coordinates behind each group, added up from the small end so that nothing cancels.
struct Tails {
  std::vector<double> sum;     ///< sum s
  std::vector<double> squares; ///< sum s^2
  std::vector<double> energy;  ///< sum s theta^2
};

Tails tails_of(const std::vector<Group>& groups) {
  Tails tails;
  tails.sum.assign(groups.size(), 0.0);
  tails.squares.assign(groups.size(), 0.0);
  tails.energy.assign(groups.size(), 0.0);
  for (std::size_t g = groups.size() - 1; g > 0; --g) {
    const Group& group = groups[g];
    const double count = static_cast<double>(group.count);
    tails.sum[g - 1] = tails.sum[g] + count * group.eigenvalue;
    tails.squares[g - 1] = tails.squares[g] + count * group.eigenvalue * group.eigenvalue;
    tails.energy[g - 1] = tails.energy[g] + group.energy;
  }
  return tails;
}

Bounds none() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan, nan, nan, nan, nan};
}

/// The expressions at k = the first coordinate of group g.
Bounds at_group(const std::vector<Group>& groups, const Tails& tails, std::size_t g, double n,
                double noise_variance, double tail_trace) {
  const double k = static_cast<double>(groups[g].first);
  const double s = groups[g].eigenvalue;
  const double count = static_cast<double>(groups[g].count);
  const double rho = tail_trace / (n * s);
  double head = 0.0; // sum_{i <= k} theta^2 / s
  for (std::size_t j = 0; j < g; ++j) head += groups[j].energy / groups[j].eigenvalue / groups[j].eigenvalue;
  double bias_lower = 0.0;
  double variance_lower = 0.0;
  for (const Group& group : groups) {
    const double shrink = 1.0 + group.eigenvalue / (s * rho);
    bias_lower += group.energy / (shrink * shrink);
    const double learnt = group.eigenvalue / (s * (rho + 1.0));
    variance_lower += static_cast<double>(group.count) * std::min(1.0, learnt * learnt);
  }
  const double squares = tails.squares[g] + count * s * s;
  return {.critical_index = k,
          .critical_ratio = rho,
          .bias_upper = tails.energy[g] + groups[g].energy + tail_trace / n * (tail_trace / n) * head,
          .bias_lower = bias_lower,
          .variance_upper = noise_variance * (k / n + n * squares / (tail_trace * tail_trace)),
          .variance_lower = noise_variance / n * variance_lower};
}

} // namespace

EffectiveRanks effective_ranks(const Population& population, std::span<const double> k) {
  const std::vector<Group>& groups = population.groups();
  const Tails tails = tails_of(groups);
  EffectiveRanks ranks;
  ranks.effective.reserve(k.size());
  ranks.participation.reserve(k.size());
  std::size_t g = 0;
  for (const double place : k) {
    const auto index = static_cast<std::int64_t>(place);
    while (g + 1 < groups.size() && index >= groups[g].first + groups[g].count) ++g;
    const double left = static_cast<double>(groups[g].first + groups[g].count - index);
    const double s = groups[g].eigenvalue;
    // In units of s, so that no square underflows.
    const double sum = tails.sum[g] / s + left;
    const double squares = tails.squares[g] / s / s + left;
    ranks.effective.push_back(sum);
    ranks.participation.push_back(sum * sum / squares);
  }
  return ranks;
}

std::vector<Bounds> bounds(const Population& population, std::int64_t n, double noise_variance,
                           double rank_constant, std::span<const double> ridges) {
  const std::vector<Group>& groups = population.groups();
  const Tails tails = tails_of(groups);
  const double samples = static_cast<double>(n);
  std::vector<Bounds> result;
  result.reserve(ridges.size());
  for (const double ridge : ridges) {
    // Inside a group rho_k falls with k: the first k that reaches b is a group's first coordinate.
    std::size_t g = 0;
    double tail_trace = 0.0;
    for (; g < groups.size(); ++g) {
      const double s = groups[g].eigenvalue;
      tail_trace = ridge + (tails.sum[g] + static_cast<double>(groups[g].count) * s);
      if (tail_trace / (samples * s) >= rank_constant) break;
    }
    result.push_back(g == groups.size() ? none()
                                        : at_group(groups, tails, g, samples, noise_variance, tail_trace));
  }
  return result;
}

} // namespace pastur::studies::benign_overfitting
