// SPDX-License-Identifier: BSD-3-Clause
#include "histogram_cells.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pastur::report {

HistogramCells::HistogramCells(const FigureInput& input) : input_(input) {
  const store::Layout& layout = input_.reader.layout();
  const auto found =
      std::find_if(layout.observables.begin(), layout.observables.end(),
                   [&](const store::Variable& v) { return v.name == input_.figure.observables.front(); });
  if (found == layout.observables.end())
    throw InputError(fmt::format("figure {}: {} is not in the store", input_.figure.name,
                                 input_.figure.observables.front()));
  observable_ = *found;
  find_coordinates();
  const std::vector<store::DrawState> states = input_.reader.states();
  const Summaries summaries(input_.reader, &input_.experiment, observable_, states);
  for (std::size_t p = 0; p < static_cast<std::size_t>(layout.points()); ++p) {
    std::int64_t done = 0;
    for (std::size_t d = 0; d < static_cast<std::size_t>(layout.draws); ++d) {
      done += states[p * static_cast<std::size_t>(layout.draws) + d] == store::DrawState::done ? 1 : 0;
    }
    for (HistogramCell& cell : cells_of(p, summaries)) {
      if (cell.pooled.size() < 2) continue;
      fewest_ = cells_.empty() ? done : std::min(fewest_, done);
      most_ = std::max(most_, done);
      cells_.push_back(std::move(cell));
    }
  }
  if (cells_.empty()) throw InputError(fmt::format("figure {}: no draws to show yet", input_.figure.name));
}

/// Coordinate parameters (ridge, skip) are conditions like the swept ones.
void HistogramCells::find_coordinates() {
  for (const study::ParameterSpec& spec : input_.experiment.study->info().parameters) {
    const std::vector<std::string>& own = observable_.dimensions;
    if (spec.coordinate && std::find(own.begin(), own.end(), spec.name) != own.end())
      coordinates_.push_back(input_.reader.layout().dimension(spec.name));
  }
}

std::vector<HistogramCell> HistogramCells::cells_of(std::size_t point, const Summaries& summaries) const {
  std::vector<HistogramCell> cells{{.point = point}};
  for (const store::Axis& axis : coordinates_) {
    std::vector<HistogramCell> more;
    for (const HistogramCell& cell : cells) {
      for (std::size_t i = 0; i < axis.size(); ++i) {
        more.push_back(cell);
        more.back().entry.push_back(i);
      }
    }
    cells = std::move(more);
  }
  for (HistogramCell& cell : cells) {
    for (const std::size_t e : places_of(observable_, cell)) {
      const std::vector<double> entry = summaries.draws(point, e);
      cell.pooled.insert(cell.pooled.end(), entry.begin(), entry.end());
    }
  }
  return cells;
}

/// The flat entries of a variable that stand at a cell's coordinates; all of them where it has none of these.
std::vector<std::size_t> HistogramCells::places_of(const store::Variable& variable,
                                                   const HistogramCell& cell) const {
  const store::Layout& layout = input_.reader.layout();
  std::vector<std::size_t> places;
  for (std::size_t e = 0; e < static_cast<std::size_t>(layout.own_size(variable)); ++e) {
    bool there = true;
    std::size_t rest = e;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const std::size_t length = layout.dimension(variable.dimensions[d]).size();
      for (std::size_t c = 0; c < coordinates_.size(); ++c) {
        if (coordinates_[c].name == variable.dimensions[d] && rest % length != cell.entry[c]) there = false;
      }
      rest /= length;
    }
    if (there) places.push_back(e);
  }
  return places;
}

/// The figure's other quantities at a cell. A theory-only output that is left with one dimension is a density
/// over it; anything else is a value.
std::vector<HistogramPrediction> HistogramCells::predictions(const HistogramCell& cell) const {
  const store::Layout& layout = input_.reader.layout();
  std::vector<HistogramPrediction> all;
  for (std::size_t q = 1; q < input_.figure.observables.size(); ++q) {
    const std::string& name = input_.figure.observables[q];
    const auto variable =
        std::find_if(layout.theory.begin(), layout.theory.end(),
                     [&](const store::Variable& t) { return t.name == name || t.theory_of == name; });
    if (variable == layout.theory.end()) continue;
    std::vector<std::size_t> over; // dimensions that are no coordinate of the figure
    for (std::size_t d = 0; d < variable->dimensions.size(); ++d) {
      if (std::none_of(coordinates_.begin(), coordinates_.end(),
                       [&](const store::Axis& axis) { return axis.name == variable->dimensions[d]; }))
        over.push_back(d);
    }
    const bool density = variable->theory_of.empty() && over.size() == 1;
    const std::vector<double> values = input_.reader.theory(variable->name);
    const auto own = static_cast<std::size_t>(layout.own_size(*variable));
    const Coordinates entries = entries_of(layout, *variable);
    HistogramPrediction prediction{.name = name};
    for (const std::size_t e : places_of(*variable, cell)) {
      const double value = values[cell.point * own + e];
      if (!std::isfinite(value)) continue;
      prediction.x.push_back(density ? to_number(entries.places[e][over.front()]) : value);
      if (density) prediction.y.push_back(value);
    }
    if (!prediction.x.empty()) all.push_back(std::move(prediction));
  }
  return all;
}

std::string HistogramCells::title(const HistogramCell& cell) const {
  std::string text;
  const auto add = [&text](const std::string& name, const Scalar& value) {
    if (!text.empty()) text += ", ";
    text += coordinate_label(name, shown(value), std::holds_alternative<std::string>(value));
  };
  for (const run::SweepAxis& axis : input_.experiment.file.sweep) {
    if (axis.values.size() < 2) continue;
    add(axis.parameter, parameter_scalar(input_.experiment.points[cell.point], axis.parameter));
  }
  for (std::size_t c = 0; c < coordinates_.size(); ++c) {
    if (coordinates_[c].size() > 1) add(coordinates_[c].name, entry_of(coordinates_[c], cell.entry[c]));
  }
  return text;
}

} // namespace pastur::report
