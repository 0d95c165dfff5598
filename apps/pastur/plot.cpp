// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "stored_experiment.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/report/figures.hpp>
#include <pastur/study/registry.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace pastur::commands {

Action plot(CLI::App& command, const Context& context) {
  struct Options {
    std::string store, output, figure;
    bool script = false;
  };
  const auto options = std::make_shared<Options>();
  command.add_option("STORE", options->store, "Result file")->required();
  command.add_option("-o,--output", options->output,
                     "Figure: .svg, .png or .pdf; several figures get _NAME each (default: STORE.svg)");
  command.add_option("--figure", options->figure, "One of the study's figures, or an observable");
  command.add_flag("--script", options->script, "Keep the gnuplot script beside the figure");
  return [options, &context] {
    const store::Reader reader(options->store);
    warn_of_damage(reader);
    const std::optional<run::Experiment> experiment = stored_experiment(reader, context.studies);
    if (!experiment) {
      throw InputError(fmt::format(
          "{}: this program does not know the study {}, so it has no figures for it; `table` works",
          options->store, reader.layout().study));
    }
    const std::filesystem::path output =
        options->output.empty() ? std::filesystem::path(options->store).filename().replace_extension(".svg")
                                : std::filesystem::path(options->output);
    const report::PlottedFigures plotted =
        report::plot(reader, *experiment, output, options->figure, options->script);
    for (const std::filesystem::path& file : plotted.files) fmt::print("{}\n", file.string());
    for (const std::string& why : plotted.left_out) fmt::print(stderr, "not drawn: {}\n", why);
    return 0;
  };
}

} // namespace pastur::commands
