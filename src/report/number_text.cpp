// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/number_text.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace pastur::report {

std::string exact(double value) {
  // + 0.0 takes the sign off a negative zero.
  return std::isnan(value) ? std::string{} : fmt::format("{}", value + 0.0);
}

std::string rounded(double value, int digits) {
  return std::isnan(value) ? std::string{"-"} : fmt::format("{:.{}g}", value + 0.0, digits);
}

std::string with_error(double value, double standard_error) {
  if (std::isfinite(value) && std::isinf(standard_error)) return rounded(value) + "(inf)";
  if (!std::isfinite(value) || !std::isfinite(standard_error) || standard_error <= 0.0) return rounded(value);
  // Decimal place of the second digit of the error, after rounding it to two digits (0.0996 -> 0.10).
  int place = static_cast<int>(std::floor(std::log10(standard_error))) - 1;
  double digits = std::round(standard_error / std::pow(10.0, place));
  if (digits >= 100.0) {
    ++place;
    digits = 10.0;
  }
  const double size = std::fabs(value);
  const int leading = size > 0.0 ? static_cast<int>(std::floor(std::log10(size))) : place + 1;
  // Fixed point where it is short; powers of ten elsewhere and where the error's digits stand left of the
  // point.
  if (leading >= -3 && leading <= 5 && place <= 0 && place >= -12) {
    if (place == -1) return fmt::format("{:.1f}({:.1f})", value, digits / 10.0);
    return fmt::format("{:.{}f}({:.0f})", value, -place, digits);
  }
  const int top = std::max(leading, place + 1);
  const double scaled = value / std::pow(10.0, top);
  // An error that straddles the point is written with it, as "12.3(1.2)" above.
  if (top - place == 1) return fmt::format("{:.1f}({:.1f})e{:+03d}", scaled, digits / 10.0, top);
  return fmt::format("{:.{}f}({:.0f})e{:+03d}", scaled, top - place, digits, top);
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1.0) return fmt::format("{:.3g} ms", seconds * 1e3);
  if (seconds < 60.0) return fmt::format("{:.3g} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  return fmt::format("{} d {} h", whole / 86400, whole % 86400 / 3600);
}

std::string bytes(double count) {
  static constexpr std::array<const char*, 6> units{"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (count >= 1000.0 && unit + 1 < units.size()) {
    count /= 1000.0;
    ++unit;
  }
  return fmt::format("{:.3g} {}", count, units[unit]);
}

} // namespace pastur::report
