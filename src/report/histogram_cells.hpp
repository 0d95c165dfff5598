// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "figure_data.hpp"
#include "figure_kinds.hpp"
#include "summaries.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pastur::report {

/// What one panel of a histogram shows: an observable's values over the draws of a point, at one entry of
/// each coordinate parameter (ridge, skip). Entries of its other dimensions (ranks, networks) are pooled.
struct HistogramCell {
  std::size_t point = 0;
  std::vector<std::size_t> entry{}; ///< one per HistogramCells::coordinates()
  std::vector<double> pooled{};
};

/// A prediction in a histogram: values (vertical lines at x), or a density over a dimension of its own.
struct HistogramPrediction {
  std::string name;
  std::vector<double> x{}, y{}; ///< y empty: values
};

class HistogramCells {
public:
  /// Throws InputError when the store has not the figure's observable, or no draws of it yet.
  explicit HistogramCells(const FigureInput& input);

  const store::Variable& observable() const { return observable_; }
  const std::vector<store::Axis>& coordinates() const { return coordinates_; }
  /// Those with at least two values: point by point, then entry by entry.
  const std::vector<HistogramCell>& cells() const { return cells_; }
  std::int64_t fewest_draws() const { return fewest_; }
  std::int64_t most_draws() const { return most_; }
  /// The figure's other quantities at a cell.
  std::vector<HistogramPrediction> predictions(const HistogramCell& cell) const;
  /// "n = 40, skip = 0.5", markup.
  std::string title(const HistogramCell& cell) const;

private:
  void find_coordinates();
  std::vector<HistogramCell> cells_of(std::size_t point, const Summaries& summaries) const;
  std::vector<std::size_t> places_of(const store::Variable& variable, const HistogramCell& cell) const;

  FigureInput input_;
  store::Variable observable_;
  std::vector<store::Axis> coordinates_;
  std::vector<HistogramCell> cells_;
  std::int64_t fewest_ = 0, most_ = 0;
};

} // namespace pastur::report
