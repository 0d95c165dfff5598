// SPDX-License-Identifier: BSD-3-Clause
#include "figure_kinds.hpp"
#include "formats.hpp"
#include "summaries.hpp"

#include <pastur/report/number_text.hpp>
#include <pastur/report/status.hpp>
#include <pastur/report/text_columns.hpp>
#include <pastur/run/layout.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::report {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What the last run says about itself; null where there is none.
nlohmann::json last_run(const store::Reader& reader) {
  const std::vector<std::string> runs = reader.provenance();
  return runs.empty() ? nlohmann::json() : nlohmann::json::parse(runs.back(), nullptr, false);
}

std::vector<std::string> warnings_of(const nlohmann::json& record) {
  std::vector<std::string> warnings;
  if (!record.is_object() || !record.contains("warnings")) return warnings;
  for (const auto& warning : record["warnings"]) {
    if (warning.is_string()) warnings.push_back(warning.get<std::string>());
  }
  return warnings;
}

std::vector<MethodStatus> methods_of(const nlohmann::json& record) {
  std::vector<MethodStatus> methods;
  if (!record.is_object() || !record.contains("methods") || !record["methods"].is_array()) return methods;
  for (const auto& entry : record["methods"]) {
    if (!entry.is_object()) continue;
    methods.push_back({entry.value("step", ""), entry.value("how", ""), entry.value("times", std::int64_t{0}),
                       entry.value("expected_product_flops", 0.0), entry.value("seconds", 0.0)});
  }
  return methods;
}

/// Teams of a run: its ranks over its largest team.
std::int64_t teams_of(const nlohmann::json& record) {
  if (!record.is_object() || !record.contains("ranks") || !record["ranks"].is_number_integer()) return 1;
  std::int64_t team = 1;
  if (record.contains("team_sizes") && record["team_sizes"].is_array()) {
    for (const auto& size : record["team_sizes"]) {
      if (size.is_number_integer()) team = std::max(team, size.get<std::int64_t>());
    }
  }
  return std::max<std::int64_t>(1, record["ranks"].get<std::int64_t>() / team);
}

/// The scalar-like observable that is known worst at each point. Spectra are left out: their entries are not
/// what a run waits for.
void find_worst(const store::Reader& reader, const run::Experiment* experiment,
                const std::vector<store::DrawState>& states, std::vector<PointStatus>& points) {
  constexpr std::int64_t longest = 32;
  for (const store::Variable& variable : reader.layout().observables) {
    if (reader.layout().own_size(variable) > longest) continue;
    const Summaries summaries(reader, experiment, variable, states);
    for (std::size_t p = 0; p < points.size(); ++p) {
      for (std::size_t e = 0; e < summaries.entries(); ++e) {
        const run::Estimate estimate = summaries.estimate(p, e);
        const double relative = estimate.standard_error / std::fabs(estimate.value);
        if (!std::isfinite(relative)) continue;
        if (points[p].worst_observable.empty() || relative > points[p].worst_relative_error) {
          points[p].worst_observable = variable.name;
          points[p].worst_relative_error = relative;
        }
      }
    }
  }
}

/// Pending draws at each point's pace; a point without a finished draw goes at the mean pace of the others.
double time_left(const Status& status) {
  double known = 0.0;
  double total = 0.0;
  for (const PointStatus& point : status.points) {
    if (std::isnan(point.seconds)) continue;
    known += 1.0;
    total += point.seconds;
  }
  if (status.pending == 0) return 0.0;
  if (known == 0.0) return nan;
  double left = 0.0;
  for (const PointStatus& point : status.points) {
    left += static_cast<double>(point.pending) * (std::isnan(point.seconds) ? total / known : point.seconds);
  }
  return left / static_cast<double>(status.teams);
}

FailedDraw failed_draw(std::size_t point, std::size_t draw, const std::string& reason,
                       const run::Experiment* experiment) {
  FailedDraw failed{.point = static_cast<std::int64_t>(point),
                    .draw = static_cast<std::int64_t>(draw),
                    .reason = reason.empty() ? "no reason given" : reason};
  if (experiment != nullptr && point < experiment->points.size())
    failed.streams = run::draw_identity(*experiment, experiment->points[point], failed.draw);
  return failed;
}

/// The draws that failed for `reason`, the first ten of them by name.
std::string list_text(const Status& status, const std::string& reason) {
  constexpr std::size_t most = 10;
  Coordinates sweep{.names = status.axes, .places = {}};
  for (const PointStatus& point : status.points) sweep.places.push_back(point.axes);
  std::string text;
  std::size_t count = 0;
  for (const FailedDraw& failed : status.failed_draws) {
    if (failed.reason != reason || ++count > most) continue;
    text += fmt::format("    {}/{}: draw {} of {}\n", failed.point, failed.draw, failed.draw,
                        point_text(sweep, failed.point));
  }
  if (count > most) text += fmt::format("    and {} more (--json lists all)\n", count - most);
  return text;
}

std::string percent(double share) {
  return share < 1.0 ? fmt::format("{:.2g} %", 100.0 * share) : fmt::format("{:.0f} %", 100.0 * share);
}

} // namespace

Status make_status(const store::Reader& reader, const run::Experiment* experiment) {
  const store::Layout& layout = reader.layout();
  const Coordinates sweep = sweep_of(layout);
  const std::vector<store::DrawState> states = reader.states();
  const std::vector<std::string> reasons = reader.reasons();
  const std::vector<double> seconds = reader.seconds();
  const auto draws = static_cast<std::size_t>(layout.draws);

  Status status;
  status.study = layout.study;
  status.axes = sweep.names;
  status.adaptive = experiment != nullptr && experiment->file.draws.until.has_value();
  const nlohmann::json run = last_run(reader);
  status.teams = teams_of(run);
  status.warnings = warnings_of(run);
  status.methods = methods_of(run);
  for (std::size_t p = 0; p < sweep.places.size(); ++p) {
    PointStatus point{.axes = sweep.places[p]};
    double spent = 0.0;
    for (std::size_t slot = p * draws; slot < (p + 1) * draws; ++slot) {
      switch (states[slot]) {
      case store::DrawState::pending:
        ++point.pending;
        break;
      case store::DrawState::done:
        ++point.done;
        spent += seconds[slot];
        if (!reasons[slot].empty()) ++status.missing[reasons[slot]];
        break;
      case store::DrawState::failed:
        ++point.failed;
        status.failed_draws.push_back(failed_draw(p, slot - p * draws, reasons[slot], experiment));
        ++status.failures[status.failed_draws.back().reason];
        break;
      }
    }
    point.seconds = point.done > 0 ? spent / static_cast<double>(point.done) : nan;
    status.done += point.done;
    status.failed += point.failed;
    status.pending += point.pending;
    status.points.push_back(std::move(point));
  }
  find_worst(reader, experiment, states, status.points);
  status.seconds_left = time_left(status);
  return status;
}

std::string as_text(const Status& status) {
  using Align = TextColumns::Align;
  std::vector<Align> alignment(status.axes.size() + 4, Align::right);
  alignment.push_back(Align::right);
  alignment.push_back(Align::left);
  TextColumns columns(alignment);
  std::vector<std::string> heading = status.axes;
  heading.insert(heading.end(), {"done", "failed", "of", "per draw", "error", "of the worst observable"});
  columns.add(heading);
  columns.rule();
  for (const PointStatus& point : status.points) {
    std::vector<std::string> cells;
    for (const Scalar& value : point.axes) cells.push_back(shown(value));
    cells.push_back(std::to_string(point.done));
    cells.push_back(std::to_string(point.failed));
    cells.push_back(std::to_string(point.done + point.failed + point.pending));
    cells.push_back(duration(point.seconds));
    cells.push_back(point.worst_observable.empty() ? "-" : percent(point.worst_relative_error));
    cells.push_back(point.worst_observable);
    columns.add(cells);
  }
  const std::int64_t total = status.done + status.failed + status.pending;
  std::string text = columns.text() + "\n";
  text += fmt::format("{}: {} of {}{} draws done, {} failed", status.study, status.done,
                      status.adaptive ? "at most " : "", total, status.failed);
  if (status.pending > 0) {
    text += fmt::format(", {} pending", status.pending);
    if (!std::isnan(status.seconds_left)) {
      text += fmt::format("; {}{} left with {} team{}", status.adaptive ? "at most " : "about ",
                          duration(status.seconds_left), status.teams, status.teams == 1 ? "" : "s");
    }
  }
  text += "\n";
  for (const MethodStatus& method : status.methods) {
    text += fmt::format("{}: {} ({} time{}, {}", method.step, method.how, method.times,
                        method.times == 1 ? "" : "s", duration(method.seconds));
    if (method.expected_product_flops > 0.0)
      text += fmt::format("; as expected where a core multiplies matrices at {:.3g} Gflop/s",
                          method.expected_product_flops / method.seconds * 1e-9);
    text += ")\n";
  }
  for (const std::string& warning : status.warnings) text += fmt::format("warning: {}\n", warning);
  for (const auto& [reason, count] : status.failures)
    text += fmt::format("failed ({}): {}\n", draws_text(count, count), reason) + list_text(status, reason);
  if (!status.failed_draws.empty()) {
    const FailedDraw& first = status.failed_draws.front();
    text +=
        fmt::format("`pastur run FILE -o ONE.h5 --only {}/{}` repeats the first one alone: same seed, same "
                    "random numbers\n",
                    first.point, first.draw);
  }
  for (const auto& [reason, count] : status.missing)
    text += fmt::format("missing entries ({}): {}\n", draws_text(count, count), reason);
  return text;
}

std::string as_json(const Status& status) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const PointStatus& point : status.points) {
    nlohmann::ordered_json record;
    for (std::size_t a = 0; a < status.axes.size(); ++a) record[status.axes[a]] = json(point.axes[a]);
    record["done"] = point.done;
    record["failed"] = point.failed;
    record["pending"] = point.pending;
    record["seconds_per_draw"] = json(point.seconds);
    if (!point.worst_observable.empty()) {
      record["worst"] = {{"observable", point.worst_observable},
                         {"relative_standard_error", json(point.worst_relative_error)}};
    }
    points.push_back(std::move(record));
  }
  nlohmann::ordered_json failed = nlohmann::ordered_json::array();
  for (const FailedDraw& draw : status.failed_draws) {
    failed.push_back(
        {{"point", draw.point}, {"draw", draw.draw}, {"reason", draw.reason}, {"streams", draw.streams}});
  }
  nlohmann::ordered_json methods = nlohmann::ordered_json::array();
  for (const MethodStatus& method : status.methods) {
    methods.push_back({{"step", method.step},
                       {"how", method.how},
                       {"times", method.times},
                       {"expected_product_flops", method.expected_product_flops},
                       {"seconds", method.seconds}});
  }
  const nlohmann::ordered_json all{{"study", status.study},
                                   {"done", status.done},
                                   {"failed", status.failed},
                                   {"pending", status.pending},
                                   {"adaptive", status.adaptive},
                                   {"teams", status.teams},
                                   {"seconds_left", json(status.seconds_left)},
                                   {"warnings", status.warnings},
                                   {"methods", std::move(methods)},
                                   {"failures", status.failures},
                                   {"failed_draws", std::move(failed)},
                                   {"missing", status.missing},
                                   {"points", std::move(points)}};
  return all.dump(1) + "\n";
}

} // namespace pastur::report
