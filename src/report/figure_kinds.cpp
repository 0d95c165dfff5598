// SPDX-License-Identifier: BSD-3-Clause
#include "figure_kinds.hpp"

#include "gnuplot_text.hpp"

#include <fmt/format.h>

namespace pastur::report {

std::string coordinate_label(const std::string& name, const std::string& value, bool is_text) {
  return is_text ? typeset(value) : typeset(name) + " = " + typeset(value);
}

std::string draws_text(std::int64_t fewest, std::int64_t most) {
  if (fewest != most) return fmt::format("{}–{} draws", fewest, most);
  return fmt::format("{} draw{}", most, most == 1 ? "" : "s");
}

std::vector<std::size_t> spread(std::size_t size, std::size_t count) {
  std::vector<std::size_t> chosen;
  if (count >= size || count < 2) {
    for (std::size_t i = 0; i < size && (count >= size || i < count); ++i) chosen.push_back(i);
    return chosen;
  }
  for (std::size_t i = 0; i < count; ++i) chosen.push_back((i * (size - 1) + (count - 1) / 2) / (count - 1));
  return chosen;
}

} // namespace pastur::report
