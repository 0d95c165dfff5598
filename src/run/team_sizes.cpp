// SPDX-License-Identifier: BSD-3-Clause
#include "team_sizes.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/run/runner.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pastur::run {

namespace {

std::string gigabytes(double bytes) {
  return fmt::format("{:.3g} GB", bytes * 1e-9);
}

std::string describe_point(const Experiment& experiment, const study::Parameters& point) {
  std::string text;
  for (const SweepAxis& axis : experiment.file.sweep) {
    text += fmt::format("{}{} = {}", text.empty() ? "at " : ", ", axis.parameter,
                        study::to_string(point.value(axis.parameter)));
  }
  return text.empty() ? "this study file" : text;
}

} // namespace

double node_bytes(const study::Cost& cost, int team, int ranks_per_node) {
  return ranks_per_node * (cost.shared_bytes / team + cost.rank_bytes);
}

std::optional<int> smallest_team(const study::Cost& cost, int most_ranks, int ranks_per_node, double usable) {
  const double left = usable - ranks_per_node * cost.rank_bytes;
  if (left < 0.0) return std::nullopt;
  if (cost.shared_bytes <= 0.0) return 1;
  const double ranks = std::max(1.0, std::ceil(ranks_per_node * cost.shared_bytes / left));
  return ranks <= most_ranks ? std::optional(static_cast<int>(ranks)) : std::nullopt;
}

std::vector<int> team_sizes(const Experiment& experiment, int world_size, int ranks_per_node,
                            double node_memory, std::optional<int> forced) {
  if (forced && (*forced < 1 || *forced > world_size)) {
    throw InputError(
        fmt::format("--team-size: {} given; allowed: 1 to {}, the number of ranks", *forced, world_size));
  }
  const double usable = usable_fraction * node_memory;
  std::vector<int> sizes;
  sizes.reserve(experiment.points.size());
  for (const study::Parameters& point : experiment.points) {
    const study::Cost cost = experiment.study->cost(point);
    const std::optional<int> fitting = smallest_team(cost, world_size, ranks_per_node, usable);
    const int team = forced.value_or(fitting.value_or(world_size));
    const double needed = node_bytes(cost, team, ranks_per_node);
    if (forced ? needed > usable : !fitting) {
      throw InputError(fmt::format(
          "{}: {}: a draw needs {} on each node with {} {} a team and {} on a node; {} may be used there. "
          "More nodes or smaller sizes are needed",
          experiment.file.name, describe_point(experiment, point), gigabytes(needed), team,
          team == 1 ? "rank" : "ranks", ranks_per_node, gigabytes(usable)));
    }
    sizes.push_back(team);
  }
  return sizes;
}

} // namespace pastur::run
