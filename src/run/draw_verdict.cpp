// SPDX-License-Identifier: BSD-3-Clause
#include "draw_verdict.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <algorithm>

namespace pastur::run {

bool DrawVerdict::settle(store::DrawRecord& record) const {
  if (team_.size() == 1) return true;
  const bool failed = record.state == store::DrawState::failed;
  // A rank that succeeded waits for mates that may still compute. One that failed waits for mates that fail
  // too, as long after it as unequal shares of the draw can make them.
  const parallel::Seconds longest =
      failed ? std::max(parallel::patience, parallel::Seconds(0.1 * record.seconds)) : parallel::for_ever;
  if (!parallel::all_arrive(team_, longest)) return false;
  try {
    parallel::agree(team_, !failed, record.reason);
  } catch (const std::exception& error) {
    if (failed) return true; // a rank keeps the reason it has
    record.state = store::DrawState::failed;
    record.reason = error.what();
    record.values.clear();
  }
  return true;
}

} // namespace pastur::run
