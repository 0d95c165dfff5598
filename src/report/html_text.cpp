// SPDX-License-Identifier: BSD-3-Clause
#include "html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace pastur::report {

namespace {

constexpr const char* replacement = "\xEF\xBF\xBD";

/// Bytes of the UTF-8 character that begins at `at`; 0 when none does.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  // Surrogates and overlong forms.
  if ((first == 0xE0 && byte(at + 1) < 0xA0) || (first == 0xED && byte(at + 1) >= 0xA0)) return 0;
  if ((first == 0xF0 && byte(at + 1) < 0x90) || (first == 0xF4 && byte(at + 1) >= 0x90)) return 0;
  return length;
}

/// Without what XML 1.0 cannot hold.
std::string readable(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    const auto first = static_cast<unsigned char>(text[at]);
    const bool control = first < 0x20 && first != '\n' && first != '\t';
    kept += length == 0 || control ? std::string_view(replacement) : text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return kept;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Puts `prefix` before the ids that something refers to and takes the others away.
void rename_ids(std::string& element, const std::string& prefix) {
  for (const std::string quote : {"'", "\""}) {
    const std::string mark = " id=" + quote;
    for (std::size_t at = element.find(mark); at != std::string::npos; at = element.find(mark, at)) {
      const std::size_t value = at + mark.size();
      const std::size_t end = std::min(element.find(quote, value), element.size() - 1);
      const std::string target = "#" + element.substr(value, end - value);
      const bool wanted = element.find(target + "'") != std::string::npos ||
                          element.find(target + "\"") != std::string::npos ||
                          element.find(target + ")") != std::string::npos;
      if (wanted) {
        element.insert(value, prefix);
        at = value;
      } else {
        element.erase(at, end + 1 - at);
      }
    }
    replace_all(element, "href=" + quote + "#", "href=" + quote + "#" + prefix);
  }
  replace_all(element, "url(#", "url(#" + prefix);
}

std::string row_of(const std::vector<std::string>& cells, const char* tag) {
  std::string row = "<tr>";
  for (const std::string& cell : cells) row += fmt::format("<{0}>{1}</{0}>", tag, escaped(cell));
  return row + "</tr>\n";
}

} // namespace

std::string escaped(std::string_view text) {
  std::string safe = readable(text);
  replace_all(safe, "&", "&amp;");
  replace_all(safe, "<", "&lt;");
  replace_all(safe, ">", "&gt;");
  replace_all(safe, "\"", "&quot;");
  return safe;
}

std::string html_table(const std::vector<std::string>& heading,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string table = "<div class=\"wide\"><table>\n<thead>" + row_of(heading, "th") + "</thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) table += row_of(row, "td");
  return table + "</tbody>\n</table></div>\n";
}

std::string inline_svg(const std::string& svg, const std::string& name) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t end = svg.rfind("</svg>");
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("not an SVG file");
  std::string element = readable(std::string_view(svg).substr(begin, end + 6 - begin)) + "\n";
  rename_ids(element, escaped(name) + "-");
  // The title is what a pointer that rests on the figure shows.
  replace_all(element, "<title>Gnuplot</title>", fmt::format("<title>{}</title>", escaped(name)));
  return element;
}

} // namespace pastur::report
