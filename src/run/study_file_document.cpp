// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_document.hpp"

#include "study_file_toml.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace pastur::run {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_at_dots(const std::string& key) {
  std::vector<std::string> parts(1);
  for (const char letter : key) {
    if (letter == '.') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  for (std::string& part : parts) part = trimmed(part);
  return parts;
}

void move_to(Node& node, const Origin& origin) {
  node.origin = origin;
  if (auto* list = std::get_if<Node::List>(&node.value)) {
    for (Node& entry : *list) move_to(entry, origin);
  } else if (Node::Table* table = node.table()) {
    for (Field& field : *table) {
      field.origin = origin;
      move_to(field.node, origin);
    }
  }
}

/// The value of a setting: TOML, or a bare word (the shell has eaten its quotes).
Node setting_value(const std::string& raw) {
  const bool structured =
      raw.find_first_of("[{\"'") == 0 || std::string("+-.0123456789").find(raw[0]) != std::string::npos;
  try {
    Node parsed = parse_toml("value = " + raw);
    if (parsed.table()->size() == 1 && parsed.table()->front().key == "value")
      return std::move(parsed.table()->front().node);
  } catch (const SyntaxError& error) {
    // A path such as ./data.h5 or 3d.h5 is no number: only brackets and quotes promise TOML.
    if (raw.find_first_of("[{\"'") == 0) throw;
    if (structured && raw.find('/') == std::string::npos &&
        raw.find_first_not_of("+-.0123456789eE_") == std::string::npos)
      throw;
  }
  return {Origin{}, raw};
}

} // namespace

const std::vector<std::string>& top_level_keys() {
  static const std::vector<std::string> keys = {"study",      "seed",  "draws", "common_random_numbers",
                                                "parameters", "sweep", "theory"};
  return keys;
}

Document::Document(std::string name, const std::string& text, std::vector<std::string> settings)
    : name_(std::move(name)), settings_(std::move(settings)) {
  try {
    root_ = parse_toml(text);
  } catch (const SyntaxError& error) {
    fail(error.origin, error.message);
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) apply(static_cast<int>(i));
}

void Document::apply(int setting) {
  const Origin origin{1, 1, setting};
  const std::string& text = settings_[static_cast<std::size_t>(setting)];
  const std::size_t equals = text.find('=');
  const std::string key = trimmed(text.substr(0, equals));
  if (equals == std::string::npos || key.empty() || raw(origin).empty()) {
    fail(origin, "given no KEY=VALUE; allowed: e.g. --set n=100, --set draws=8, --set 'sweep.n=[100, 200]'");
  }
  if (text.find_first_of("\r\n") != std::string::npos) fail(origin, "given more than one line; allowed: one");
  Node value;
  try {
    value = setting_value(raw(origin));
  } catch (const SyntaxError& error) {
    fail(origin, error.message);
  }
  move_to(value, origin);

  std::vector<std::string> path = split_at_dots(key);
  const auto& tops = top_level_keys();
  if (path.size() == 1 && std::find(tops.begin(), tops.end(), path[0]) == tops.end())
    path.insert(path.begin(), "parameters");
  // Fixing a parameter ends its sweep: otherwise the sweep, which wins over [parameters], would hide the
  // setting.
  if (path.size() == 2 && path[0] == "parameters") {
    Field* sweep = find(*root_.table(), "sweep");
    if (sweep != nullptr && sweep->node.table() != nullptr) {
      Node::Table& axes = *sweep->node.table();
      const auto removed = std::erase_if(axes, [&](const Field& axis) { return axis.key == path[1]; });
      const bool none_left =
          std::all_of(axes.begin(), axes.end(), [](const Field& axis) { return axis.key == "combine"; });
      if (removed > 0 && none_left)
        std::erase_if(*root_.table(), [](const Field& field) { return field.key == "sweep"; });
    }
  }
  Node* node = &root_;
  for (const std::string& part : path) {
    if (node->table() == nullptr) node->value = Node::Table{};
    Node::Table& table = *node->table();
    if (find(table, part) == nullptr) table.push_back({part, origin, Node{origin, Node::Table{}}});
    node = &find(table, part)->node;
  }
  *node = std::move(value);
}

const Node::Table* Document::table(std::string_view key) const {
  const Field* field = find(root(), key);
  if (field == nullptr) return nullptr;
  if (field->node.table() == nullptr) {
    fail(field->node.origin, fmt::format("{}: given {}; allowed: a table", key, describe(field->node)));
  }
  return field->node.table();
}

std::string Document::where(const Origin& origin) const {
  if (origin.setting >= 0) return "--set " + settings_[static_cast<std::size_t>(origin.setting)];
  return fmt::format("{}:{}:{}", name_, origin.line, origin.column);
}

void Document::fail(const Origin& origin, const std::string& message) const {
  throw InputError(fmt::format("{}: {}", where(origin), message));
}

std::string Document::raw(const Origin& origin) const {
  if (origin.setting < 0) return {};
  const std::string& text = settings_[static_cast<std::size_t>(origin.setting)];
  const std::size_t equals = text.find('=');
  return equals == std::string::npos ? std::string() : trimmed(text.substr(equals + 1));
}

} // namespace pastur::run
