// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pastur::run {

/// A study file as a tree, settings applied, that knows where everything was written.
class Document {
public:
  /// Throws InputError for text that is not TOML and for settings that are not KEY=VALUE.
  Document(std::string name, const std::string& text, std::vector<std::string> settings);

  const Node::Table& root() const { return *root_.table(); }
  /// The table under a top-level key, or null when it is not given. Throws InputError when it is something
  /// else.
  const Node::Table* table(std::string_view key) const;

  /// "FILE:LINE:COLUMN" or "--set KEY=VALUE".
  std::string where(const Origin& origin) const;
  /// Throws InputError "WHERE: MESSAGE".
  [[noreturn]] void fail(const Origin& origin, const std::string& message) const;
  /// The text behind the "=" of a setting; empty for what stands in the file.
  std::string raw(const Origin& origin) const;
  const std::string& name() const { return name_; }

private:
  void apply(int setting);

  std::string name_;
  std::vector<std::string> settings_;
  Node root_;
};

/// The keys of a study file's top level.
const std::vector<std::string>& top_level_keys();

} // namespace pastur::run
