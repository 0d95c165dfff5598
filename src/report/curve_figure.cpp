// SPDX-License-Identifier: BSD-3-Clause
// Points with error bars for draws, lines for theory. Colours tell coordinates apart, marks and dashes tell
// observables apart.
#include "curves.hpp"
#include "figure_kinds.hpp"
#include "figure_page.hpp"
#include "gnuplot_text.hpp"
#include "legend.hpp"
#include "palette.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace pastur::report {

namespace {

constexpr std::size_t most_curves = 6; // combinations of coordinates in a panel
constexpr std::size_t most_panels = 6;
constexpr std::array<int, 5> marks{7, 5, 9, 13, 11};
constexpr std::array<const char*, 5> dashes{"1", "(12,5)", "(3,4)", "(12,4,3,4)", "(18,4,3,4,3,4)"};
constexpr const char* level_colour = "#404040";

/// How one curve looks.
struct Look {
  std::string colour;
  int mark;
  std::string dash;
};

class CurveFigure {
public:
  explicit CurveFigure(const FigureInput& input) : input_(input), figure_(input.figure) {
    const std::vector<store::DrawState> states = input.reader.states();
    for (const std::string& name : figure_.observables) {
      if (!stored(name)) continue;
      quantities_.push_back(quantity_of(name, figure_, input.reader, input.experiment, states));
    }
    set_ = curves_of(figure_, quantities_);
    if (set_.x.empty()) {
      throw InputError(fmt::format("figure {} needs several values of {}", figure_.name, figure_.x));
    }
    if (std::none_of(set_.curves.begin(), set_.curves.end(),
                     [](const Curve& c) { return !c.marks.empty() || !c.line.empty(); })) {
      throw InputError(fmt::format("figure {}: no draws and no theory to show yet", figure_.name));
    }
    choose_panels();
    choose_colours();
  }

  Drawing drawing();

private:
  /// A quantity may exist in some modes of a study only.
  bool stored(const std::string& name) const {
    const auto named = [&](const store::Variable& v) { return v.name == name; };
    const store::Layout& layout = input_.reader.layout();
    return std::any_of(layout.observables.begin(), layout.observables.end(), named) ||
           std::any_of(layout.theory.begin(), layout.theory.end(), named);
  }

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
  std::string elements(Script& script, const Curve& curve, const PlotAxis& x, const PlotAxis& y) const;
  std::string note() const;

  FigureInput input_;
  const study::Figure& figure_;
  std::vector<Quantity> quantities_;
  CurveSet set_;
  std::size_t split_ = static_cast<std::size_t>(-1); // the name whose values make panels
  std::vector<Scalar> panels_;
  std::vector<std::vector<Scalar>> keys_; // combinations with a colour, without the split name's value
  std::vector<std::string> colours_;
  std::string left_out_;
};

std::size_t CurveFigure::combinations() const {
  std::size_t count = 1;
  for (const std::vector<Scalar>& values : set_.values) count *= values.size();
  return count;
}

/// Too many combinations for one panel: the values of one coordinate get a panel each. It is the one that
/// leaves few enough with the fewest panels; names before numbers.
void CurveFigure::choose_panels() {
  const std::size_t all = combinations();
  const auto drawn_quantities = static_cast<std::size_t>(
      std::count_if(quantities_.begin(), quantities_.end(), [](const Quantity& q) { return q.drawn; }));
  const std::size_t allowed = drawn_quantities > 1 ? 3 : most_curves;
  if (all > allowed && set_.names.size() > 1) {
    const auto cost = [&](std::size_t name) {
      const std::size_t count = set_.values[name].size();
      const bool enough = (all + count - 1) / count <= allowed;
      const bool text = std::holds_alternative<std::string>(set_.values[name].front());
      return std::make_tuple(count > most_panels, !enough, enough ? count : all / count, !text);
    };
    split_ = 0;
    for (std::size_t name = 1; name < set_.names.size(); ++name) {
      if (cost(name) < cost(split_)) split_ = name;
    }
  }
  if (split_ >= set_.names.size()) {
    panels_.emplace_back(std::string());
    return;
  }
  for (const std::size_t i : spread(set_.values[split_].size(), most_panels))
    panels_.push_back(set_.values[split_][i]);
  if (panels_.size() < set_.values[split_].size()) {
    left_out_ =
        fmt::format("{} of {} values of {}", panels_.size(), set_.values[split_].size(), set_.names[split_]);
  }
}

void CurveFigure::choose_colours() {
  for (const Curve& curve : set_.curves) {
    if (!quantities_[curve.quantity].drawn && combinations() > 1) {
      const bool level = std::all_of(curve.key.begin(), curve.key.end(),
                                     [](const Scalar& v) { return to_string(v).empty(); });
      if (level) continue;
    }
    std::vector<Scalar> key = curve.key;
    if (split_ < key.size()) key[split_] = std::string();
    if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(key);
  }
  // Numbers in order, so that colours can be graded.
  if (set_.names.size() - (split_ < set_.names.size() ? 1 : 0) == 1) {
    const std::size_t name = split_ == 0 ? 1 : 0;
    const bool numbers = std::none_of(keys_.begin(), keys_.end(), [&](const auto& key) {
      return std::holds_alternative<std::string>(key[name]);
    });
    if (numbers) {
      std::sort(keys_.begin(), keys_.end(),
                [&](const auto& a, const auto& b) { return to_number(a[name]) < to_number(b[name]); });
    }
    const std::size_t before = keys_.size();
    std::vector<std::vector<Scalar>> kept;
    for (const std::size_t i : spread(before, 2 * most_curves - 4)) kept.push_back(keys_[i]);
    keys_ = std::move(kept);
    if (keys_.size() < before)
      left_out_ = fmt::format("{} of {} values of {}", keys_.size(), before, set_.names[name]);
    colours_ = numbers && keys_.size() > 2 ? graded_colours(keys_.size()) : distinct_colours(keys_.size());
    return;
  }
  const std::size_t before = keys_.size();
  if (before > 2 * most_curves) {
    std::vector<std::vector<Scalar>> kept;
    for (const std::size_t i : spread(before, most_curves)) kept.push_back(keys_[i]);
    keys_ = std::move(kept);
    left_out_ = fmt::format("{} of {} curves", keys_.size(), before);
  }
  colours_ = distinct_colours(keys_.size());
}

bool CurveFigure::in_panel(const Curve& curve, std::size_t panel) const {
  if (split_ < curve.key.size()) {
    const Scalar& value = curve.key[split_];
    if (value != panels_[panel] && !to_string(value).empty()) return false;
  }
  std::vector<Scalar> key = curve.key;
  if (split_ < key.size()) key[split_] = std::string();
  const bool level =
      std::all_of(key.begin(), key.end(), [](const Scalar& v) { return to_string(v).empty(); });
  return level || std::find(keys_.begin(), keys_.end(), key) != keys_.end();
}

std::vector<const Curve*> CurveFigure::curves_in(std::size_t panel) const {
  std::vector<const Curve*> curves;
  for (const Curve& curve : set_.curves) {
    if (in_panel(curve, panel)) curves.push_back(&curve);
  }
  return curves;
}

Look CurveFigure::look(const Curve& curve) const {
  const std::size_t q = curve.quantity;
  // Marks and dashes count observables and theory-only outputs apart: an observable's own theory is solid
  // while there is one observable.
  std::size_t rank = 0;
  std::size_t observables = 0;
  for (std::size_t i = 0; i < quantities_.size(); ++i) {
    if (i < q && quantities_[i].drawn == quantities_[q].drawn) ++rank;
    if (quantities_[i].drawn) ++observables;
  }
  const std::size_t dash = quantities_[q].drawn ? rank : std::max<std::size_t>(observables, 1) + rank;
  Look look{.colour = level_colour, .mark = marks[rank % marks.size()], .dash = dashes[dash % dashes.size()]};
  std::vector<Scalar> key = curve.key;
  if (split_ < key.size()) key[split_] = std::string();
  if (keys_.size() <= 1) {
    if (quantities_[q].drawn || observables == 0) {
      look.colour = distinct_colours(rank + 1).back();
      look.dash = "1";
    }
    return look;
  }
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  if (found != keys_.end()) look.colour = colours_[static_cast<std::size_t>(found - keys_.begin())];
  return look;
}

std::string CurveFigure::key_text(const std::vector<Scalar>& key) const {
  std::string text;
  for (std::size_t k = 0; k < key.size(); ++k) {
    if (k == split_ || to_string(key[k]).empty()) continue;
    if (!text.empty()) text += ", ";
    text += coordinate_label(set_.names[k], shown(key[k]), std::holds_alternative<std::string>(key[k]));
  }
  return text;
}

/// Entries for coordinates (colours), then for quantities (marks and dashes) where there are several.
std::vector<LegendEntry> CurveFigure::legend() const {
  std::vector<LegendEntry> entries;
  const auto of_quantity = [&](std::size_t q, bool with_marks, bool with_line) {
    const auto first =
        std::find_if(set_.curves.begin(), set_.curves.end(), [q](const Curve& c) { return c.quantity == q; });
    if (first == set_.curves.end()) return;
    Look style = look(*first);
    if (keys_.size() > 1) style.colour = level_colour;
    const std::string line = fmt::format("lc rgb '{}' lw 2 dt {}", style.colour, style.dash);
    const std::string mark = fmt::format("pt {} ps 0.9", style.mark);
    const std::string with = with_marks && with_line ? fmt::format("linespoints {} {}", line, mark)
                             : with_marks ? fmt::format("points lc rgb '{}' {}", style.colour, mark)
                                          : fmt::format("lines {}", line);
    entries.push_back({with, typeset(quantities_[q].name)});
  };
  const auto has = [&](std::size_t q, bool line) {
    return std::any_of(set_.curves.begin(), set_.curves.end(), [&](const Curve& c) {
      return c.quantity == q && (line ? !c.line.empty() : !c.marks.empty());
    });
  };
  if (keys_.size() > 1) {
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      const std::string text = key_text(keys_[k]);
      if (text.empty()) continue;
      entries.push_back({fmt::format("linespoints lc rgb '{}' lw 2 pt 7 ps 0.9", colours_[k]), text});
    }
    if (quantities_.size() == 1) return entries;
  }
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    if (has(q, false) || has(q, true)) of_quantity(q, has(q, false), has(q, true));
  }
  if (entries.size() == 1 && quantities_.size() == 1) return {};
  return entries;
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
      if (!axis.log) drawn.insert(drawn.end(), {mark.y - mark.error, mark.y + mark.error});
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
    // Zero to rounding (an interpolated train error) would squeeze everything else: eight decades are enough.
    constexpr double most_decades = 1e8;
    axis.lowest = std::max(axis.lowest, highest / most_decades);
    std::erase_if(drawn, [&](double y) { return y < axis.lowest; });
    std::erase_if(predicted, [&](double y) {
      return y < std::max(axis.lowest / 10.0, highest / most_decades) || y > 10.0 * highest;
    });
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
    // A bar that reaches zero goes to the foot of a logarithmic axis.
    const double low = y.log ? std::max(mark.y - mark.error, y.lowest) : mark.y - mark.error;
    const double at = std::isnan(mark.x) ? 0.5 * (x.lowest + x.highest) : x.place(mark.x);
    rows.push_back({at, mark.y, std::min(low, mark.y), mark.y + mark.error});
  }
  if (!rows.empty()) {
    const std::string data = script.data(about + ", draws: x, value, value - error, value + error", rows);
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
  if (most > 0) text = "points: " + draws_text(fewest, most) + (most > 1 ? ", bars: one standard error" : "");
  if (lines) text += std::string(text.empty() ? "" : "; ") + "lines: theory";
  if (joined) text += "; thin lines join points";
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

} // namespace

Drawing curve_drawing(const FigureInput& input) {
  return CurveFigure(input).drawing();
}

} // namespace pastur::report
