// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace pastur::commands {

/// The option --format text|csv|json.
inline void add_format(CLI::App& command, std::string& format) {
  command.add_option("--format", format, "text, csv or json")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->capture_default_str();
}

/// A report's table as `format` asks.
template <class Table>
std::string formatted(const Table& table, const std::string& format) {
  if (format == "csv") return as_csv(table);
  if (format == "json") return as_json(table);
  return as_text(table);
}

} // namespace pastur::commands
