// SPDX-License-Identifier: BSD-3-Clause
#include "formats.hpp"

#include <pastur/report/number_text.hpp>
#include <pastur/report/text_columns.hpp>
#include <pastur/report/theory_table.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace pastur::report {

namespace {

struct Prediction {
  std::string slot;     // its name in the recorder
  std::string quantity; // its name in the store
  std::vector<std::string> dimensions;
};

std::vector<Prediction> predictions_of(const study::StudyInfo& info) {
  std::vector<Prediction> all;
  for (const study::ObservableSpec& observable : info.observables) {
    if (observable.has_theory)
      all.push_back({observable.name, observable.name + "_theory", observable.dimensions});
  }
  for (const study::TheoryOutputSpec& output : info.theory_outputs)
    all.push_back({output.name, output.name, output.dimensions});
  return all;
}

Scalar as_scalar(const study::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return study::to_string(value);
}

std::vector<std::string> swept(const run::StudyFile& file, bool fine) {
  std::vector<std::string> names;
  for (const run::SweepAxis& axis : file.sweep) names.push_back(axis.parameter);
  if (!fine) return names;
  for (const run::SweepAxis& axis : file.theory) {
    if (std::find(names.begin(), names.end(), axis.parameter) == names.end()) names.push_back(axis.parameter);
  }
  return names;
}

/// Own coordinates of the flat entry of a quantity at a point.
std::vector<double> place_of(std::size_t entry, const std::vector<std::vector<double>>& coordinates) {
  std::vector<double> place(coordinates.size());
  for (std::size_t k = coordinates.size(); k-- > 0;) {
    place[k] = coordinates[k][entry % coordinates[k].size()];
    entry /= coordinates[k].size();
  }
  return place;
}

} // namespace

std::vector<double> predictions(const run::Experiment& experiment, const study::Parameters& point,
                                std::string& reasons) {
  study::Recorder recorder(study::theory_slots(experiment.study->info(), point));
  experiment.study->theory(point, recorder);
  recorder.require_complete();
  reasons = recorder.reasons();
  std::vector<double> all;
  for (const study::Recorder::Slot& slot : recorder.slots()) {
    const std::span<const double> values = recorder.values(slot.name);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

TheoryTable make_theory_table(const run::Experiment& experiment,
                              const std::vector<std::vector<double>>& values) {
  const bool fine = !experiment.theory_points.empty();
  const std::vector<study::Parameters>& points = fine ? experiment.theory_points : experiment.points;
  const study::StudyInfo& info = experiment.study->info();
  TheoryTable table;
  table.study = info.name;
  table.axes = swept(experiment.file, fine);
  const std::vector<Prediction> quantities = predictions_of(info);
  for (const Prediction& quantity : quantities) {
    for (const std::string& dimension : quantity.dimensions) {
      if (std::find(table.dimensions.begin(), table.dimensions.end(), dimension) == table.dimensions.end()) {
        table.dimensions.push_back(dimension);
      }
    }
  }
  for (const Prediction& quantity : quantities) {
    for (std::size_t p = 0; p < points.size(); ++p) {
      const std::vector<study::Recorder::Slot> slots = study::theory_slots(info, points[p]);
      std::size_t offset = 0;
      auto slot = slots.begin();
      while (slot != slots.end() && slot->name != quantity.slot) offset += (slot++)->size;
      if (slot == slots.end()) continue;
      std::vector<std::vector<double>> coordinates;
      for (const std::string& dimension : quantity.dimensions) {
        coordinates.push_back(study::coordinate(info, dimension, points[p]));
      }
      for (std::size_t e = 0; e < slot->size; ++e) {
        TheoryRow row{.quantity = quantity.quantity, .value = values[p].at(offset + e)};
        for (const std::string& axis : table.axes) row.axes.push_back(as_scalar(points[p].value(axis)));
        row.coordinates.assign(table.dimensions.size(), std::numeric_limits<double>::quiet_NaN());
        const std::vector<double> place = place_of(e, coordinates);
        for (std::size_t k = 0; k < place.size(); ++k) {
          const auto at = std::find(table.dimensions.begin(), table.dimensions.end(), quantity.dimensions[k]);
          row.coordinates[static_cast<std::size_t>(at - table.dimensions.begin())] = place[k];
        }
        table.rows.push_back(std::move(row));
      }
    }
  }
  return table;
}

std::string as_text(const TheoryTable& table) {
  std::vector<TextColumns::Align> alignment(1, TextColumns::Align::left);
  alignment.resize(2 + table.axes.size() + table.dimensions.size(), TextColumns::Align::right);
  TextColumns columns(alignment);
  std::vector<std::string> heading{"quantity"};
  heading.insert(heading.end(), table.axes.begin(), table.axes.end());
  heading.insert(heading.end(), table.dimensions.begin(), table.dimensions.end());
  heading.emplace_back("value");
  columns.add(heading);
  columns.rule();
  const TheoryRow* previous = nullptr;
  for (const TheoryRow& row : table.rows) {
    if (previous != nullptr && previous->quantity != row.quantity) columns.blank();
    std::vector<std::string> cells{row.quantity};
    for (const Scalar& value : row.axes) cells.push_back(shown(value));
    for (const Scalar& value : row.coordinates) cells.push_back(shown(value));
    cells.push_back(rounded(row.value, 8));
    columns.add(cells);
    previous = &row;
  }
  std::string text = columns.text();
  for (const std::string& reason : table.reasons) text += fmt::format("missing: {}\n", reason);
  return text;
}

std::string as_csv(const TheoryTable& table) {
  std::vector<std::string> cells = table.axes;
  cells.emplace_back("quantity");
  cells.insert(cells.end(), table.dimensions.begin(), table.dimensions.end());
  cells.emplace_back("value");
  std::string text = csv_line(cells);
  for (const TheoryRow& row : table.rows) {
    cells.clear();
    for (const Scalar& value : row.axes) cells.push_back(to_string(value));
    cells.push_back(row.quantity);
    for (const Scalar& value : row.coordinates) cells.push_back(to_string(value));
    cells.push_back(exact(row.value));
    text += csv_line(cells);
  }
  return text;
}

std::string as_json(const TheoryTable& table) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const TheoryRow& row : table.rows) {
    nlohmann::ordered_json record;
    for (std::size_t a = 0; a < table.axes.size(); ++a) record[table.axes[a]] = json(row.axes[a]);
    record["quantity"] = row.quantity;
    for (std::size_t k = 0; k < table.dimensions.size(); ++k) {
      if (!to_string(row.coordinates[k]).empty()) record[table.dimensions[k]] = json(row.coordinates[k]);
    }
    record["value"] = json(row.value);
    rows.push_back(std::move(record));
  }
  return nlohmann::ordered_json{{"study", table.study}, {"reasons", table.reasons}, {"rows", std::move(rows)}}
             .dump(1) +
         "\n";
}

} // namespace pastur::report
