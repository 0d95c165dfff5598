// SPDX-License-Identifier: BSD-3-Clause
#include "formats.hpp"

#include <pastur/report/number_text.hpp>
#include <pastur/report/plan_text.hpp>
#include <pastur/report/text_columns.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace pastur::report {

namespace {

using run::Plan;

std::string counted(std::int64_t count, const std::string& thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string span(const run::Span& values, std::string (*shown)(double)) {
  const std::string least = shown(values.least);
  const std::string most = shown(values.most);
  return least == most ? least : fmt::format("{} to {}", least, most);
}

std::string flops_text(double flops) {
  return rounded(flops, 3);
}

double draws_per_hour(const run::PlannedPhase& phase) {
  return 3600.0 * static_cast<double>(phase.draws) / phase.duration;
}

bool is_adaptive(const Plan& plan) {
  return plan.least_draws != plan.most_draws;
}

/// "2 nodes, 32 ranks and 64 GB on each".
std::string machine_text(const run::Machine& machine) {
  return fmt::format("{}, {} and {} {}", counted(machine.nodes, "node"),
                     counted(machine.ranks_per_node, "rank"), bytes(machine.memory_per_node),
                     machine.nodes == 1 ? "on it" : "on each");
}

std::string heading(const Plan& plan) {
  const std::string draws = is_adaptive(plan)
                                ? fmt::format("{} to {}", plan.least_draws, counted(plan.most_draws, "draw"))
                                : counted(plan.most_draws, "draw");
  const std::string rate =
      plan.product_rate > 0.0
          ? fmt::format("a core does {:.3g} Gflop/s in matrix products", plan.product_rate * 1e-9)
          : std::string("as fast as in the earlier run");
  return fmt::format("{}: {}, {}, {} at each\n"
                     "store: {}, of which the draws' observables {}\n"
                     "machine: {}, {} a rank for draws; {}\n",
                     plan.study_file, plan.study, counted(plan.points, "point"), draws,
                     bytes(plan.store_bytes), bytes(plan.observable_bytes), machine_text(plan.machine),
                     bytes(plan.usable_bytes), rate);
}

std::string phase_table(const Plan& plan) {
  using Align = TextColumns::Align;
  TextColumns columns(std::vector<Align>(9, Align::right));
  columns.add({"team", "teams", "points", "draws", "memory a rank", "flops a draw", "time a draw",
               "draws an hour", "all draws"});
  columns.rule();
  for (const run::PlannedPhase& phase : plan.phases) {
    columns.add({std::to_string(phase.team_size), std::to_string(phase.teams), std::to_string(phase.points),
                 std::to_string(phase.draws), bytes(phase.rank_bytes), span(phase.flops, flops_text),
                 span(phase.seconds, duration), rounded(draws_per_hour(phase), 3), duration(phase.duration)});
  }
  return columns.text();
}

std::string shortage_text(const Plan& plan) {
  const run::Shortage& shortage = *plan.shortage;
  std::string text = fmt::format(
      "warning: {} of {} will not fit: {} takes {} on each rank with all {} in one team, and {} may be used; "
      "what would fit:\n",
      shortage.points, counted(plan.points, "point"),
      shortage.point.empty() ? "a draw" : "a draw at " + shortage.point,
      bytes(shortage.needed / plan.machine.ranks_per_node), counted(plan.machine.ranks(), "rank"),
      bytes(plan.usable_bytes));
  for (const run::Machine& machine : shortage.fitting) text += fmt::format("  {}\n", machine_text(machine));
  return text;
}

nlohmann::ordered_json as_json(const run::Span& span) {
  return {{"least", span.least}, {"most", span.most}};
}

nlohmann::ordered_json as_json(const run::Machine& machine) {
  return {{"nodes", machine.nodes},
          {"ranks_per_node", machine.ranks_per_node},
          {"memory_per_node", json(machine.memory_per_node)}};
}

nlohmann::ordered_json as_json(const run::PlannedPhase& phase) {
  return {{"team_size", phase.team_size},
          {"teams", phase.teams},
          {"points", phase.points},
          {"draws", phase.draws},
          {"rank_bytes", phase.rank_bytes},
          {"flops_per_draw", as_json(phase.flops)},
          {"seconds_per_draw", as_json(phase.seconds)},
          {"draws_per_hour", draws_per_hour(phase)},
          {"seconds", phase.duration}};
}

nlohmann::ordered_json as_json(const run::Shortage& shortage) {
  nlohmann::ordered_json fitting = nlohmann::ordered_json::array();
  for (const run::Machine& machine : shortage.fitting) fitting.push_back(as_json(machine));
  return {{"points", shortage.points},
          {"point", shortage.point},
          {"bytes_needed_per_node", shortage.needed},
          {"fitting", std::move(fitting)}};
}

} // namespace

std::string as_text(const Plan& plan) {
  std::string text = heading(plan);
  if (!plan.phases.empty()) {
    text += "\n" + phase_table(plan) + "\n";
    text += fmt::format("{} {} for {} on {}; theory comes on top\n", is_adaptive(plan) ? "at most" : "about",
                        duration(plan.duration()), counted(plan.draws(), "draw"),
                        counted(plan.machine.ranks(), "rank"));
  }
  if (plan.shortage) text += shortage_text(plan);
  return text;
}

std::string as_json(const Plan& plan) {
  nlohmann::ordered_json phases = nlohmann::ordered_json::array();
  for (const run::PlannedPhase& phase : plan.phases) phases.push_back(as_json(phase));
  nlohmann::ordered_json all{{"study_file", plan.study_file},
                             {"study", plan.study},
                             {"machine", as_json(plan.machine)},
                             {"points", plan.points},
                             {"draws_per_point", {{"least", plan.least_draws}, {"most", plan.most_draws}}},
                             {"store_bytes", plan.store_bytes},
                             {"observable_bytes", plan.observable_bytes},
                             {"usable_bytes_per_rank", json(plan.usable_bytes)},
                             {"fits", !plan.shortage},
                             {"seconds", plan.duration()},
                             {"phases", std::move(phases)}};
  if (plan.product_rate > 0.0) all["product_flops_per_second"] = plan.product_rate;
  if (plan.shortage) all["shortage"] = as_json(*plan.shortage);
  return all.dump(1) + "\n";
}

} // namespace pastur::report
