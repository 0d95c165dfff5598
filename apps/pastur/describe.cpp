// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <pastur/report/description.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace pastur::commands {

Action describe(CLI::App& command, const Context& context) {
  struct Options {
    std::string study;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  command.add_option("STUDY", options->study, "Name of a study (pastur list)")->required();
  command.add_flag("--json", options->json, "As JSON");
  return [options, &context] {
    const std::unique_ptr<study::Study> study = context.studies.make(options->study);
    std::cout << (options->json ? report::describe_as_json(*study) : report::describe_as_text(*study));
    return 0;
  };
}

} // namespace pastur::commands
