// SPDX-License-Identifier: BSD-3-Clause
#include "formats.hpp"

#include <pastur/report/number_text.hpp>
#include <pastur/report/table.hpp>
#include <pastur/report/text_columns.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace pastur::report {

namespace {

using Align = TextColumns::Align;

bool any_theory(const Table& table) {
  for (const Row& row : table.rows) {
    if (!std::isnan(row.theory)) return true;
  }
  return false;
}

} // namespace

std::string z_text(const Row& row) {
  if (!std::isnan(row.z)) return fmt::format("{:+.1f}", row.z);
  return row.comparison == study::to_string(study::Comparison::prediction) ? "" : row.comparison;
}

std::string as_text(const Table& table) {
  const bool theory = any_theory(table);
  std::vector<Align> alignment(1, Align::left);
  alignment.resize(1 + table.axes.size() + table.dimensions.size() + 4, Align::right);
  TextColumns columns(alignment);
  std::vector<std::string> heading{"observable"};
  heading.insert(heading.end(), table.axes.begin(), table.axes.end());
  heading.insert(heading.end(), table.dimensions.begin(), table.dimensions.end());
  heading.insert(heading.end(), {"value", "draws"});
  if (theory) heading.insert(heading.end(), {"theory", "z"});
  columns.add(heading);
  columns.rule();
  const Row* previous = nullptr;
  for (const Row& row : table.rows) {
    if (previous != nullptr && previous->observable != row.observable) columns.blank();
    std::vector<std::string> cells{row.observable};
    for (const Scalar& value : row.axes) cells.push_back(shown(value));
    for (const Scalar& value : row.coordinates) cells.push_back(shown(value));
    cells.push_back(with_error(row.estimate.value, row.estimate.standard_error));
    cells.push_back(std::to_string(row.estimate.count));
    if (theory) {
      cells.push_back(std::isnan(row.theory) ? "" : rounded(row.theory));
      cells.push_back(z_text(row));
    }
    columns.add(cells);
    previous = &row;
  }
  std::string text = columns.text();
  if (!table.left_out.empty()) {
    text += fmt::format("\nlonger observables, not listed (--observable NAME lists one): {}\n",
                        fmt::join(table.left_out, ", "));
  }
  return text;
}

std::string as_csv(const Table& table) {
  std::vector<std::string> cells = table.axes;
  cells.emplace_back("observable");
  cells.insert(cells.end(), table.dimensions.begin(), table.dimensions.end());
  cells.insert(cells.end(), {"value", "standard_error", "count", "theory", "z", "comparison"});
  std::string text = csv_line(cells);
  for (const Row& row : table.rows) {
    cells.clear();
    for (const Scalar& value : row.axes) cells.push_back(to_string(value));
    cells.push_back(row.observable);
    for (const Scalar& value : row.coordinates) cells.push_back(to_string(value));
    cells.push_back(exact(row.estimate.value));
    cells.push_back(exact(row.estimate.standard_error));
    cells.push_back(std::to_string(row.estimate.count));
    cells.push_back(exact(row.theory));
    cells.push_back(exact(row.z));
    cells.push_back(row.comparison);
    text += csv_line(cells);
  }
  return text;
}

std::string as_json(const Table& table) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Row& row : table.rows) {
    nlohmann::ordered_json record;
    for (std::size_t a = 0; a < table.axes.size(); ++a) record[table.axes[a]] = json(row.axes[a]);
    record["observable"] = row.observable;
    for (std::size_t k = 0; k < table.dimensions.size(); ++k) {
      if (!to_string(row.coordinates[k]).empty()) record[table.dimensions[k]] = json(row.coordinates[k]);
    }
    record["value"] = json(row.estimate.value);
    record["standard_error"] = json(row.estimate.standard_error);
    record["count"] = row.estimate.count;
    record["theory"] = json(row.theory);
    record["comparison"] =
        row.comparison.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.comparison);
    record["z"] = json(row.z);
    rows.push_back(std::move(record));
  }
  return nlohmann::ordered_json{{"study", table.study}, {"rows", std::move(rows)}}.dump(1) + "\n";
}

} // namespace pastur::report
