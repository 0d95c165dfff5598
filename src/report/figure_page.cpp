// SPDX-License-Identifier: BSD-3-Clause
#include "figure_page.hpp"

#include "gnuplot_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pastur::report {

std::string Frame::commands() const {
  return fmt::format("set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\nset bmargin at screen "
                     "{:.4f}\nset tmargin at screen {:.4f}",
                     left, right, bottom, top);
}

FigurePage::FigurePage(std::size_t panels, std::size_t columns, int strip, int gap) {
  columns = std::clamp<std::size_t>(columns, 1, std::max<std::size_t>(panels, 1));
  const std::size_t rows = (panels + columns - 1) / columns;
  // Pixels around the axes: tics and label at the left and below, a panel's own title above.
  const double head = 66.0;
  const double foot = 26.0;
  const double left = 92.0;
  const double right = 22.0 + gap;
  const double below = 58.0;
  const double above = panels > 1 ? 30.0 : 8.0;
  if (rows > 1) height_ = static_cast<int>(rows) * 350 + 92;
  if (columns > 2) width_ = static_cast<int>(columns) * 420 + strip;
  const double cell_width = (width_ - strip) / static_cast<double>(columns);
  const double cell_height = (height_ - head - foot) / static_cast<double>(rows);
  for (std::size_t p = 0; p < panels; ++p) {
    const double x = static_cast<double>(p % columns) * cell_width;
    const double y = head + static_cast<double>(p / columns) * cell_height;
    frames_.push_back({(x + left) / width_, (x + cell_width - right) / width_,
                       1.0 - (y + cell_height - below) / height_, 1.0 - (y + above) / height_});
  }
  strip_left_ = static_cast<double>(width_ - strip) / width_;
}

void FigurePage::open(Script& script, const std::string& title, const std::string& subtitle,
                      const std::string& note) const {
  script.line(
      fmt::format("set multiplot\nset label 1 {} at screen 0.5, screen {:.4f} center font ',17' front",
                  literal(title), 1.0 - 24.0 / height_));
  script.line(fmt::format(
      "set label 2 {} at screen 0.5, screen {:.4f} center font ',11' textcolor rgb '#666666' front",
      literal(subtitle), 1.0 - 50.0 / height_));
  script.line(fmt::format(
      "set label 3 {} at screen 0.985, screen {:.4f} right font ',11' textcolor rgb '#666666' front",
      literal(note), 14.0 / height_));
  script.line("set border 3 lc rgb '#404040' lw 1.2\n"
              "set tics nomirror out scale 0.8,0.4 textcolor rgb '#202020'\n"
              "set grid back lt 1 lw 0.6 lc rgb '#e2e2e2'\n"
              "set errorbars small\n"
              "unset key");
}

void FigurePage::close(Script& script) const {
  script.line("unset multiplot");
}

} // namespace pastur::report
