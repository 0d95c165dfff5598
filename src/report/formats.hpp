// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/report/coordinates.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pastur::report {

/// Cells joined by commas, quoted where they must be (RFC 4180), with a newline.
std::string csv_line(const std::vector<std::string>& cells);

/// Null for NaN; an infinity, which JSON has not, as a text.
nlohmann::ordered_json json(double value);
nlohmann::ordered_json json(const Scalar& value);

} // namespace pastur::report
