// SPDX-License-Identifier: BSD-3-Clause
#include "curve_figure.hpp"

#include "figure_page.hpp"
#include "gnuplot_text.hpp"
#include "palette.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

namespace pastur::report {

CurveFigure::CurveFigure(const FigureInput& input) : input_(input), figure_(input.figure) {
  const std::vector<store::DrawState> states = input.reader.states();
  for (const std::string& name : figure_.observables) {
    if (!stored(name)) continue;
    quantities_.push_back(quantity_of(name, figure_, input.reader, input.experiment, states));
  }
  const bool marked = stored(figure_.x_mark);
  if (marked)
    quantities_.push_back(quantity_of(figure_.x_mark, figure_, input.reader, input.experiment, states));
  set_ = curves_of(figure_, quantities_, zipped_parameters(input.experiment));
  if (marked) take_verticals();
  if (set_.x.empty()) {
    // A scaled x has a name on its axis only.
    const std::string& x = figure_.scaled_x && !figure_.x_label.empty() ? figure_.x_label : figure_.x;
    throw InputError(fmt::format("figure {} needs several values of {}", figure_.name, x));
  }
  if (std::none_of(set_.curves.begin(), set_.curves.end(),
                   [](const Curve& c) { return !c.marks.empty() || !c.line.empty(); })) {
    throw InputError(fmt::format("figure {}: no draws and no theory to show yet", figure_.name));
  }
  choose_panels();
  choose_colours();
}

/// A quantity may exist in some modes of a study only.
bool CurveFigure::stored(const std::string& name) const {
  const auto named = [&](const store::Variable& v) { return v.name == name; };
  const store::Layout& layout = input_.reader.layout();
  return std::any_of(layout.observables.begin(), layout.observables.end(), named) ||
         std::any_of(layout.theory.begin(), layout.theory.end(), named);
}

/// The last quantity is no curve: its predictions are places along x.
void CurveFigure::take_verticals() {
  quantities_.pop_back();
  const auto last = std::stable_partition(set_.curves.begin(), set_.curves.end(), [&](const Curve& curve) {
    return curve.quantity < quantities_.size();
  });
  std::copy_if(last, set_.curves.end(), std::back_inserter(verticals_),
               [](const Curve& curve) { return !curve.line.empty(); });
  set_.curves.erase(last, set_.curves.end());
}

/// In the colour of its curves; none where the axis ends before it.
std::string CurveFigure::vertical(const Curve& curve, const PlotAxis& x) const {
  const double place = x.place(curve.line.front().y);
  if (!(place > x.lowest && place < x.highest)) return {};
  Curve of_key = curve;
  of_key.quantity = 0;
  const std::string colour = keys_.size() > 1 ? look(of_key).colour : "#404040";
  return fmt::format("set arrow from first {0}, graph 0 to first {0}, graph 1 nohead lc rgb '{1}' lw 1.5 dt "
                     "(8,4,2,4)",
                     place, colour);
}

PlotAxis CurveFigure::x_axis() const {
  PlotAxis axis;
  axis.log = figure_.log_x && set_.categories.empty();
  axis.categories = set_.categories;
  if (!figure_.x_label.empty()) {
    axis.label = typeset(figure_.x_label);
  } else {
    std::string unit = "1";
    for (const study::ParameterSpec& spec : input_.experiment.study->info().parameters) {
      if (spec.name == set_.x) unit = spec.unit;
    }
    axis.label = typeset_quantity(set_.x, unit);
  }
  std::vector<double> values;
  for (const Curve& curve : set_.curves) {
    for (const Mark& mark : curve.marks) values.push_back(mark.x);
    for (const LinePoint& point : curve.line) values.push_back(point.x);
  }
  fit(axis, values, 0.03);
  if (std::find(values.begin(), values.end(), 0.0) != values.end()) add_zero(axis);
  if (!axis.categories.empty()) {
    axis.lowest = -0.5;
    axis.highest = static_cast<double>(axis.categories.size()) - 0.5;
  }
  return axis;
}

/// The least value that a logarithmic axis shows. Zeros to rounding (an interpolated train error) would
/// squeeze everything else: what lies eight decades below the greatest value and beyond an empty stretch of
/// four is left out.
double least_above_rounding(std::vector<double> values) {
  std::erase_if(values, [](double y) { return y <= 0.0; });
  std::sort(values.begin(), values.end(), std::greater<>());
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] < 1e-8 * values.front() && values[i] < 1e-4 * values[i - 1]) return values[i - 1];
  }
  return values.empty() ? 0.0 : values.back();
}

/// The draws decide the range; theory may leave it (at a peak it is infinite), but not far.
PlotAxis CurveFigure::y_axis(const std::vector<const Curve*>& curves) const {
  PlotAxis axis;
  axis.log = figure_.log_y;
  axis.label = !figure_.y_label.empty()
                   ? typeset(figure_.y_label)
                   : typeset_quantity(quantities_.front().name, quantities_.front().unit);
  std::vector<double> drawn;
  std::vector<double> predicted;
  std::size_t not_positive = 0;
  for (const Curve* curve : curves) {
    for (const Mark& mark : curve->marks) {
      drawn.push_back(mark.y);
      if (mark.y <= 0.0) ++not_positive;
      if (!axis.log) drawn.insert(drawn.end(), {mark.low, mark.high});
    }
    for (const LinePoint& point : curve->line) {
      if (std::isfinite(point.y)) predicted.push_back(point.y);
    }
  }
  if (2 * not_positive > drawn.size()) axis.log = false;
  if (drawn.empty()) {
    drawn = predicted;
    std::sort(drawn.begin(), drawn.end());
    if (drawn.size() > 20) drawn.resize(drawn.size() - drawn.size() / 50);
  }
  fit(axis, drawn, 0.0);
  const double highest = axis.highest;
  if (axis.log) {
    axis.lowest = least_above_rounding(drawn);
    std::erase_if(drawn, [&](double y) { return y < axis.lowest; });
    std::erase_if(predicted, [&](double y) { return y < axis.lowest / 10.0 || y > 10.0 * highest; });
  } else {
    const double room = 0.5 * (axis.highest - axis.lowest);
    std::erase_if(predicted, [&](double y) { return y < axis.lowest - room || y > axis.highest + room; });
  }
  drawn.insert(drawn.end(), predicted.begin(), predicted.end());
  fit(axis, drawn, 0.05);
  return axis;
}

/// Where ink is, in fractions of the axes: lines densely enough that a legend cannot hide between two of
/// their points.
std::vector<std::pair<double, double>> CurveFigure::drawn(const std::vector<const Curve*>& curves,
                                                          const PlotAxis& x, const PlotAxis& y) const {
  std::vector<std::pair<double, double>> places;
  for (const Curve* curve : curves) {
    for (const Mark& mark : curve->marks) places.emplace_back(x.position(mark.x), y.position(mark.y));
    std::vector<std::pair<double, double>> line;
    for (const LinePoint& point : curve->line) {
      line.emplace_back(std::isnan(point.x) ? 0.0 : x.position(point.x), y.position(point.y));
      if (std::isnan(point.x)) line.emplace_back(1.0, y.position(point.y));
    }
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      for (int step = 0; step <= 10; ++step) {
        const double part = step / 10.0;
        const double along = line[i].second + part * (line[i + 1].second - line[i].second);
        if (std::isfinite(along))
          places.emplace_back(line[i].first + part * (line[i + 1].first - line[i].first), along);
      }
    }
  }
  return places;
}

std::string CurveFigure::elements(Script& script, const Curve& curve, const PlotAxis& x,
                                  const PlotAxis& y) const {
  const Look style = look(curve);
  std::string about = quantities_[curve.quantity].name;
  for (std::size_t k = 0; k < curve.key.size(); ++k) {
    if (!to_string(curve.key[k]).empty())
      about += fmt::format(", {} = {}", set_.names[k], to_string(curve.key[k]));
  }
  std::vector<std::string> parts;
  std::vector<std::vector<double>> rows;
  if (!curve.line.empty()) {
    for (const LinePoint& point : curve.line) {
      const double shown_y = y.log && point.y <= 0.0 ? std::nan("") : point.y;
      if (std::isnan(point.x)) { // does not vary along x: a level
        rows.push_back({x.lowest, shown_y});
        rows.push_back({x.highest, shown_y});
      } else {
        rows.push_back({x.place(point.x), shown_y});
      }
    }
    parts.push_back(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 2 dt {} notitle",
                                script.data(about + ", theory", rows), style.colour, style.dash));
  }
  rows.clear();
  for (const Mark& mark : curve.marks) {
    if (y.log && mark.y <= 0.0) continue;
    // A bar that reaches zero goes to the foot of a logarithmic axis, an infinite one to the top.
    const double low = y.log ? std::max(mark.low, y.lowest) : mark.low;
    const double high = std::min(mark.high, y.highest);
    const double at = std::isnan(mark.x) ? 0.5 * (x.lowest + x.highest) : x.place(mark.x);
    rows.push_back({at, mark.y, std::min(low, mark.y), high});
  }
  if (!rows.empty()) {
    const std::string data = script.data(about + ", draws: x, value, lower, upper end of the bar", rows);
    if (curve.line.empty() && rows.size() > 1) {
      parts.push_back(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1 dt 1 notitle", data,
                                  transparent(style.colour, 0.55)));
    }
    parts.push_back(fmt::format("{} using 1:2:3:4 with yerrorbars lc rgb '{}' lw 1.4 pt {} ps 0.9 notitle",
                                data, style.colour, style.mark));
  }
  return fmt::format("{}", fmt::join(parts, ", \\\n     "));
}

std::string CurveFigure::note() const {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = 0;
  bool lines = false;
  bool joined = false;
  for (const Curve& curve : set_.curves) {
    for (const Mark& mark : curve.marks) {
      fewest = std::min(fewest, mark.count);
      most = std::max(most, mark.count);
    }
    lines = lines || !curve.line.empty();
    joined = joined || (curve.line.empty() && curve.marks.size() > 1);
  }
  std::string text;
  if (most > 0) text = "points: " + draws_text(fewest, most);
  const bool medians = std::ranges::any_of(quantities_, [](const Quantity& q) { return q.median; });
  if (most > 1) text += medians ? ", bars: 68 % intervals" : ", bars: one standard error";
  if (lines) text += std::string(text.empty() ? "" : "; ") + "lines: theory";
  if (joined) text += "; thin lines join points";
  if (set_.infinite > 0)
    text += fmt::format("; {} infinite median{} not shown", set_.infinite, set_.infinite == 1 ? "" : "s");
  if (!verticals_.empty()) text += "; vertical: predicted " + typeset(figure_.x_mark);
  if (!left_out_.empty()) text += "; " + typeset(left_out_);
  return text;
}

Drawing CurveFigure::drawing() {
  const std::vector<LegendEntry> entries = legend();
  const PlotAxis x = x_axis();
  Script script;

  std::string key;
  int strip = 0;
  if (panels_.size() == 1 && !entries.empty()) {
    const std::vector<const Curve*> curves = curves_in(0);
    key = free_corner(entries, drawn(curves, x, y_axis(curves)), 786.0, 442.0);
  }
  if (key.empty() && !entries.empty()) strip = legend_strip(entries);
  const FigurePage page(panels_.size(), panels_.size() == 4 ? 2 : 3, strip);
  if (strip > 0) {
    const Frame& last = page.frame(std::min<std::size_t>(panels_.size(), 3) - 1);
    key = fmt::format("set key at screen {:.4f}, screen {:.4f} left top Left reverse samplen 2.2 spacing 1.2",
                      page.strip_left() - 0.012, last.top);
  }

  page.open(script, typeset(figure_.title), typeset(fixed_parameters(input_.experiment, 130)), note());
  for (std::size_t panel = 0; panel < panels_.size(); ++panel) {
    const std::vector<const Curve*> curves = curves_in(panel);
    const PlotAxis y = y_axis(curves);
    script.line(page.frame(panel).commands());
    if (panels_.size() > 1) {
      const bool text = std::holds_alternative<std::string>(panels_[panel]);
      script.line(fmt::format("set title {} offset 0,-0.4",
                              literal(coordinate_label(set_.names[split_], shown(panels_[panel]), text))));
    }
    script.line(x.commands("x") + y.commands("y"));
    std::vector<std::string> parts;
    for (const Curve* curve : curves) {
      std::string part = elements(script, *curve, x, y);
      if (!part.empty()) parts.push_back(std::move(part));
    }
    if (parts.empty()) continue;
    if (!verticals_.empty()) script.line("unset arrow");
    for (const Curve& mark : verticals_) {
      if (in_panel(mark, panel)) script.line(vertical(mark, x));
    }
    script.line(panel == 0 && !key.empty() ? key : "unset key");
    if (panel == 0) {
      for (const LegendEntry& entry : entries)
        parts.push_back(fmt::format("keyentry with {} title {}", entry.style, literal(entry.label)));
    }
    script.line(fmt::format("plot {}", fmt::join(parts, ", \\\n     ")));
    if (panel == 0) script.line("unset label");
  }
  page.close(script);
  return {std::move(script), page.width(), page.height()};
}

Drawing curve_drawing(const FigureInput& input) {
  return CurveFigure(input).drawing();
}

} // namespace pastur::report
