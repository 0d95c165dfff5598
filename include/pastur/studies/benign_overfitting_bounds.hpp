// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/benign_overfitting_population.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::studies::benign_overfitting {

/// r_k = sum_{i > k} s_i / s_{k+1} and R_k = (sum_{i > k} s_i)^2 / sum_{i > k} s_i^2.
struct EffectiveRanks {
  std::vector<double> effective;     ///< r_k
  std::vector<double> participation; ///< R_k
};
/// At the places `k`, ascending, in 0..p-1.
EffectiveRanks effective_ranks(const Population& population, std::span<const double> k);

/// Tsigler and Bartlett's expressions for bias and variance at k*, with every constant c = 1. All NaN where
/// there is no k*.
struct Bounds {
  double critical_index; ///< k* = min{k : rho_k >= b}
  double critical_ratio; ///< rho_{k*} = T_{k*} / (n s_{k*+1}), T_k = ridge + sum_{i > k} s_i
  double bias_upper, bias_lower;
  double variance_upper, variance_lower;
};
/// One for every ridge. O(number of groups) each.
std::vector<Bounds> bounds(const Population& population, std::int64_t n, double noise_variance,
                           double rank_constant, std::span<const double> ridges);

} // namespace pastur::studies::benign_overfitting
