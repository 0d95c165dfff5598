// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/text_columns.hpp>

#include <algorithm>
#include <sstream>

namespace pastur::report {

namespace {

/// Characters of UTF-8 text: bytes that do not continue one.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

void TextColumns::add(std::vector<std::string> cells) {
  lines_.push_back({Line::Kind::cells, std::move(cells)});
}
void TextColumns::rule() {
  lines_.push_back({Line::Kind::rule});
}
void TextColumns::blank() {
  lines_.push_back({Line::Kind::blank});
}

std::string TextColumns::text(std::size_t indent) const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const Line& line : lines_) {
    for (std::size_t c = 0; c < std::min(widths.size(), line.cells.size()); ++c) {
      widths[c] = std::max(widths[c], characters(line.cells[c]));
    }
  }
  std::size_t total = 0;
  for (const std::size_t width : widths) total += width > 0 ? width + 2 : 0;
  std::string all;
  for (const Line& line : lines_) {
    std::string set(indent, ' ');
    if (line.kind == Line::Kind::rule) set.append(total > 2 ? total - 2 : 0, '-');
    for (std::size_t c = 0; c < std::min(widths.size(), line.cells.size()); ++c) {
      if (widths[c] == 0) continue;
      const std::string blanks(widths[c] - characters(line.cells[c]), ' ');
      set += alignment_[c] == Align::right ? blanks + line.cells[c] : line.cells[c] + blanks;
      set += "  ";
    }
    set.erase(set.find_last_not_of(' ') + 1);
    all += set + "\n";
  }
  return all;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    if (!lines.empty() && characters(lines.back()) + 1 + characters(word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

} // namespace pastur::report
