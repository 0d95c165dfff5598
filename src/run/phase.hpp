// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "deadline.hpp"
#include "method_tally.hpp"
#include "progress.hpp"

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/store.hpp>

#include <cstdint>
#include <vector>

namespace pastur::run {

struct Task {
  std::int64_t point;
  std::int64_t draw;
  double cost; ///< flops, for the time it will take
};

/// Takes `tasks` (the same list on every rank) in order with teams of `team_size` ranks; ranks left over
/// idle. Ends early once a rank's deadline is reached: draws in flight finish, nothing new is taken. Before a
/// time limit, a draw that `times` does not expect to end in time is left out, and a shorter one may still be
/// taken. Every finished draw is committed on return. Throws on all ranks when a commit failed. A draw that
/// fails on some ranks of its team only, while the others wait for them, ends the job (stranded_team.hpp).
/// `times` and `methods` learn from every draw of this rank's team, on its first rank.
/// Returns whether any team left a draw out.
/// @note Collective over `world`
bool run_phase(const Experiment& experiment, store::Store& store, const std::vector<Task>& tasks,
               int team_size, const Deadline& deadline, DrawTimes& times, MethodTally& methods,
               Progress& progress, const parallel::Communicator& world);

} // namespace pastur::run
