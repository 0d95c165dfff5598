// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "stored_experiment.hpp"

#include <pastur/linalg/product_rate.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/report/plan_text.hpp>
#include <pastur/run/job_script.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

namespace pastur::commands {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string study_file, output, earlier, script;
  std::vector<std::string> settings;
  int nodes = 1;
  std::optional<int> ranks_per_node;
  std::optional<std::uint64_t> memory_per_node; ///< bytes
  std::optional<double> gigaflops;
  bool json = false;
};

/// What is not said is as on this machine.
run::Machine machine(const Options& options) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return {.nodes = options.nodes,
          .ranks_per_node = options.ranks_per_node.value_or(cores),
          .memory_per_node = options.memory_per_node ? static_cast<double>(*options.memory_per_node)
                                                     : parallel::available_memory()};
}

run::RateModel rate_model(const Options& options, const run::Experiment& experiment,
                          const study::Registry& studies) {
  if (options.earlier.empty()) {
    return run::RateModel(options.gigaflops ? 1e9 * *options.gigaflops : linalg::matrix_product_rate());
  }
  const store::Reader reader(options.earlier);
  warn_of_damage(reader);
  const std::optional<run::Experiment> stored = stored_experiment(reader, studies);
  if (!stored) {
    throw InputError(
        fmt::format("{}: this program does not know its study, {}", options.earlier, reader.layout().study));
  }
  return run::RateModel(experiment, *stored, reader);
}

void write_script(const Options& options, const run::Plan& plan) {
  const fs::path path(options.script);
  // A slip such as --sbatch out.h5 must not cost a result.
  if (path.extension() != ".sbatch" && path.extension() != ".sh")
    throw InputError(
        fmt::format("--sbatch: {} given; a job script's name ends in .sbatch or .sh", options.script));
  const std::string output = options.output.empty()
                                 ? fs::path(options.study_file).filename().replace_extension(".h5").string()
                                 : options.output;
  const std::string script = run::job_script(plan, {options.study_file, output, options.settings});
  std::ofstream file(path, std::ios::binary);
  file << script;
  file.close();
  if (!file) throw InputError(fmt::format("--sbatch: {} cannot be written", options.script));
  // Not on stdout, which may be JSON.
  fmt::print(stderr, "{} is written: sbatch {}\n", options.script, options.script);
  if (!run::is_long(plan)) return;
  fmt::print(stderr,
             "the draws take more than the day it asks for: it requeues itself until they are there\n");
  // Shards do not see each other's draws.
  if (plan.least_draws == plan.most_draws)
    fmt::print(stderr,
               "several such jobs at once: sbatch --array=0-7 --nodes={} --ntasks-per-node={} "
               "jobs/array.sbatch {} {}\n",
               plan.machine.nodes, plan.machine.ranks_per_node, options.study_file, output);
}

} // namespace

Action plan(CLI::App& command, const Context& context) {
  const auto options = std::make_shared<Options>();
  command.add_option("FILE", options->study_file, "Study file (TOML)")->required();
  command.add_option("--set", options->settings, "KEY=VALUE over the study file; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--nodes", options->nodes, "Nodes of the machine it is to run on (default: 1)")
      ->check(CLI::Range(1, 1'000'000));
  command
      .add_option("--ranks-per-node", options->ranks_per_node, "MPI ranks on each (default: the cores here)")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--memory-per-node", options->memory_per_node,
                  "Free memory of each, e.g. 180GB (default: what is free here)")
      ->transform(CLI::AsSizeValue(true));
  CLI::Option* const rate =
      command
          .add_option("--gflops", options->gigaflops,
                      "What a core there reaches in matrix products (default: measured here)")
          ->check(CLI::PositiveNumber);
  command
      .add_option("--from", options->earlier,
                  "Result file of an earlier, smaller run there: its seconds a draw are scaled by the work")
      ->excludes(rate);
  command.add_option("--sbatch", options->script, "Writes a SLURM script for the run: .sbatch or .sh");
  command.add_option("-o,--output", options->output,
                     "Result file that the script names (default: FILE.h5 in its folder)");
  command.add_flag("--json", options->json, "As JSON");
  return [options, &context] {
    const run::Experiment experiment =
        run::load_experiment(options->study_file, options->settings, context.studies);
    const run::Plan plan =
        run::make_plan(experiment, machine(*options), rate_model(*options, experiment, context.studies));
    if (!options->script.empty()) write_script(*options, plan);
    std::cout << (options->json ? pastur::report::as_json(plan) : pastur::report::as_text(plan));
    return 0;
  };
}

} // namespace pastur::commands
