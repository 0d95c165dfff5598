// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/shared_sums.hpp>
#include <pastur/run/runner.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

/// Draws done, rate, time left and a running standard error, shown by rank 0 between its own draws: a bar on
/// a terminal, a plain line every so often elsewhere. Every team leader reports its draws through one-sided
/// sums, so nobody waits.
class Progress {
public:
  /// `cost`: flops per point, for the time left. `watched`: the observable whose first entry's error is
  /// shown, or empty. @note Collective
  Progress(const parallel::Communicator& world, ProgressStyle style, std::vector<double> cost,
           std::string watched);

  /// What lies ahead: draws still to take per point (adds up over adaptive rounds). All ranks alike.
  void expect(const std::vector<std::int64_t>& draws_per_point);
  /// One finished draw of `point`; `value`: the watched entry. Team leaders only.
  void finished(std::int64_t point, bool failed, std::optional<double> value);
  /// Shows the state when it is time to; rank 0 only.
  void show(bool final = false);

private:
  double remaining_fraction(const std::vector<double>& sums) const;
  std::string line(const std::vector<double>& sums, double elapsed) const;

  int rank_;
  ProgressStyle style_;
  std::vector<double> cost_;
  std::string watched_;
  std::vector<std::int64_t> expected_;
  parallel::SharedSums sums_; // per point: done, failed, then count, sum and sum of squares of the watched
                              // entry less its first value
  std::chrono::steady_clock::time_point start_, last_shown_;
};

} // namespace pastur::run
