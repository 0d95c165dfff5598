// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
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
  std::string ended(ExitCode code, std::int64_t draws_done, std::int64_t draws_failed) const;

private:
  std::string base_;
};

} // namespace pastur::run
