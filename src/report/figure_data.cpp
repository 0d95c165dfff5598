// SPDX-License-Identifier: BSD-3-Clause
#include "figure_data.hpp"

#include "summaries.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::report {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Records of a whole theory variable over `points`.
std::vector<Record> theory_records(const store::Reader& reader, const store::Variable& variable,
                                   const study::Figure& figure, const std::vector<study::Parameters>& points,
                                   const std::vector<std::string>& swept, bool fine) {
  std::vector<Record> records;
  if (points.empty()) return records;
  const Coordinates entries = entries_of(reader.layout(), variable, fine);
  const std::vector<double> values = reader.theory(variable.name, fine);
  for (std::size_t p = 0; p < points.size(); ++p) {
    for (std::size_t e = 0; e < entries.places.size(); ++e) {
      Record record;
      for (const std::string& name : swept) record.place.push_back(parameter_scalar(points[p], name));
      record.place.insert(record.place.end(), entries.places[e].begin(), entries.places[e].end());
      record.scaled_x = figure.scaled_x ? figure.scaled_x(points[p]) : nan;
      record.value = values.at(p * entries.places.size() + e);
      records.push_back(std::move(record));
    }
  }
  return records;
}

template <class Variables>
auto find_named(const Variables& variables, const std::string& name) {
  return std::find_if(variables.begin(), variables.end(),
                      [&](const store::Variable& v) { return v.name == name; });
}

} // namespace

Scalar parameter_scalar(const study::Parameters& point, const std::string& name) {
  const study::Value& value = point.value(name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return study::to_string(value);
}

std::vector<std::string> varying_parameters(const run::Experiment& experiment) {
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<run::SweepAxis>& axes) {
    for (const run::SweepAxis& axis : axes) {
      if (std::find(names.begin(), names.end(), axis.parameter) == names.end())
        names.push_back(axis.parameter);
    }
  };
  add(experiment.file.sweep);
  add(experiment.file.theory);
  return names;
}

std::vector<std::string> zipped_parameters(const run::Experiment& experiment) {
  std::vector<std::string> names;
  if (!experiment.file.zip) return names;
  for (const run::SweepAxis& axis : experiment.file.sweep) names.push_back(axis.parameter);
  return names;
}

Quantity quantity_of(const std::string& name, const study::Figure& figure, const store::Reader& reader,
                     const run::Experiment& experiment, const std::vector<store::DrawState>& states) {
  const store::Layout& layout = reader.layout();
  const std::vector<std::string> swept = varying_parameters(experiment);
  Quantity quantity{.name = name, .unit = "1", .names = swept};

  const auto observable = find_named(layout.observables, name);
  if (observable == layout.observables.end()) {
    const auto output = find_named(layout.theory, name);
    if (output == layout.theory.end())
      throw InputError(fmt::format("no observable or theory {} in {}", name, reader.path().string()));
    quantity.unit = output->unit;
    quantity.names.insert(quantity.names.end(), output->dimensions.begin(), output->dimensions.end());
    quantity.theory = theory_records(reader, *output, figure, experiment.points, swept, false);
    quantity.fine = theory_records(reader, *output, figure, experiment.theory_points, swept, true);
    return quantity;
  }

  quantity.drawn = true;
  quantity.median = observable->summary == "median";
  quantity.unit = observable->unit;
  quantity.names.insert(quantity.names.end(), observable->dimensions.begin(), observable->dimensions.end());
  const Coordinates entries = entries_of(layout, *observable);
  const Summaries summaries(reader, &experiment, *observable, states);
  for (std::size_t p = 0; p < experiment.points.size(); ++p) {
    const std::vector<bool> there =
        entries_at(layout, *observable, &experiment, static_cast<std::int64_t>(p));
    for (std::size_t e = 0; e < entries.places.size(); ++e) {
      if (!there[e]) continue;
      const run::Estimate estimate = summaries.estimate(p, e);
      Record record;
      for (const std::string& parameter : swept)
        record.place.push_back(parameter_scalar(experiment.points[p], parameter));
      record.place.insert(record.place.end(), entries.places[e].begin(), entries.places[e].end());
      record.scaled_x = figure.scaled_x ? figure.scaled_x(experiment.points[p]) : nan;
      record.value = estimate.value;
      record.low = estimate.low;
      record.high = estimate.high;
      record.count = estimate.count;
      quantity.draws.push_back(std::move(record));
    }
  }
  if (const store::Variable* prediction = theory_of(layout, name)) {
    quantity.theory = theory_records(reader, *prediction, figure, experiment.points, swept, false);
    quantity.fine = theory_records(reader, *prediction, figure, experiment.theory_points, swept, true);
  }
  return quantity;
}

std::string fixed_parameters(const run::Experiment& experiment, std::size_t width) {
  std::string text;
  for (const auto& [name, value] : experiment.file.parameters) {
    if (std::holds_alternative<std::vector<double>>(value) ||
        std::holds_alternative<std::vector<std::int64_t>>(value))
      continue;
    const auto* words = std::get_if<std::string>(&value);
    const std::string shown_value = words != nullptr ? *words : study::to_string(value);
    const std::string next = fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, shown_value);
    if (text.size() + next.size() > width) return text + ", ...";
    text += next;
  }
  return text;
}

} // namespace pastur::report
