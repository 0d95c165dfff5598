// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gnuplot_script.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace pastur::report {

/// Where a panel's axes stand, in fractions of the page.
struct Frame {
  double left = 0.0, right = 1.0, bottom = 0.0, top = 1.0;
  std::string commands() const;
};

/// A page of panels in rows, with a title, a line of what is fixed and a note at the foot.
class FigurePage {
public:
  /// `strip`: pixels kept free at the right of all panels (a legend). `gap`: further pixels at the right of
  /// every panel (a colour bar).
  FigurePage(std::size_t panels, std::size_t columns, int strip, int gap = 0);
  int width() const { return width_; }
  int height() const { return height_; }
  const Frame& frame(std::size_t panel) const { return frames_[panel]; }
  /// Left end of the strip, in fractions of the page.
  double strip_left() const { return strip_left_; }

  /// Opens the page: title, subtitle and foot note (all markup), the common look.
  void open(Script& script, const std::string& title, const std::string& subtitle,
            const std::string& note) const;
  void close(Script& script) const;

private:
  int width_ = 900, height_ = 600;
  double strip_left_ = 1.0;
  std::vector<Frame> frames_;
};

} // namespace pastur::report
