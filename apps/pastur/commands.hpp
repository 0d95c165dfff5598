// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// One function per command: it declares itself on the command line and returns what runs it once the line is
/// parsed.
namespace pastur::commands {

/// What a command needs from the program around it.
struct Context {
  const study::Registry& studies;
  std::string command_line;               ///< as typed, for provenance
  std::vector<std::string> petsc_options; ///< what stands behind `--`
};

/// Runs a parsed command; returns the exit code. Throws InputError for the user's mistakes.
using Action = std::function<int()>;

Action list(CLI::App& command, const Context& context);
Action describe(CLI::App& command, const Context& context);
Action run(CLI::App& command, const Context& context);
Action status(CLI::App& command, const Context& context);
Action table(CLI::App& command, const Context& context);
Action plot(CLI::App& command, const Context& context);
Action report(CLI::App& command, const Context& context);
Action merge(CLI::App& command, const Context& context);
Action theory(CLI::App& command, const Context& context);
Action plan(CLI::App& command, const Context& context);
Action check(CLI::App& command, const Context& context);

} // namespace pastur::commands
