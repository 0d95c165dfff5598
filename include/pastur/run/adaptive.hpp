// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/statistics.hpp>
#include <pastur/run/study_file.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace pastur::run {

/// Where a point stands against its precision goal.
struct Precision {
  bool reached = false;
  double worst_ratio = 0.0; ///< largest standard error / allowed standard error over the observable's
                            ///< entries; infinite below 2 draws
  std::int64_t draws_predicted =
      0; ///< total at which it should be reached, from standard error ~ 1/sqrt(draws)
};

/// `entries`: estimates of every entry of the observable at the point, `taken` its draws so far. An entry
/// that is missing in every draw does not count.
Precision precision(const Until& until, std::span<const Estimate> entries, std::int64_t taken);

/// How many draws the point should have after the next round: rule.min first, then the predicted number but
/// at most twice what is there, at most rule.max. A function of the draws alone, so the same study file takes
/// the same draws however it ran.
std::int64_t next_target(const DrawRule& rule, const Precision& now, std::int64_t taken);

} // namespace pastur::run
