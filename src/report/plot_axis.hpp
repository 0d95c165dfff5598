// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pastur::report {

/// One axis of a panel: what it spans and how it is labelled.
struct PlotAxis {
  std::string label{}; ///< markup
  bool log = false;
  double lowest = 0.0, highest = 1.0;
  std::vector<std::string> categories{}; ///< of a text axis: at 0, 1, 2 ...
  std::optional<double> zero{}; ///< of a logarithmic axis: where 0 stands, left of the positive values
  double positive = 0.0;        ///< with a zero: where the positive values begin

  /// Where a value is drawn: the value itself, but for 0 on a logarithmic axis that has a place for it.
  double place(double value) const { return value == 0.0 && zero ? *zero : value; }
  /// Position on the axis, 0 at its low end and 1 at its high end.
  double position(double value) const;
  /// The commands that set `name` ("x" or "y").
  std::string commands(const std::string& name) const;
};

/// Makes room for 0 (a ridgeless limit) on a logarithmic axis that has been fitted.
void add_zero(PlotAxis& axis);

/// Range over the values that the axis can show (finite, positive on a logarithmic one), a little wider. A
/// logarithmic axis without two values apart or with none to show becomes linear.
void fit(PlotAxis& axis, const std::vector<double>& values, double margin);

} // namespace pastur::report
