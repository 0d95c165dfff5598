// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/rate_model.hpp>
#include <pastur/run/study_file.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

/// Where a study file is to run.
struct Machine {
  int nodes = 1;
  int ranks_per_node = 1;
  double memory_per_node = 0.0; ///< bytes free for the job on each node
  int ranks() const { return nodes * ranks_per_node; }
};

/// From the cheapest to the dearest point.
struct Span {
  double least = 0.0;
  double most = 0.0;
};

/// The points whose teams have one size; they run one phase after the other.
struct PlannedPhase {
  int team_size = 1;
  std::int64_t teams = 1; ///< at work at once
  std::int64_t points = 0;
  std::int64_t draws = 0;  ///< with draws.until the most there can be
  double rank_bytes = 0.0; ///< on one rank, at the point that needs most
  Span flops;              ///< of a draw
  Span seconds;            ///< of a draw
  double duration = 0.0;   ///< seconds of the phase
};

/// A point that does not fit, and what would hold it.
struct Shortage {
  std::int64_t points = 0; ///< that do not fit
  std::string point;       ///< the one that lacks most; empty where the study file has but one
  double needed = 0.0;     ///< bytes it takes on each node in one team of all ranks
  std::vector<Machine>
      fitting; ///< with more memory; with as many ranks on a node, or as few nodes, as can be
};

/// What a run of a study file takes: estimates only, nothing is allocated or drawn.
struct Plan {
  std::string study_file, study;
  Machine machine;
  double product_rate = 0.0; ///< of RateModel; 0: rates of an earlier run
  std::int64_t points = 0;
  std::int64_t least_draws = 0;     ///< of a point
  std::int64_t most_draws = 0;      ///< of a point
  double observable_bytes = 0.0;    ///< of the draws in the store
  double store_bytes = 0.0;         ///< with theory and bookkeeping
  double usable_bytes = 0.0;        ///< that draws may use on one rank
  std::vector<PlannedPhase> phases; ///< largest teams first, as `run` takes them
  std::optional<Shortage> shortage;

  std::int64_t draws() const;     ///< of the points that fit
  double duration() const;        ///< seconds of all phases; theory is not counted
  double longest_draw() const;    ///< seconds
  double memory_per_node() const; ///< bytes that the phases need on each node
};

/// Throws InputError for a store that is too large to exist.
Plan make_plan(const Experiment& experiment, const Machine& machine, const RateModel& rates);

} // namespace pastur::run
