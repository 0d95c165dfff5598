// SPDX-License-Identifier: BSD-3-Clause
// One observable over two coordinates: draws at the left, theory beside them on the same colours.
#include "curves.hpp"
#include "figure_kinds.hpp"
#include "figure_page.hpp"
#include "gnuplot_text.hpp"
#include "legend.hpp"
#include "palette.hpp"
#include "plot_axis.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace pastur::report {

namespace {

constexpr std::size_t most_keys = 3;

struct Cell {
  double x, y, value;
};

/// Half-way points between neighbours (in the logarithm on a logarithmic axis), and as far beyond the ends.
std::vector<double> edges(std::vector<double> centres, bool log) {
  if (log) {
    for (double& centre : centres) centre = std::log(centre);
  }
  std::vector<double> cuts(centres.size() + 1);
  for (std::size_t i = 1; i < centres.size(); ++i) cuts[i] = 0.5 * (centres[i - 1] + centres[i]);
  const std::size_t last = centres.size() - 1;
  const double alone = log ? 0.35 : 0.5;
  cuts.front() = centres.size() > 1 ? 2 * centres[0] - cuts[1] : centres[0] - alone;
  cuts.back() = centres.size() > 1 ? 2 * centres[last] - cuts[last] : centres[0] + alone;
  if (log) {
    for (double& cut : cuts) cut = std::exp(cut);
  }
  return cuts;
}

class HeatMap {
public:
  explicit HeatMap(const FigureInput& input)
      : input_(input), figure_(input.figure), states_(input.reader.states()),
        quantity_(
            quantity_of(figure_.observables.front(), figure_, input.reader, input.experiment, states_)) {
    x_ = column(figure_.x);
    y_ = column(figure_.y);
    if (distinct(x_) < 2 || distinct(y_) < 2) {
      throw InputError(
          fmt::format("figure {} needs several values of {} and of {}", figure_.name, figure_.x, figure_.y));
    }
    find_keys();
  }

  Drawing drawing();

private:
  std::size_t column(const std::string& name) const {
    return static_cast<std::size_t>(std::find(quantity_.names.begin(), quantity_.names.end(), name) -
                                    quantity_.names.begin());
  }
  std::size_t distinct(std::size_t column) const {
    std::vector<Scalar> seen;
    if (column >= quantity_.names.size()) return 0;
    for (const Record& record : records()) {
      if (std::find(seen.begin(), seen.end(), record.place[column]) == seen.end())
        seen.push_back(record.place[column]);
    }
    return seen.size();
  }
  const std::vector<Record>& records() const { return quantity_.drawn ? quantity_.draws : quantity_.theory; }

  void find_keys();
  std::vector<Scalar> key(const Record& record) const;
  double coordinate(const Record& record, std::size_t column, std::vector<std::string>& categories) const;
  std::vector<Cell> cells(const std::vector<Record>& records, const std::vector<Scalar>& wanted);
  std::vector<std::vector<double>> boxes(const std::vector<Cell>& cells, PlotAxis& x, PlotAxis& y) const;
  std::string boundaries(Script& script, const std::vector<Scalar>& wanted, std::vector<std::string>& parts);

  FigureInput input_;
  const study::Figure& figure_;
  std::vector<store::DrawState> states_;
  Quantity quantity_;
  std::size_t x_ = 0, y_ = 0;
  std::vector<std::size_t> others_;
  std::vector<std::vector<Scalar>> keys_;
  std::vector<std::string> x_categories_, y_categories_;
  std::string left_out_;
};

std::vector<Scalar> HeatMap::key(const Record& record) const {
  std::vector<Scalar> values;
  for (const std::size_t column : others_) values.push_back(record.place[column]);
  return values;
}

void HeatMap::find_keys() {
  for (std::size_t c = 0; c < quantity_.names.size(); ++c) {
    if (c != x_ && c != y_ && distinct(c) > 1) others_.push_back(c);
  }
  for (const Record& record : records()) {
    if (std::find(keys_.begin(), keys_.end(), key(record)) == keys_.end()) keys_.push_back(key(record));
  }
  const std::size_t all = keys_.size();
  std::vector<std::vector<Scalar>> kept;
  for (const std::size_t i : spread(all, most_keys)) kept.push_back(keys_[i]);
  keys_ = std::move(kept);
  if (keys_.size() < all) left_out_ = fmt::format("; {} of {} maps", keys_.size(), all);
}

double HeatMap::coordinate(const Record& record, std::size_t column,
                           std::vector<std::string>& categories) const {
  if (column == x_ && figure_.scaled_x) return record.scaled_x;
  const auto* text = std::get_if<std::string>(&record.place[column]);
  if (text == nullptr) return to_number(record.place[column]);
  auto found = std::find(categories.begin(), categories.end(), *text);
  if (found == categories.end()) found = categories.insert(categories.end(), *text);
  return static_cast<double>(found - categories.begin());
}

std::vector<Cell> HeatMap::cells(const std::vector<Record>& records, const std::vector<Scalar>& wanted) {
  std::vector<Cell> found;
  for (const Record& record : records) {
    if (key(record) != wanted) continue;
    found.push_back(
        {coordinate(record, x_, x_categories_), coordinate(record, y_, y_categories_), record.value});
  }
  return found;
}

/// gnuplot rows "x y xlow xhigh ylow yhigh value"; the axes grow to hold them. Every row of the map has its
/// own cuts along x: a scaled x may differ between rows.
std::vector<std::vector<double>> HeatMap::boxes(const std::vector<Cell>& cells, PlotAxis& x,
                                                PlotAxis& y) const {
  std::map<double, std::vector<Cell>> by_row;
  for (const Cell& cell : cells) {
    if ((x.log && cell.x <= 0.0) || (y.log && cell.y <= 0.0)) continue;
    by_row[cell.y].push_back(cell);
  }
  std::vector<double> centres;
  for (const auto& [height, row] : by_row) centres.push_back(height);
  std::vector<std::vector<double>> all;
  if (centres.empty()) return all;
  const std::vector<double> y_cuts = edges(centres, y.log);
  std::size_t number = 0;
  for (auto& [height, row] : by_row) {
    std::sort(row.begin(), row.end(), [](const Cell& a, const Cell& b) { return a.x < b.x; });
    std::vector<double> across;
    for (const Cell& cell : row) across.push_back(cell.x);
    const std::vector<double> x_cuts = edges(across, x.log);
    for (std::size_t i = 0; i < row.size(); ++i) {
      all.push_back(
          {row[i].x, height, x_cuts[i], x_cuts[i + 1], y_cuts[number], y_cuts[number + 1], row[i].value});
    }
    x.lowest = std::min(x.lowest, x_cuts.front());
    x.highest = std::max(x.highest, x_cuts.back());
    ++number;
  }
  y.lowest = std::min(y.lowest, y_cuts.front());
  y.highest = std::max(y.highest, y_cuts.back());
  return all;
}

/// Theory-only outputs after the observable are boundaries y = output(x).
std::string HeatMap::boundaries(Script& script, const std::vector<Scalar>& wanted,
                                std::vector<std::string>& parts) {
  std::string names;
  for (std::size_t q = 1; q < figure_.observables.size(); ++q) {
    const Quantity boundary =
        quantity_of(figure_.observables[q], figure_, input_.reader, input_.experiment, states_);
    const auto at = static_cast<std::size_t>(
        std::find(boundary.names.begin(), boundary.names.end(), figure_.x) - boundary.names.begin());
    if (at == boundary.names.size()) continue;
    std::map<double, double> line;
    for (const Record& record :
         boundary.fine.size() > boundary.theory.size() ? boundary.fine : boundary.theory) {
      bool same = true;
      for (std::size_t o = 0; o < others_.size(); ++o) {
        const std::string& name = quantity_.names[others_[o]];
        const auto column = static_cast<std::size_t>(
            std::find(boundary.names.begin(), boundary.names.end(), name) - boundary.names.begin());
        if (column < record.place.size() && record.place[column] != wanted[o]) same = false;
      }
      const double x = figure_.scaled_x ? record.scaled_x : to_number(record.place[at]);
      if (same && std::isfinite(record.value)) line.emplace(x, record.value);
    }
    std::vector<std::vector<double>> rows;
    for (const auto& [x, y] : line) rows.push_back({x, y});
    if (rows.size() < 2) continue;
    const std::string data = script.data(boundary.name, rows);
    parts.push_back(fmt::format("{} using 1:2 with lines lc rgb 'white' lw 4 notitle", data));
    parts.push_back(fmt::format("{} using 1:2 with lines lc rgb '#d55e00' lw 2 dt {} notitle", data, q));
    names += (names.empty() ? "; line: " : ", ") + figure_.observables[q];
  }
  return names;
}

Drawing HeatMap::drawing() {
  struct Map {
    std::string title;
    std::vector<Scalar> key;
    std::vector<Cell> cells;
  };
  std::vector<Map> maps;
  for (const std::vector<Scalar>& wanted : keys_) {
    std::string name;
    for (std::size_t o = 0; o < others_.size(); ++o) {
      if (!name.empty()) name += ", ";
      name += coordinate_label(quantity_.names[others_[o]], shown(wanted[o]),
                               std::holds_alternative<std::string>(wanted[o]));
    }
    const std::string joint = name.empty() ? "" : name + ": ";
    if (quantity_.drawn) maps.push_back({joint + "draws", wanted, cells(quantity_.draws, wanted)});
    std::vector<Cell> theory = cells(quantity_.theory, wanted);
    if (std::any_of(theory.begin(), theory.end(), [](const Cell& c) { return std::isfinite(c.value); })) {
      maps.push_back({joint + "theory", wanted, std::move(theory)});
    }
  }

  // One scale of colours for all, from the draws where there are any: theory may be infinite at a peak.
  std::vector<double> values;
  for (const Map& map : maps) {
    if (quantity_.drawn && map.title.ends_with("theory")) continue;
    for (const Cell& cell : map.cells) {
      if (std::isfinite(cell.value)) values.push_back(cell.value);
    }
  }
  if (values.empty())
    throw InputError(fmt::format("figure {}: no draws and no theory to show yet", figure_.name));
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  PlotAxis colours{.label = typeset_quantity(quantity_.name, quantity_.unit),
                   .log = *low > 0.0 && *high > 100.0 * *low};
  fit(colours, values, 0.0);

  const std::size_t columns = maps.size() > 1 ? 2 : 1;
  Script script;
  const FigurePage page(maps.size(), columns, 122);
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = 0;
  for (const Record& record : quantity_.draws) {
    fewest = std::min(fewest, record.count);
    most = std::max(most, record.count);
  }
  PlotAxis x{.label = figure_.x_label.empty() ? typeset(figure_.x) : typeset(figure_.x_label),
             .log = figure_.log_x};
  PlotAxis y{.label = figure_.y_label.empty() ? typeset(figure_.y) : typeset(figure_.y_label),
             .log = figure_.log_y};
  x.categories = x_categories_;
  y.categories = y_categories_;
  x.log = x.log && x.categories.empty();
  y.log = y.log && y.categories.empty();
  x.lowest = y.lowest = std::numeric_limits<double>::infinity();
  x.highest = y.highest = -x.lowest;
  std::vector<std::vector<std::vector<double>>> drawn;
  for (const Map& map : maps) drawn.push_back(boxes(map.cells, x, y));

  std::vector<std::vector<std::string>> plots(maps.size());
  std::string lines;
  for (std::size_t m = 0; m < maps.size(); ++m) {
    std::vector<std::vector<double>> known;
    std::vector<std::vector<double>> unknown;
    for (const std::vector<double>& box : drawn[m]) {
      const bool shown_colour = std::isfinite(box.back()) && !(colours.log && box.back() <= 0.0);
      (shown_colour ? known : unknown).push_back(box);
    }
    if (!unknown.empty()) {
      plots[m].push_back(
          fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fs solid 1.0 noborder lc rgb '#d9d9d9' notitle",
                      script.data("not known", unknown)));
    }
    if (!known.empty()) {
      plots[m].push_back(
          fmt::format("{} using 1:2:3:4:5:6:7 with boxxyerror lc palette fs solid 1.0 border notitle",
                      script.data("x, y, box, value", known)));
    }
    lines = boundaries(script, maps[m].key, plots[m]);
  }

  page.open(script, typeset(figure_.title), typeset(fixed_parameters(input_.experiment, 130)),
            quantity_.drawn
                ? typeset(fmt::format("colours: {} a cell{}{}", draws_text(fewest, most), lines, left_out_))
                : typeset(lines));
  script.line(graded_palette());
  script.line(colours.commands("cb"));
  script.line("unset grid\nset border 15 lc rgb '#404040' lw 1.2\nset cbtics nomirror in offset -0.4,0\nset "
              "cblabel offset 1.2,0");
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const Frame& frame = page.frame(m);
    script.line(frame.commands());
    script.line(fmt::format("set title {} offset 0,-0.4", literal(maps[m].title)));
    script.line(x.commands("x") + y.commands("y"));
    const bool last_in_row = m % columns == columns - 1 || m + 1 == maps.size();
    if (last_in_row) {
      script.line(fmt::format("set colorbox vertical user origin {:.4f},{:.4f} size 0.018,{:.4f} noborder",
                              page.strip_left() - 0.01, frame.bottom, frame.top - frame.bottom));
    } else {
      script.line("unset colorbox");
    }
    if (plots[m].empty()) continue;
    script.line(fmt::format("plot {}", fmt::join(plots[m], ", \\\n     ")));
    if (m == 0) script.line("unset label");
  }
  page.close(script);
  return {std::move(script), page.width(), page.height()};
}

} // namespace

Drawing heat_map_drawing(const FigureInput& input) {
  return HeatMap(input).drawing();
}

} // namespace pastur::report
