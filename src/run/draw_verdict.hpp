// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/store/store.hpp>

namespace pastur::run {

/// Where the ranks of a team settle how a draw ended. On a communicator of its own: what a rank sends that
/// left the draw early can never be taken for a message of the draw its mates are still in.
class DrawVerdict {
public:
  /// @note Collective over `team`
  explicit DrawVerdict(const parallel::Communicator& team) : team_(team.split(0)) {}

  /// Called with each rank's own record of the same draw. True: all ranks are here, and a failure on any of
  /// them is in every record: with the rank's own reason where it failed itself. False, on a rank that
  /// failed: the others do not come, because they wait in a collective call of the draw for this rank;
  /// nothing collective may follow.
  /// @note Collective over the team
  bool settle(store::DrawRecord& record) const;

private:
  parallel::Communicator team_;
};

} // namespace pastur::run
