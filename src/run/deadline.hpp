// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>

namespace pastur::run {

/// When to stop taking draws before all are done: a signal, --max-seconds, or the end of the SLURM job.
class Deadline {
public:
  /// Only signals.
  Deadline() = default;
  /// The earlier of `max_seconds` from now and the end of the SLURM job this runs in, less a margin in which
  /// the store is closed. @note Collective over `world`: rank 0 asks SLURM
  Deadline(std::optional<double> max_seconds, const parallel::Communicator& world);

  /// The reason once there is one on this rank: a signal's name or the limit.
  std::optional<std::string> reached() const;
  /// Whether a draw that is expected to take `seconds` ends in time, with a quarter to spare.
  bool leaves(double seconds) const;
  /// What sets the time limit; empty without one.
  const std::string& limit() const { return limit_; }

private:
  using Clock = std::chrono::steady_clock;
  double seconds_left() const;

  std::optional<Clock::time_point> time_;
  std::string limit_;
};

/// How long draws take, from those that a team has finished in this run.
class DrawTimes {
public:
  /// `cost` of a draw: any measure that grows with its time.
  void add(double cost, double seconds);
  /// The longest draw so far of the cheapest ones that cost at least as much; zero when there is none, so
  /// that a first draw is always tried.
  double expected(double cost) const;

private:
  std::map<double, double> longest_; // by cost
};

} // namespace pastur::run
