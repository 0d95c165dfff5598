// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/merge.hpp>
#include <pastur/run/runner.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pastur::run {

/// What a run says about itself in the store, as one JSON text: written at its start without an end, again
/// when it ends.
class Provenance {
public:
  /// @note Collective over `world` (host names are gathered)
  Provenance(const RunOptions& options, const parallel::Communicator& world,
             const std::vector<int>& team_sizes, const std::vector<std::string>& warnings);
  std::string started() const;
  /// `methods`: JSON of MethodTally.
  std::string ended(ExitCode code, std::int64_t draws_done, std::int64_t draws_failed,
                    const std::string& methods) const;

  /// Of a merge: the stores it read, and how many of their runs' records found no slot.
  std::string merged(const std::vector<std::string>& inputs, std::int64_t runs_left_out,
                     const MergeReport& report) const;

private:
  std::string base_;
};

/// When the run of a record began; empty for an unreadable one.
std::string start_of(const std::string& record);

} // namespace pastur::run
