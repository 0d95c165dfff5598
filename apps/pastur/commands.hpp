// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// One function per command: declares it on the command line and returns what runs it.
namespace pastur::commands {

/// What a command needs from the program around it.
struct Context {
  const study::Registry& studies;
  std::string command_line;               ///< as typed, for provenance
  std::vector<std::string> petsc_options; ///< what stands behind `--`
};

/// Runs a parsed command; returns the exit code.
using Action = std::function<int()>;

Action list(CLI::App& app, const Context& context);

} // namespace pastur::commands
