// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/observable.hpp>

#include <cstdint>
#include <span>
#include <utility>

namespace pastur::run {

/// Summary of one entry of an observable at one point over its draws; NaN entries (missing) do not count, or
/// count as +infinity.
struct Estimate {
  double value = 0.0;          ///< mean or median; NaN without draws
  double standard_error = 0.0; ///< mean: s / sqrt(n); median: half the width of its 68.27 % order-statistic
                               ///< interval, infinite where its upper end is; NaN below 2 draws
  std::int64_t count = 0;
  double low = 0.0, high = 0.0; ///< mean: value -+ standard error; median: its interval; the value itself
                                ///< below 2 draws
};

Estimate estimate(std::span<const double> draws, study::Summary summary,
                  study::MissingAs missing = study::MissingAs::ignored);

/// The 68.27 % interval of the median from order statistics, whatever the law of the draws, interpolated
/// between neighbours (Hettmansperger and Sheather 1986); with two draws their range, whose coverage is 1/2.
/// NaN below 2 draws.
std::pair<double, double> median_interval(std::span<const double> draws);

/// How many standard deviations of a normal law are as improbable as t = (estimate - prediction) / standard
/// error is under Student's law with count - 1 degrees of freedom: few draws know their own spread badly, and
/// t = 15 of two draws is z = 2. At most 37 either way; t itself for many draws. Exact for means of normal
/// draws. NaN where either side is missing or infinite or the standard error is 0.
double z_score(const Estimate& estimate, double prediction);

} // namespace pastur::run
