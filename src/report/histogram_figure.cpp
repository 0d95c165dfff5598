// SPDX-License-Identifier: BSD-3-Clause
// Density of an observable pooled over the draws: a panel for each point and entry of a coordinate parameter,
// with the entries of other dimensions (ranks, networks) pooled too. What theory says stands as lines.
#include "figure_kinds.hpp"
#include "figure_page.hpp"
#include "gnuplot_text.hpp"
#include "histogram.hpp"
#include "histogram_cells.hpp"
#include "legend.hpp"
#include "palette.hpp"
#include "plot_axis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace pastur::report {

namespace {

constexpr std::size_t most_panels = 6;
constexpr const char* bar_colour = "#0072b2";

class HistogramFigure {
public:
  explicit HistogramFigure(const FigureInput& input) : input_(input), figure_(input.figure), cells_(input) {}

  Drawing drawing();

private:
  std::vector<std::size_t> chosen_cells(std::size_t& columns) const;
  std::string panel(Script& script, std::size_t number, bool alone) const;

  FigureInput input_;
  const study::Figure& figure_;
  HistogramCells cells_;
};

std::string HistogramFigure::panel(Script& script, std::size_t number, bool alone) const {
  const std::vector<double>& values = cells_.cells()[number].pooled;
  const bool log =
      figure_.log_x && std::any_of(values.begin(), values.end(), [](double v) { return v > 0.0; });
  const Histogram bars = histogram(values, bin_edges(values, log), log);
  PlotAxis x{.label = figure_.x_label.empty()
                          ? typeset_quantity(cells_.observable().name, cells_.observable().unit)
                          : typeset(figure_.x_label),
             .log = log};
  fit(x, bars.edges, 0.03);
  x.log = log;

  PlotAxis y{.label = figure_.y_label.empty() ? "density" : typeset(figure_.y_label), .log = figure_.log_y};
  if (log) y.label += " per decade";
  std::vector<double> heights = bars.density;
  const std::vector<HistogramPrediction> lines = cells_.predictions(cells_.cells()[number]);
  for (const HistogramPrediction& line : lines) {
    for (std::size_t i = 0; i < line.y.size(); ++i) {
      if (line.x[i] >= x.lowest && line.x[i] <= x.highest)
        heights.push_back(log ? line.y[i] * line.x[i] * std::log(10.0) : line.y[i]);
    }
  }
  // A density may be infinite at an edge: at most twice the tallest bar is shown.
  const double tallest = *std::max_element(bars.density.begin(), bars.density.end());
  std::erase_if(heights, [&](double h) { return h > 2.0 * tallest; });
  fit(y, heights, 0.06);
  if (!y.log) y.lowest = 0.0;

  std::vector<std::vector<double>> boxes;
  for (std::size_t b = 0; b < bars.density.size(); ++b) {
    if (bars.density[b] <= 0.0) continue;
    boxes.push_back({0.5 * (bars.edges[b] + bars.edges[b + 1]), bars.density[b], bars.edges[b],
                     bars.edges[b + 1], y.log ? y.lowest : 0.0, bars.density[b]});
  }
  std::string title = cells_.title(cells_.cells()[number]);
  if (bars.outside > 0.0) {
    title += fmt::format("{}{{/*0.85 ({:.3g} % {})}}", title.empty() ? "" : "   ", 100.0 * bars.outside,
                         log ? "at or below 0, or far off" : "far off");
  }
  std::string commands =
      fmt::format("set title {} offset 0,-0.4\n", literal(title)) + x.commands("x") + y.commands("y");
  std::vector<std::string> parts{fmt::format(
      "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '#8cbfdd' fs solid 1.0 border lc rgb '{}' notitle",
      script.data("bins of " + cells_.observable().name, boxes), bar_colour)};
  std::vector<LegendEntry> entries;
  const std::vector<std::string> colours = distinct_colours(lines.size() + 1);
  for (std::size_t l = 0; l < lines.size(); ++l) {
    const HistogramPrediction& line = lines[l];
    std::vector<std::vector<double>> rows;
    const std::string& colour = colours[l + 1];
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (line.y.empty()) {
        rows.push_back({line.x[i], y.lowest});
        rows.push_back({line.x[i], y.highest});
        rows.push_back({std::nan(""), std::nan("")});
      } else if (!log || line.x[i] > 0.0) {
        rows.push_back({line.x[i], log ? line.y[i] * line.x[i] * std::log(10.0) : line.y[i]});
      }
    }
    const std::string dash = line.y.empty() ? "(12,5)" : "1";
    parts.push_back(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 2 dt {} notitle",
                                script.data(line.name, rows), colour, dash));
    entries.push_back({fmt::format("lines lc rgb '{}' lw 2 dt {}", colour, dash), typeset(line.name)});
  }
  if (alone || number == 0) {
    std::vector<std::pair<double, double>> drawn;
    for (const std::vector<double>& box : boxes) {
      for (int step = 0; step <= 4; ++step) {
        const double height =
            y.log ? y.lowest * std::pow(box[1] / y.lowest, step / 4.0) : box[1] * step / 4.0;
        drawn.emplace_back(x.position(box[0]), y.position(height));
      }
    }
    const std::string corner =
        entries.empty() ? "" : free_corner(entries, drawn, alone ? 786.0 : 300.0, alone ? 442.0 : 260.0);
    commands += entries.empty()  ? "unset key"
                : corner.empty() ? "set key inside right top Left reverse samplen 2.2"
                                 : corner;
    for (const LegendEntry& entry : entries)
      parts.push_back(fmt::format("keyentry with {} title {}", entry.style, literal(entry.label)));
  } else {
    commands += "unset key";
  }
  return commands + fmt::format("\nplot {}", fmt::join(parts, ", \\\n     "));
}

/// At most six of the cells that have draws. Of a grid as many values of each axis as fit, the longest axis
/// along the rows.
std::vector<std::size_t> HistogramFigure::chosen_cells(std::size_t& columns) const {
  std::vector<store::Axis> axes = input_.reader.layout().axes;
  axes.insert(axes.end(), cells_.coordinates().begin(), cells_.coordinates().end());
  std::vector<std::size_t> counts;
  std::size_t product = 1;
  for (const store::Axis& axis : axes) product *= counts.emplace_back(axis.size());
  if (cells_.cells().size() < product || axes.empty()) {
    columns = cells_.cells().size() == 4 ? 2 : 3;
    return spread(cells_.cells().size(), most_panels);
  }
  while (product > most_panels) {
    std::size_t& largest = *std::max_element(counts.begin(), counts.end());
    product = product / largest * (largest - 1);
    --largest;
  }
  const auto along =
      static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  columns = product <= 3 ? 3 : product == 4 ? 2 : std::min<std::size_t>(counts[along], 3);
  // Every combination of the kept values, `along` fastest.
  std::vector<std::size_t> chosen{0};
  std::size_t stride = 1;
  std::vector<std::size_t> strides(axes.size());
  for (std::size_t a = axes.size(); a-- > 0; stride *= axes[a].size()) strides[a] = stride;
  const auto extend = [&](std::size_t a) {
    std::vector<std::size_t> longer;
    for (const std::size_t cell : chosen) {
      for (const std::size_t i : spread(axes[a].size(), counts[a])) longer.push_back(cell + i * strides[a]);
    }
    chosen = std::move(longer);
  };
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (a != along) extend(a);
  }
  extend(along);
  return chosen;
}

Drawing HistogramFigure::drawing() {
  std::size_t columns = 3;
  const std::vector<std::size_t> shown_cells = chosen_cells(columns);
  const std::size_t panels = shown_cells.size();
  Script script;
  const FigurePage page(panels, columns, 0);
  std::string note =
      fmt::format("bars: entries pooled over {}", draws_text(cells_.fewest_draws(), cells_.most_draws()));
  if (figure_.observables.size() > 1) note += "; lines: theory";
  if (panels < cells_.cells().size()) note += fmt::format("; {} of {} panels", panels, cells_.cells().size());
  page.open(script, typeset(figure_.title), typeset(fixed_parameters(input_.experiment, 130)), note);
  for (std::size_t i = 0; i < panels; ++i) {
    script.line(page.frame(i).commands());
    script.line(panel(script, shown_cells[i], panels == 1));
    if (i == 0) script.line("unset label");
  }
  page.close(script);
  return {std::move(script), page.width(), page.height()};
}

} // namespace

Drawing histogram_drawing(const FigureInput& input) {
  return HistogramFigure(input).drawing();
}

} // namespace pastur::report
