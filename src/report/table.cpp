// SPDX-License-Identifier: BSD-3-Clause
#include "summaries.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/report/table.hpp>
#include <pastur/study/registry.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::report {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The observables to summarise, in the store's order.
std::vector<store::Variable> chosen(const store::Layout& layout, std::int64_t largest,
                                    const std::vector<std::string>& only,
                                    std::vector<std::string>& left_out) {
  std::vector<std::string> names;
  for (const store::Variable& variable : layout.observables) names.push_back(variable.name);
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw InputError(fmt::format("no observable {} in this store; there are: {}.{}", name,
                                   fmt::join(names, ", "), study::did_you_mean(name, names)));
    }
  }
  std::vector<store::Variable> wanted;
  for (const store::Variable& variable : layout.observables) {
    const bool named = std::find(only.begin(), only.end(), variable.name) != only.end();
    if (named || (only.empty() && layout.own_size(variable) <= largest)) {
      wanted.push_back(variable);
    } else if (only.empty()) {
      left_out.push_back(variable.name);
    }
  }
  return wanted;
}

} // namespace

Table make_table(const store::Reader& reader, const run::Experiment* experiment, std::int64_t largest,
                 const std::vector<std::string>& only) {
  const store::Layout& layout = reader.layout();
  const Coordinates sweep = sweep_of(layout);
  Table table;
  table.study = layout.study;
  table.axes = sweep.names;
  const std::vector<store::Variable> wanted = chosen(layout, largest, only, table.left_out);
  for (const store::Variable& variable : wanted) {
    for (const std::string& dimension : variable.dimensions) {
      if (std::find(table.dimensions.begin(), table.dimensions.end(), dimension) == table.dimensions.end()) {
        table.dimensions.push_back(dimension);
      }
    }
  }

  const std::vector<store::DrawState> states = reader.states();
  for (const store::Variable& variable : wanted) {
    const Coordinates entries = entries_of(layout, variable);
    const Summaries summaries(reader, experiment, variable, states);
    for (std::size_t p = 0; p < sweep.places.size(); ++p) {
      const std::vector<bool> there = entries_at(layout, variable, experiment, static_cast<std::int64_t>(p));
      for (std::size_t e = 0; e < entries.places.size(); ++e) {
        if (!there[e]) continue;
        Row row{.point = static_cast<std::int64_t>(p), .axes = sweep.places[p], .observable = variable.name};
        row.coordinates.assign(table.dimensions.size(), nan);
        for (std::size_t k = 0; k < entries.names.size(); ++k) {
          const auto at = std::find(table.dimensions.begin(), table.dimensions.end(), entries.names[k]);
          row.coordinates[static_cast<std::size_t>(at - table.dimensions.begin())] = entries.places[e][k];
        }
        row.estimate = summaries.estimate(p, e);
        row.theory = summaries.theory(p, e);
        row.z = nan;
        if (!std::isnan(row.theory)) {
          row.comparison = summaries.comparison();
          if (row.comparison == study::to_string(study::Comparison::prediction))
            row.z = run::z_score(row.estimate, row.theory);
        }
        table.rows.push_back(std::move(row));
      }
    }
  }
  return table;
}

} // namespace pastur::report
