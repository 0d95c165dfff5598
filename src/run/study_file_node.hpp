// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/parameters.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pastur::run {

/// Where something was written: a place in the study file, or one of the --set settings (`setting` >= 0).
struct Origin {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  int setting = -1;
};

struct Field;

/// A dated or timed value of TOML: nothing in a study file has one.
struct Date {};

/// A value of a study file with its place. Tables keep the order in which their keys were written.
struct Node {
  using List = std::vector<Node>;
  using Table = std::vector<Field>;

  Origin origin;
  std::variant<bool, std::int64_t, double, std::string, Date, List, Table> value;

  const List* list() const { return std::get_if<List>(&value); }
  const Table* table() const { return std::get_if<Table>(&value); }
  Table* table() { return std::get_if<Table>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
};

struct Field {
  std::string key;
  Origin origin;
  Node node;
};

/// The field of a table with this key, or null.
const Field* find(const Node::Table& table, std::string_view key);
Field* find(Node::Table& table, std::string_view key);

/// As a parameter's value; empty for what no parameter can hold (booleans, dates, tables, lists of other
/// things than numbers).
std::optional<study::Value> as_value(const Node& node);

/// A short text of what was given, for messages.
std::string describe(const Node& node);

} // namespace pastur::run
