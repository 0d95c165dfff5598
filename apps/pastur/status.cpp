// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "stored_experiment.hpp"

#include <pastur/report/status.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace pastur::commands {

Action status(CLI::App& command, const Context& context) {
  struct Options {
    std::string store;
    bool json = false, study_file = false;
  };
  const auto options = std::make_shared<Options>();
  command.add_option("STORE", options->store, "Result file, also while a run writes it")->required();
  command.add_flag("--json", options->json, "As JSON");
  command.add_flag("--study-file", options->study_file, "Only the study file that it keeps, as TOML");
  return [options, &context] {
    const store::Reader reader(options->store);
    if (options->study_file) {
      std::cout << reader.layout().study_file;
      return 0;
    }
    warn_of_damage(reader);
    const std::optional<run::Experiment> experiment = stored_experiment(reader, context.studies);
    const report::Status status = report::make_status(reader, experiment ? &*experiment : nullptr);
    std::cout << (options->json ? report::as_json(status) : report::as_text(status));
    return 0;
  };
}

} // namespace pastur::commands
