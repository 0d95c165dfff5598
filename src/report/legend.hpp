// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "plot_axis.hpp"

#include <string>
#include <vector>

namespace pastur::report {

struct LegendEntry {
  std::string style; ///< gnuplot's "with ..." of the sample
  std::string label; ///< markup
};

/// Characters that a label shows, its markup left out.
std::size_t shown_width(const std::string& markup);

/// Pixels that a legend takes at the right of a page.
int legend_strip(const std::vector<LegendEntry>& entries);

/// `set key` for a corner of the axes that is free of `drawn` (positions in 0..1), or empty when no corner
/// is. The axes are `width` by `height` pixels.
std::string free_corner(const std::vector<LegendEntry>& entries,
                        const std::vector<std::pair<double, double>>& drawn, double width, double height);

} // namespace pastur::report
