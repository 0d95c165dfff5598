// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/description.hpp>
#include <pastur/report/number_text.hpp>
#include <pastur/report/text_columns.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace pastur::report {

namespace {

using study::ParameterSpec;
using Align = TextColumns::Align;

constexpr std::size_t meaning_width = 56;

/// ">= 2", "0..1", "> 0, or inf", "relu, tanh".
std::string allowed_text(const ParameterSpec& spec) {
  const study::Range& range = spec.range;
  const bool below = std::isfinite(range.lowest);
  // The largest index a matrix can have is no bound worth reading.
  const bool above = std::isfinite(range.highest) && range.highest < std::numeric_limits<std::int32_t>::max();
  std::string text;
  if (below && above && range.lowest_allowed && range.highest_allowed) {
    text = fmt::format("{}..{}", exact(range.lowest), exact(range.highest));
  } else {
    if (below) text = fmt::format("{} {}", range.lowest_allowed ? ">=" : ">", exact(range.lowest));
    if (above)
      text +=
          fmt::format("{}{} {}", below ? ", " : "", range.highest_allowed ? "<=" : "<", exact(range.highest));
  }
  if (!spec.choices.empty())
    text += fmt::format("{}{}", text.empty() ? "" : ", or ", fmt::join(spec.choices, ", "));
  return text;
}

std::string in_brackets(const std::vector<std::string>& dimensions) {
  return dimensions.empty() ? "" : fmt::format("[{}]", fmt::join(dimensions, ", "));
}

std::string unit_of(const std::string& unit) {
  return unit == "1" ? "" : unit;
}

study::Parameters defaults(const study::StudyInfo& info) {
  study::Parameters point;
  for (const ParameterSpec& spec : info.parameters) point.set(spec.name, spec.initial);
  return point;
}

/// Cost of a draw at the defaults; nothing when they need an input that only the user has.
std::optional<study::Cost> default_cost(const study::Study& study) {
  try {
    return study.cost(defaults(study.info()));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// A line of cells whose last one is broken over as many lines as it needs.
void add_wrapped(TextColumns& columns, std::vector<std::string> cells, const std::string& last) {
  const std::vector<std::string> lines = wrapped(last, meaning_width);
  const std::size_t before = cells.size();
  for (const std::string& line : lines) {
    cells.resize(before);
    cells.push_back(line);
    columns.add(cells);
    cells.assign(before, "");
  }
}

std::string parameters_as_text(const study::StudyInfo& info) {
  TextColumns columns({Align::left, Align::left, Align::left, Align::left, Align::left, Align::left,
                       Align::left, Align::left});
  columns.add({"name", "symbol", "type", "default", "allowed", "unit", "role", "meaning"});
  columns.rule();
  for (const ParameterSpec& spec : info.parameters) {
    std::string read = spec.coordinate ? " (a dimension of observables)" : "";
    if (!spec.read_when.empty()) read += fmt::format(" (read when {})", spec.read_when);
    const std::vector<std::string> choices = wrapped(allowed_text(spec), 22);
    const std::vector<std::string> meaning = wrapped(spec.meaning + read, meaning_width);
    const std::string initial =
        spec.type == study::ParameterType::text && study::to_string(spec.initial).size() <= 2
            ? "\"\""
            : study::to_string(spec.initial);
    const std::vector<std::string> value = wrapped(initial, 18);
    for (std::size_t line = 0; line < std::max({choices.size(), meaning.size(), value.size()}); ++line) {
      const auto part = [line](const std::vector<std::string>& lines) {
        return line < lines.size() ? lines[line] : "";
      };
      const bool first = line == 0;
      columns.add({first ? spec.name : "", first ? spec.symbol : "",
                   first ? std::string(study::to_string(spec.type)) : "", part(value), part(choices),
                   first ? unit_of(spec.unit) : "",
                   first ? (spec.role == study::Role::model ? "model" : "method") : "", part(meaning)});
    }
  }
  return columns.text(2);
}

std::string_view kind_of(study::Figure::Kind kind) {
  switch (kind) {
  case study::Figure::Kind::curve:
    return "curve";
  case study::Figure::Kind::heat_map:
    return "heat map";
  case study::Figure::Kind::histogram:
    return "histogram";
  }
  return "";
}

std::string summary_of(const study::ObservableSpec& spec) {
  if (spec.summary_at) return "by point";
  const bool infinite = spec.missing_as == study::MissingAs::infinity;
  return std::string(study::to_string(spec.summary)) + (infinite ? " (missing: infinite)" : "");
}

} // namespace

std::string describe_as_text(const study::Study& study) {
  const study::StudyInfo& info = study.info();
  std::string text =
      fmt::format("{}: {}\n{}\n", info.name, info.summary, fmt::join(wrapped(info.paper, 100), "\n"));
  text += "\nparameters (model: shapes the random draw; method: decides what is done with it)\n" +
          parameters_as_text(info);

  if (!info.dimensions.empty()) {
    TextColumns columns({Align::left, Align::left});
    for (const study::Dimension& dimension : info.dimensions)
      add_wrapped(columns, {dimension.name}, dimension.meaning);
    text += "\ndimensions of observables, beside the parameters marked so\n" + columns.text(2);
  }

  TextColumns observables({Align::left, Align::left, Align::left, Align::left, Align::left, Align::left});
  observables.add({"name", "dimensions", "unit", "summary", "theory", "meaning"});
  observables.rule();
  for (const study::ObservableSpec& spec : info.observables) {
    add_wrapped(observables,
                {spec.name, in_brackets(spec.dimensions), unit_of(spec.unit), summary_of(spec),
                 spec.has_theory ? std::string(study::to_string(spec.comparison)) : "no"},
                spec.meaning);
  }
  text += "\nobservables (theory: NAME_theory stands beside NAME in the store)\n" + observables.text(2);

  if (!info.theory_outputs.empty()) {
    TextColumns columns({Align::left, Align::left, Align::left, Align::left});
    columns.add({"name", "dimensions", "unit", "meaning"});
    columns.rule();
    for (const study::TheoryOutputSpec& spec : info.theory_outputs) {
      add_wrapped(columns, {spec.name, in_brackets(spec.dimensions), unit_of(spec.unit)}, spec.meaning);
    }
    text += "\npredicted only\n" + columns.text(2);
  }
  if (!info.figures.empty()) {
    TextColumns columns({Align::left, Align::left, Align::left});
    for (const study::Figure& figure : info.figures) {
      add_wrapped(columns, {figure.name, std::string(kind_of(figure.kind))}, figure.title);
    }
    text += "\nfigures\n" + columns.text(2);
  }
  if (const std::optional<study::Cost> cost = default_cost(study)) {
    text += fmt::format("\none draw at the defaults: {:.2g} flop, {} over the team and {} on every rank\n",
                        cost->flops, bytes(cost->shared_bytes), bytes(cost->rank_bytes));
  }
  return text;
}

std::string describe_as_json(const study::Study& study) {
  using nlohmann::ordered_json;
  const study::StudyInfo& info = study.info();
  ordered_json all{{"name", info.name}, {"paper", info.paper}, {"summary", info.summary}};
  ordered_json parameters = ordered_json::array();
  for (const ParameterSpec& spec : info.parameters) {
    ordered_json record{{"name", spec.name}, {"symbol", spec.symbol}, {"type", study::to_string(spec.type)}};
    record["default"] = std::visit([](const auto& value) { return ordered_json(value); }, spec.initial);
    if (std::isfinite(spec.range.lowest))
      record[spec.range.lowest_allowed ? "minimum" : "exclusive_minimum"] = spec.range.lowest;
    if (std::isfinite(spec.range.highest))
      record[spec.range.highest_allowed ? "maximum" : "exclusive_maximum"] = spec.range.highest;
    if (!spec.choices.empty()) record["choices"] = spec.choices;
    record["coordinate"] = spec.coordinate;
    record["unit"] = spec.unit;
    record["role"] = spec.role == study::Role::model ? "model" : "method";
    if (!spec.read_when.empty()) record["read_when"] = spec.read_when;
    record["meaning"] = spec.meaning;
    parameters.push_back(std::move(record));
  }
  all["parameters"] = std::move(parameters);
  all["dimensions"] = ordered_json::array();
  for (const study::Dimension& dimension : info.dimensions) {
    all["dimensions"].push_back({{"name", dimension.name}, {"meaning", dimension.meaning}});
  }
  all["observables"] = ordered_json::array();
  for (const study::ObservableSpec& spec : info.observables) {
    all["observables"].push_back({{"name", spec.name},
                                  {"dimensions", spec.dimensions},
                                  {"unit", spec.unit},
                                  {"summary", spec.summary_at ? "by point" : study::to_string(spec.summary)},
                                  {"missing_as", study::to_string(spec.missing_as)},
                                  {"theory", spec.has_theory},
                                  {"comparison", study::to_string(spec.comparison)},
                                  {"meaning", spec.meaning}});
  }
  all["theory_outputs"] = ordered_json::array();
  for (const study::TheoryOutputSpec& spec : info.theory_outputs) {
    all["theory_outputs"].push_back({{"name", spec.name},
                                     {"dimensions", spec.dimensions},
                                     {"unit", spec.unit},
                                     {"meaning", spec.meaning}});
  }
  all["figures"] = ordered_json::array();
  for (const study::Figure& figure : info.figures) {
    all["figures"].push_back({{"name", figure.name},
                              {"kind", kind_of(figure.kind)},
                              {"title", figure.title},
                              {"observables", figure.observables},
                              {"x", figure.x}});
  }
  if (const std::optional<study::Cost> cost = default_cost(study)) {
    all["cost_of_a_draw"] = {
        {"flops", cost->flops}, {"shared_bytes", cost->shared_bytes}, {"rank_bytes", cost->rank_bytes}};
  }
  return all.dump(1) + "\n";
}

} // namespace pastur::report
