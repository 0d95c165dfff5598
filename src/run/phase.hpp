// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "progress.hpp"

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/store.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

struct Task {
  std::int64_t point;
  std::int64_t draw;
};

/// When to stop taking draws before all are done.
struct Deadline {
  std::optional<std::chrono::steady_clock::time_point> time;
  /// The reason once there is one on this rank: a signal's name or "time limit".
  std::optional<std::string> reached() const;
};

/// Takes `tasks` (the same list on every rank) in order with teams of `team_size` ranks; ranks left over
/// idle. Ends early once a rank's deadline is reached: draws in flight finish, nothing new is taken. Every
/// finished draw is committed on return. Throws on all ranks when a commit failed.
/// @note Collective over `world`
void run_phase(const Experiment& experiment, store::Store& store, const std::vector<Task>& tasks,
               int team_size, const Deadline& deadline, Progress& progress,
               const parallel::Communicator& world);

} // namespace pastur::run
