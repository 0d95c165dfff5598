// SPDX-License-Identifier: BSD-3-Clause
// The one file that sees toml++.
#include "study_file_toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

namespace pastur::run {
namespace {

Origin origin_of(const toml::source_region& region) {
  return {std::max<std::uint32_t>(1, region.begin.line), std::max<std::uint32_t>(1, region.begin.column)};
}

Node convert(const toml::node& node) {
  Node result{origin_of(node.source()), false};
  switch (node.type()) {
  case toml::node_type::boolean:
    result.value = node.as_boolean()->get();
    break;
  case toml::node_type::integer:
    result.value = node.as_integer()->get();
    break;
  case toml::node_type::floating_point:
    result.value = node.as_floating_point()->get();
    break;
  case toml::node_type::string:
    result.value = node.as_string()->get();
    break;
  case toml::node_type::array: {
    Node::List list;
    list.reserve(node.as_array()->size());
    for (const toml::node& entry : *node.as_array()) list.push_back(convert(entry));
    result.value = std::move(list);
    break;
  }
  case toml::node_type::table: {
    Node::Table table;
    for (const auto& [key, entry] : *node.as_table()) {
      table.push_back({std::string(key.str()), origin_of(key.source()), convert(entry)});
    }
    // toml++ sorts by name; the order of the axes is the order in the file.
    std::stable_sort(table.begin(), table.end(), [](const Field& a, const Field& b) {
      return std::tie(a.origin.line, a.origin.column) < std::tie(b.origin.line, b.origin.column);
    });
    result.value = std::move(table);
    break;
  }
  default:
    result.value = Date{};
  }
  return result;
}

/// Skips a quoted string that starts at `at`; returns the index behind it. Line ends inside are counted.
std::size_t skip_string(const std::string& text, std::size_t at, std::uint32_t& line) {
  const char quote = text[at];
  const bool many = text.compare(at, 3, std::string(3, quote)) == 0;
  at += many ? 3 : 1;
  while (at < text.size()) {
    if (text[at] == '\n') {
      if (!many) return at;
      ++line;
    }
    if (text[at] == '\\' && quote == '"') {
      at += 2;
      continue;
    }
    if (text[at] == quote && (!many || text.compare(at, 3, std::string(3, quote)) == 0))
      return at + (many ? 3 : 1);
    ++at;
  }
  return at;
}

/// toml++ bounds the nesting of values but not of dotted keys, and a chain of a million tables overflows the
/// stack when it is destroyed.
void require_shallow_keys(const std::string& text) {
  constexpr int most = 16;
  std::uint32_t line = 1;
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at];
    if (letter == '"' || letter == '\'') {
      at = skip_string(text, at, line);
      continue;
    }
    if (letter == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (letter == '\n') ++line;
    if (letter == '.') ++dots;
    if (letter == '\n' || letter == '=' || letter == ',' || letter == '{' || letter == '[') dots = 0;
    if (dots > most)
      throw SyntaxError{{line, 1}, "a key with more than 16 dots; allowed: tables one or two deep"};
    ++at;
  }
}

} // namespace

Node parse_toml(const std::string& text) {
  const std::size_t zero = text.find('\0');
  if (zero != std::string::npos) {
    const auto line = static_cast<std::uint32_t>(
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(zero), '\n'));
    throw SyntaxError{{line, 1}, "a zero byte; allowed: TOML, which is text in UTF-8"};
  }
  require_shallow_keys(text);
  try {
    return convert(toml::parse(std::string_view(text)));
  } catch (const toml::parse_error& error) {
    throw SyntaxError{origin_of(error.source()), std::string(error.description())};
  }
}

} // namespace pastur::run
