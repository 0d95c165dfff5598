// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gnuplot_script.hpp"

#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// What the three kinds of figure share.
struct FigureInput {
  const study::Figure& figure;
  const store::Reader& reader;
  const run::Experiment& experiment;
};

/// A script without its terminal, and the size it is made for.
struct Drawing {
  Script script;
  int width, height;
};

/// Each throws InputError when the store has nothing to show in it (no variation
/// along x, no draws yet).
Drawing curve_drawing(const FigureInput& input);
Drawing heat_map_drawing(const FigureInput& input);
Drawing histogram_drawing(const FigureInput& input);

/// "name = value" of a coordinate, a text value alone; markup.
std::string coordinate_label(const std::string& name, const std::string& value, bool is_text);

/// "64 draws" or "12-64 draws".
std::string draws_text(std::int64_t fewest, std::int64_t most);

/// `count` indices of 0..size-1, evenly spread with both ends.
std::vector<std::size_t> spread(std::size_t size, std::size_t count);

} // namespace pastur::report
