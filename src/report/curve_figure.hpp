// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "curves.hpp"
#include "figure_kinds.hpp"
#include "legend.hpp"
#include "plot_axis.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pastur::report {

/// How one curve looks.
struct Look {
  std::string colour;
  int mark;
  std::string dash;
};

/// A figure of curves: points with error bars for draws, lines for theory. Colours tell coordinates apart,
/// marks and dashes tell observables apart; what does not fit one panel gets a panel per value of one
/// coordinate.
class CurveFigure {
public:
  /// Throws InputError when there is nothing to draw.
  explicit CurveFigure(const FigureInput& input);

  Drawing drawing();

private:
  bool stored(const std::string& name) const;
  void take_verticals();

  void choose_panels();
  void choose_colours();
  std::size_t combinations() const;
  bool in_panel(const Curve& curve, std::size_t panel) const;
  Look look(const Curve& curve) const;
  std::string key_text(const std::vector<Scalar>& key) const;
  std::vector<LegendEntry> legend() const;
  std::vector<const Curve*> curves_in(std::size_t panel) const;
  PlotAxis x_axis() const;
  PlotAxis y_axis(const std::vector<const Curve*>& curves) const;
  std::vector<std::pair<double, double>> drawn(const std::vector<const Curve*>& curves, const PlotAxis& x,
                                               const PlotAxis& y) const;
  std::string vertical(const Curve& curve, const PlotAxis& x) const;
  std::string elements(Script& script, const Curve& curve, const PlotAxis& x, const PlotAxis& y) const;
  std::string note() const;

  FigureInput input_;
  const study::Figure& figure_;
  std::vector<Quantity> quantities_;
  CurveSet set_;
  std::vector<Curve> verticals_; // Figure::x_mark: a line of one point whose y is a place along x
  std::size_t split_ = static_cast<std::size_t>(-1); // the name whose values make panels
  std::vector<Scalar> panels_;
  std::vector<std::vector<Scalar>> keys_; // combinations with a colour, without the split name's value
  std::vector<std::string> colours_;
  std::string left_out_;
};

} // namespace pastur::report
