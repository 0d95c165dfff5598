// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "stored_experiment.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/report/html_page.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace pastur::commands {

namespace {

namespace fs = std::filesystem;

void write(const fs::path& output, const std::string& page) {
  std::ofstream file(output, std::ios::binary);
  file << page;
  file.close();
  if (!file) throw InputError(fmt::format("{}: cannot be written", output.string()));
}

} // namespace

Action report(CLI::App& command, const Context& context) {
  struct Options {
    std::string store, output;
  };
  const auto options = std::make_shared<Options>();
  command.add_option("STORE", options->store, "Result file")->required();
  command.add_option("-o,--output", options->output, "The page: .html (default: STORE.html in this folder)");
  return [options, &context] {
    const store::Reader reader(options->store);
    warn_of_damage(reader);
    const std::optional<run::Experiment> experiment = stored_experiment(reader, context.studies);
    const fs::path output = options->output.empty()
                                ? fs::path(options->store).filename().replace_extension(".html")
                                : fs::path(options->output);
    // A slip such as -o out.h5 must not cost a result.
    if (output.extension() != ".html")
      throw InputError(fmt::format("{}: a page's name ends in .html", output.string()));
    write(output, pastur::report::html_page(reader, experiment ? &*experiment : nullptr));
    fmt::print("{}\n", output.string());
    return 0;
  };
}

} // namespace pastur::commands
