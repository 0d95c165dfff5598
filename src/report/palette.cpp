// SPDX-License-Identifier: BSD-3-Clause
#include "palette.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace pastur::report {

namespace {

// Viridis at 0, 1/8 ... 1.
constexpr std::array<std::array<int, 3>, 9> viridis{{{68, 1, 84},
                                                     {71, 44, 122},
                                                     {59, 81, 139},
                                                     {44, 113, 142},
                                                     {33, 144, 141},
                                                     {39, 173, 129},
                                                     {92, 200, 99},
                                                     {170, 220, 50},
                                                     {253, 231, 37}}};

std::string grade(double share) {
  const double place = share * (viridis.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), viridis.size() - 2);
  const double part = place - static_cast<double>(low);
  std::array<int, 3> rgb{};
  for (std::size_t c = 0; c < 3; ++c) {
    rgb[c] = static_cast<int>(std::lround((1 - part) * viridis[low][c] + part * viridis[low + 1][c]));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

} // namespace

std::vector<std::string> distinct_colours(std::size_t count) {
  static const std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#e69f00", "#56b4e9", "#000000", "#8b6f47"};
  std::vector<std::string> chosen;
  for (std::size_t c = 0; c < count; ++c) chosen.emplace_back(colours[c % colours.size()]);
  return chosen;
}

std::vector<std::string> graded_colours(std::size_t count) {
  // Up to 0.85: yellow does not show on white.
  std::vector<std::string> chosen;
  for (std::size_t c = 0; c < count; ++c) {
    chosen.push_back(grade(count < 2 ? 0.3 : 0.85 * static_cast<double>(c) / static_cast<double>(count - 1)));
  }
  return chosen;
}

std::string graded_palette() {
  std::string steps;
  for (std::size_t c = 0; c < viridis.size(); ++c) {
    const double share = static_cast<double>(c) / (viridis.size() - 1);
    steps += fmt::format("{}{:g} '{}'", c > 0 ? ", " : "", share, grade(share));
  }
  return "set palette defined (" + steps + ")";
}

std::string transparent(const std::string& colour, double share) {
  return fmt::format("#{:02x}{}", static_cast<int>(std::lround(255.0 * share)), colour.substr(1));
}

} // namespace pastur::report
