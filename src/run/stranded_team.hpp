// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/parallel/shared_sums.hpp>
#include <pastur/parallel/work_queue.hpp>
#include <pastur/store/store.hpp>

namespace pastur::run {

/// Which teams of a phase have come to its end, known to every rank without anybody's help: a rank whose own
/// team is stuck lets the others finish before it ends the job.
class TeamRoll {
public:
  /// @note Collective over `world`
  TeamRoll(const parallel::Communicator& world, int teams);
  /// One rank of a team: it takes no more draws, and all it took are committed.
  void ended(int team);
  /// True for the first rank of a team that asks.
  bool first_to_report(int team);
  bool all_ended() const;

private:
  std::size_t teams_;
  parallel::SharedSums marks_; // per team: ended; then per team: reported
};

/// The way out for a rank of `team` that alone failed in a draw, while its mates wait in a collective call
/// for it: commits `record`, the failed draw, closes the queue, waits until the other teams have finished and
/// committed their draws in flight, and ends the job with 3, because the store can be resumed (1 when it
/// could not be written).
[[noreturn]] void leave_stranded_team(const parallel::Communicator& world, int team, TeamRoll& roll,
                                      parallel::WorkQueue& queue, store::Store& store,
                                      const store::DrawRecord& record);

} // namespace pastur::run
