// SPDX-License-Identifier: BSD-3-Clause
#include "deadline.hpp"

#include "slurm_job.hpp"

#include <pastur/parallel/stop_request.hpp>

#include <algorithm>

namespace pastur::run {

namespace {

/// Time to commit, close the store and leave MPI before SLURM sends its signals.
double closing_margin(double seconds_left) {
  return std::clamp(0.05 * seconds_left, 2.0, 60.0);
}

} // namespace

Deadline::Deadline(std::optional<double> max_seconds, const parallel::Communicator& world) {
  double job = std::numeric_limits<double>::infinity();
  if (world.rank() == 0) {
    if (const std::optional<double> left = seconds_to_end_of_slurm_job()) job = *left - closing_margin(*left);
  }
  job = world.min(job);
  const double own = max_seconds.value_or(std::numeric_limits<double>::infinity());
  const double seconds = std::min(own, job);
  // A limit of centuries is none, and would not fit the clock.
  if (seconds > 1e9) return;
  limit_ = own <= job ? "--max-seconds" : "the time limit of the SLURM job";
  time_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double Deadline::seconds_left() const {
  return time_ ? std::chrono::duration<double>(*time_ - Clock::now()).count()
               : std::numeric_limits<double>::infinity();
}

std::optional<std::string> Deadline::reached() const {
  if (std::optional<std::string> signal = parallel::stop_signal()) return signal;
  if (seconds_left() <= 0.0) return limit_;
  return std::nullopt;
}

bool Deadline::leaves(double seconds) const {
  return 1.25 * seconds < seconds_left();
}

void DrawTimes::add(double cost, double seconds) {
  double& longest = longest_[cost];
  longest = std::max(longest, seconds);
}

double DrawTimes::expected(double cost) const {
  const auto at_least = longest_.lower_bound(cost);
  return at_least == longest_.end() ? 0.0 : at_least->second;
}

} // namespace pastur::run
