// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace pastur::report {

/// Lines of cells set in columns two spaces apart. Widths count characters, not bytes.
class TextColumns {
public:
  enum class Align { left, right };
  explicit TextColumns(std::vector<Align> alignment) : alignment_(std::move(alignment)) {}

  /// Missing cells at the end are empty.
  void add(std::vector<std::string> cells);
  /// A rule under the heading.
  void rule();
  void blank();
  /// Every line ends with a newline and has no trailing blanks.
  std::string text(std::size_t indent = 0) const;

private:
  struct Line {
    enum class Kind { cells, rule, blank } kind;
    std::vector<std::string> cells{};
  };
  std::vector<Align> alignment_;
  std::vector<Line> lines_;
};

/// `text` broken at blanks into lines of at most `width` characters (a longer word stands alone).
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

} // namespace pastur::report
