// SPDX-License-Identifier: BSD-3-Clause
#include "formats.hpp"

#include <cmath>

namespace pastur::report {

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) line += ',';
    if (cells[c].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[c];
      continue;
    }
    line += '"';
    for (const char character : cells[c])
      line += character == '"' ? std::string("\"\"") : std::string(1, character);
    line += '"';
  }
  return line + "\n";
}

nlohmann::ordered_json json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value + 0.0;
}

nlohmann::ordered_json json(const Scalar& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return json(*real);
  return std::get<std::string>(value);
}

} // namespace pastur::report
