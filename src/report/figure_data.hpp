// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/coordinates.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pastur::report {

/// A number and where it stands.
struct Record {
  std::vector<Scalar> place{}; ///< one per Quantity::names
  double scaled_x = 0.0;       ///< Figure::scaled_x of its point; NaN without one
  double value = 0.0;
  double low = 0.0, high = 0.0; ///< ends of the error bar; not for theory
  std::int64_t count = 0;       ///< draws behind it
};

/// Everything a figure can show of one observable or theory-only output.
struct Quantity {
  std::string name, unit;
  bool drawn = false;  ///< an observable; else a theory-only output
  bool median = false; ///< summarised by the median
  std::vector<std::string>
      names{}; ///< the swept parameters, those of the finer theory grid, then its own dimensions
  std::vector<Record> draws{};  ///< summaries over the draws
  std::vector<Record> theory{}; ///< predictions at the points
  std::vector<Record> fine{};   ///< predictions on the finer grid
};

/// Throws InputError for a quantity that is not in the store.
Quantity quantity_of(const std::string& name, const study::Figure& figure, const store::Reader& reader,
                     const run::Experiment& experiment, const std::vector<store::DrawState>& states);

/// Parameters that vary between points or on the finer grid.
std::vector<std::string> varying_parameters(const run::Experiment& experiment);

/// Parameters that walk together from point to point; none in a grid.
std::vector<std::string> zipped_parameters(const run::Experiment& experiment);

/// A swept value, or a fixed one, as a coordinate.
Scalar parameter_scalar(const study::Parameters& point, const std::string& name);

/// "n = 300, d = 30, target = linear": what the study file fixes, at most `width` characters.
std::string fixed_parameters(const run::Experiment& experiment, std::size_t width);

} // namespace pastur::report
