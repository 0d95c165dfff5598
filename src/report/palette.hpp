// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pastur::report {

/// `count` colours for names: Okabe and Ito's, told apart by every eye.
std::vector<std::string> distinct_colours(std::size_t count);
/// `count` colours for the growing values of a number, dark to light.
std::vector<std::string> graded_colours(std::size_t count);
/// gnuplot's `set palette` for a heat map, the same grades.
std::string graded_palette();
/// A colour made `share` (0 opaque, 1 clear) transparent.
std::string transparent(const std::string& colour, double share);

} // namespace pastur::report
