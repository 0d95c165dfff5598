// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "stored_experiment.hpp"
#include "table_format.hpp"

#include <pastur/report/table.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace pastur::commands {

Action table(CLI::App& command, const Context& context) {
  struct Options {
    std::string store;
    std::string format = "text";
    std::vector<std::string> observables;
  };
  const auto options = std::make_shared<Options>();
  command.add_option("STORE", options->store, "Result file")->required();
  add_format(command, options->format);
  command
      .add_option("--observable", options->observables, "Only this observable, however long; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  return [options, &context] {
    const store::Reader reader(options->store);
    warn_of_damage(reader);
    const std::optional<run::Experiment> experiment = stored_experiment(reader, context.studies);
    constexpr std::int64_t longest = 32;
    const report::Table table =
        report::make_table(reader, experiment ? &*experiment : nullptr, longest, options->observables);
    std::cout << formatted(table, options->format);
    return 0;
  };
}

} // namespace pastur::commands
