// SPDX-License-Identifier: BSD-3-Clause
#include "legend.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pastur::report {

namespace {

constexpr double pixels_per_character = 7.6;
constexpr double pixels_per_entry = 20.0;
constexpr double sample_pixels = 52.0;

double label_pixels(const std::vector<LegendEntry>& entries) {
  std::size_t longest = 0;
  for (const LegendEntry& entry : entries) longest = std::max(longest, shown_width(entry.label));
  return static_cast<double>(longest) * pixels_per_character;
}

} // namespace

std::size_t shown_width(const std::string& markup) {
  std::size_t width = 0;
  for (const char c : markup) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!continues && c != '{' && c != '}' && c != '^' && c != '_' && c != '\\') ++width;
  }
  return width;
}

int legend_strip(const std::vector<LegendEntry>& entries) {
  return static_cast<int>(label_pixels(entries) + sample_pixels + 18.0);
}

std::string free_corner(const std::vector<LegendEntry>& entries,
                        const std::vector<std::pair<double, double>>& drawn, double width, double height) {
  const double wide = (label_pixels(entries) + sample_pixels + 26.0) / width;
  const double high = (pixels_per_entry * static_cast<double>(entries.size()) + 22.0) / height;
  if (wide > 0.55 || high > 0.5) return {};
  struct Corner {
    const char* name;
    double x, y;
  };
  for (const Corner& corner : {Corner{"right top", 1.0, 1.0}, Corner{"left top", 0.0, 1.0},
                               Corner{"right bottom", 1.0, 0.0}, Corner{"left bottom", 0.0, 0.0}}) {
    const bool busy = std::any_of(drawn.begin(), drawn.end(), [&](const auto& place) {
      const double across = corner.x > 0.5 ? 1.0 - place.first : place.first;
      const double along = corner.y > 0.5 ? 1.0 - place.second : place.second;
      return across < wide && along < high;
    });
    if (!busy) return fmt::format("set key inside {} Left reverse samplen 2.2 spacing 1.15", corner.name);
  }
  return {};
}

} // namespace pastur::report
