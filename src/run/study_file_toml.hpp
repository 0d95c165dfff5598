// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_node.hpp"

#include <string>

namespace pastur::run {

/// A mistake in the TOML itself, before anything is looked up in it.
struct SyntaxError {
  Origin origin;
  std::string message;
};

/// Parses TOML 1.0 into a table. Throws SyntaxError.
Node parse_toml(const std::string& text);

} // namespace pastur::run
