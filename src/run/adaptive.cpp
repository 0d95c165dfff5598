// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/adaptive.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::run {

Precision precision(const Until& until, std::span<const Estimate> entries, std::int64_t taken) {
  Precision result;
  for (const Estimate& entry : entries) {
    if (entry.count == 0) continue;
    double allowed = std::numeric_limits<double>::infinity();
    if (until.relative_stderr) allowed = std::min(allowed, *until.relative_stderr * std::abs(entry.value));
    if (until.absolute_stderr) allowed = std::min(allowed, *until.absolute_stderr);
    // An entry that is exactly the same in every draw (a zero training error) has no error left to reduce.
    double ratio = entry.standard_error == 0.0 ? 0.0 : entry.standard_error / allowed;
    if (entry.count < 2 || std::isnan(ratio)) ratio = std::numeric_limits<double>::infinity();
    result.worst_ratio = std::max(result.worst_ratio, ratio);
  }
  result.reached = result.worst_ratio <= 1.0;
  const double predicted = static_cast<double>(taken) * result.worst_ratio * result.worst_ratio;
  result.draws_predicted = predicted < 9e15 ? static_cast<std::int64_t>(std::ceil(predicted))
                                            : std::numeric_limits<std::int64_t>::max();
  return result;
}

std::int64_t next_target(const DrawRule& rule, const Precision& now, std::int64_t taken) {
  if (taken < rule.min) return rule.min;
  if (now.reached) return taken;
  const std::int64_t wanted = std::clamp(now.draws_predicted, taken + 1, 2 * taken);
  return std::min(wanted, rule.max);
}

} // namespace pastur::run
