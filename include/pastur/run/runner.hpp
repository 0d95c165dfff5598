// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace pastur::run {

enum class ExitCode { complete = 0, failure = 1, bad_input = 2, incomplete = 3, some_draws_failed = 4 };
enum class ProgressStyle { automatic, bar, plain, none };

struct Shard {
  std::int64_t index = 0; ///< 0-based
  std::int64_t count = 1;
};

/// One draw by its numbers, as `status` names it.
struct DrawNumber {
  std::int64_t point = 0;
  std::int64_t draw = 0;
};

struct RunOptions {
  std::filesystem::path output;
  bool overwrite = false;
  bool retry_failed = false;
  Shard shard;                    ///< draws with draw % count == index
  std::optional<DrawNumber> only; ///< this draw and no other
  std::optional<int> team_size;   ///< empty: smallest team whose share of memory fits
  std::optional<double> max_seconds;
  ProgressStyle progress = ProgressStyle::automatic;
  std::string command;       ///< for provenance
  std::string petsc_options; ///< for provenance
};

/// Monte Carlo and theory of an experiment into its store, resuming what is there. Throws InputError before
/// anything is written.
/// @note Collective over `world`
ExitCode run(Experiment& experiment, const RunOptions& options, const parallel::Communicator& world);

/// Team size per point: the forced one, or the smallest whose share of `node_memory` fits; throws InputError
/// with bytes needed and available when even the whole world is too small. Ranks per node matter: ranks on
/// one node share its memory.
std::vector<int> team_sizes(const Experiment& experiment, int world_size, int ranks_per_node,
                            double node_memory, std::optional<int> forced);

} // namespace pastur::run
