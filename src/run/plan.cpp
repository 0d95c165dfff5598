// SPDX-License-Identifier: BSD-3-Clause
#include "sweep.hpp"
#include "team_sizes.hpp"

#include <pastur/run/layout.hpp>
#include <pastur/run/plan.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

namespace pastur::run {

namespace {

void include(Span& span, double value, bool first) {
  span.least = first ? value : std::min(span.least, value);
  span.most = first ? value : std::max(span.most, value);
}

/// A phase that grows point by point.
class PhaseBuilder {
public:
  PhaseBuilder(int team_size, const Machine& machine) {
    phase_.team_size = team_size;
    phase_.teams = machine.ranks() / team_size;
  }

  void add(const study::Cost& cost, double seconds, std::int64_t draws) {
    include(phase_.flops, cost.flops, phase_.points == 0);
    include(phase_.seconds, seconds, phase_.points == 0);
    phase_.rank_bytes = std::max(phase_.rank_bytes, node_bytes(cost, phase_.team_size, 1));
    ++phase_.points;
    phase_.draws += draws;
    seconds_.emplace_back(seconds, draws);
  }

  /// Dynamic hand-out, longest draws first, ends close to its lower bounds: the work shared evenly, and for
  /// every k the k longest draws, of which some team takes at least k / teams, rounded up.
  PlannedPhase finish() {
    std::sort(seconds_.begin(), seconds_.end(), std::greater<>());
    double all = 0.0;
    std::int64_t so_far = 0;
    for (const auto& [seconds, draws] : seconds_) {
      all += seconds * static_cast<double>(draws);
      so_far += draws;
      const std::int64_t turns = (so_far + phase_.teams - 1) / phase_.teams;
      phase_.duration = std::max(phase_.duration, static_cast<double>(turns) * seconds);
    }
    phase_.duration = std::max(phase_.duration, all / static_cast<double>(phase_.teams));
    return phase_;
  }

private:
  PlannedPhase phase_;
  std::vector<std::pair<double, std::int64_t>> seconds_; // of a draw, draws
};

/// What would hold a point that needs more than the machine has: more memory; as many ranks on a node as can
/// be; as few nodes as can be.
Shortage shortage(const study::Cost& cost, const Machine& machine) {
  constexpr int any = std::numeric_limits<int>::max();
  const double usable = usable_fraction * machine.memory_per_node;
  Shortage result;
  result.needed = node_bytes(cost, machine.ranks(), machine.ranks_per_node);
  Machine larger = machine;
  larger.memory_per_node = result.needed / usable_fraction;
  result.fitting.push_back(larger);
  for (int ranks = machine.ranks_per_node; ranks >= 1; --ranks) {
    const std::optional<int> team = smallest_team(cost, any, ranks, usable);
    if (!team) continue;
    const int nodes = std::max(machine.nodes, (*team - 1) / ranks + 1);
    if (result.fitting.size() > 1 && nodes >= result.fitting.back().nodes) continue;
    if (result.fitting.size() > 2) result.fitting.pop_back();
    result.fitting.push_back({nodes, ranks, machine.memory_per_node});
    if (nodes == machine.nodes) break;
  }
  return result;
}

double observable_bytes(const store::Layout& layout) {
  double values = 0.0;
  for (const store::Variable& variable : layout.observables)
    values += static_cast<double>(layout.own_size(variable));
  return 8.0 * values * static_cast<double>(layout.points()) * static_cast<double>(layout.draws);
}

} // namespace

std::int64_t Plan::draws() const {
  std::int64_t total = 0;
  for (const PlannedPhase& phase : phases) total += phase.draws;
  return total;
}

double Plan::duration() const {
  double total = 0.0;
  for (const PlannedPhase& phase : phases) total += phase.duration;
  return total;
}

double Plan::longest_draw() const {
  double longest = 0.0;
  for (const PlannedPhase& phase : phases) longest = std::max(longest, phase.seconds.most);
  return longest;
}

double Plan::memory_per_node() const {
  double most = 0.0;
  for (const PlannedPhase& phase : phases) most = std::max(most, phase.rank_bytes);
  return machine.ranks_per_node * most / usable_fraction;
}

Plan make_plan(const Experiment& experiment, const Machine& machine, const RateModel& rates) {
  const StudyFile& file = experiment.file;
  const study::Study& study = *experiment.study;
  const store::Layout layout = store_layout(experiment);
  Plan plan;
  plan.study_file = file.name;
  plan.study = file.study;
  plan.machine = machine;
  plan.product_rate = rates.product_rate();
  plan.points = layout.points();
  plan.least_draws = file.draws.min;
  plan.most_draws = file.draws.max;
  plan.store_bytes = store::stored_bytes(layout);
  plan.observable_bytes = observable_bytes(layout);
  const double usable = usable_fraction * machine.memory_per_node;
  plan.usable_bytes = usable / machine.ranks_per_node;

  std::map<int, PhaseBuilder, std::greater<>> phases;
  std::int64_t too_large = 0;
  for (const study::Parameters& point : experiment.points) {
    const study::Cost cost = study.cost(point);
    const std::optional<int> team = smallest_team(cost, machine.ranks(), machine.ranks_per_node, usable);
    if (team) {
      phases.try_emplace(*team, *team, machine)
          .first->second.add(cost, rates.seconds(study, point, *team), file.draws.max);
      continue;
    }
    ++too_large;
    const double needed = node_bytes(cost, machine.ranks(), machine.ranks_per_node);
    if (plan.shortage && needed <= plan.shortage->needed) continue;
    plan.shortage = shortage(cost, machine);
    plan.shortage->point = point_text(file, point, false);
  }
  if (plan.shortage) plan.shortage->points = too_large;
  for (auto& [team_size, phase] : phases) plan.phases.push_back(phase.finish());
  return plan;
}

} // namespace pastur::run
