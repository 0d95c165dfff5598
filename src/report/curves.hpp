// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "figure_data.hpp"

#include <string>
#include <vector>

namespace pastur::report {

struct Mark {
  double x, y, low, high;
  std::int64_t count;
};
struct LinePoint {
  double x, y;
};

/// One quantity at one combination of everything but x.
struct Curve {
  std::size_t quantity = 0;  ///< of the figure's list
  std::vector<Scalar> key{}; ///< per CurveSet::names; an empty text where the quantity does not vary with it
  std::vector<Mark> marks{}; ///< by growing x
  std::vector<LinePoint> line{}; ///< theory, by growing x; NaN breaks it
};

struct CurveSet {
  std::string x;                             ///< the coordinate along x
  std::vector<std::string> categories{};     ///< its values when they are texts: x is their number
  std::vector<std::string> names{};          ///< what tells curves apart
  std::vector<std::vector<Scalar>> values{}; ///< per name: its values, in order
  std::vector<Curve> curves{};
  std::size_t infinite = 0; ///< estimates that no axis can show
};

/// The coordinate along x of a figure: the one it names, or with a scaled x the first swept parameter along
/// which that changes. Empty when the file has no such variation.
std::string x_coordinate(const study::Figure& figure, const std::vector<Quantity>& quantities,
                         const std::vector<std::string>& zipped);

/// `zipped`: parameters that walk together. They tell curves apart only as far as x and one another do not.
CurveSet curves_of(const study::Figure& figure, const std::vector<Quantity>& quantities,
                   const std::vector<std::string>& zipped);

} // namespace pastur::report
