// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace pastur::report {

/// One axis of a panel: what it spans and how it is labelled.
struct PlotAxis {
  std::string label{}; ///< markup
  bool log = false;
  double lowest = 0.0, highest = 1.0;
  std::vector<std::string> categories{}; ///< of a text axis: at 0, 1, 2 ...

  /// Position on the axis, 0 at its low end and 1 at its high end.
  double position(double value) const;
  /// The commands that set `name` ("x" or "y").
  std::string commands(const std::string& name) const;
};

/// Range over the values that the axis can show (finite, positive on a logarithmic one), a little wider. A
/// logarithmic axis without two values apart or with none to show becomes linear.
void fit(PlotAxis& axis, const std::vector<double>& values, double margin);

} // namespace pastur::report
