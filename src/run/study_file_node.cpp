// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_node.hpp"

#include <pastur/study/registry.hpp>

#include <algorithm>

namespace pastur::run {
namespace {

/// A list of numbers: of integers when every entry is one, of reals otherwise.
std::optional<study::Value> as_numbers(const Node::List& list) {
  const auto whole = [](const Node& node) { return std::holds_alternative<std::int64_t>(node.value); };
  const auto number = [&](const Node& node) {
    return whole(node) || std::holds_alternative<double>(node.value);
  };
  if (!std::all_of(list.begin(), list.end(), number)) return std::nullopt;
  if (!list.empty() && std::all_of(list.begin(), list.end(), whole)) {
    std::vector<std::int64_t> integers;
    for (const Node& node : list) integers.push_back(std::get<std::int64_t>(node.value));
    return integers;
  }
  std::vector<double> reals;
  for (const Node& node : list) {
    reals.push_back(whole(node) ? static_cast<double>(std::get<std::int64_t>(node.value))
                                : std::get<double>(node.value));
  }
  return reals;
}

} // namespace

const Field* find(const Node::Table& table, std::string_view key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [key](const Field& field) { return field.key == key; });
  return found == table.end() ? nullptr : &*found;
}

Field* find(Node::Table& table, std::string_view key) {
  return const_cast<Field*>(find(std::as_const(table), key));
}

std::optional<study::Value> as_value(const Node& node) {
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) return *number;
  if (const auto* number = std::get_if<double>(&node.value)) return *number;
  if (const auto* text = node.text()) return *text;
  if (const auto* list = node.list()) return as_numbers(*list);
  return std::nullopt;
}

std::string describe(const Node& node) {
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag ? "true" : "false";
  if (std::holds_alternative<Date>(node.value)) return "a date or time";
  if (node.table() != nullptr) return "a table";
  if (const auto value = as_value(node)) return study::shortened(study::to_string(*value));
  return "a list of mixed things";
}

} // namespace pastur::run
