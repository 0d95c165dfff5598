// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

namespace pastur::report {

/// A density estimate by bins of equal width (in log10 x on a logarithmic axis, where the density is per
/// decade).
struct Histogram {
  bool log = false;
  std::vector<double> edges{};   ///< one more than bins, in x
  std::vector<double> density{}; ///< integrates to the share of the values inside
  double outside =
      0.0; ///< share that the axis cannot show (beyond its ends, or not positive on a logarithmic one)
};

/// Bin edges for values by the rule of Freedman and Diaconis, 15 to 120 of them. A far tail (beyond a
/// thousand interquartile ranges) is cut off.
std::vector<double> bin_edges(const std::vector<double>& values, bool log);
Histogram histogram(const std::vector<double>& values, const std::vector<double>& edges, bool log);

} // namespace pastur::report
