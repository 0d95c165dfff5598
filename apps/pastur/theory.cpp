// SPDX-License-Identifier: BSD-3-Clause
// Theory may need the data that Study::prepare loads over a communicator, and under mpirun its points are
// dealt to the ranks: so this command starts MPI like `run`, unlike the commands that only read a store.
#include "collective.hpp"
#include "commands.hpp"
#include "table_format.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/report/theory_table.hpp>
#include <pastur/run/warnings.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <span>

namespace pastur::commands {

namespace {

struct Options {
  std::string study_file;
  std::string format = "text";
  std::vector<std::string> settings;
};

/// Predictions at every point, on every rank: point p is computed by rank p modulo the number of ranks.
std::vector<std::vector<double>> all_predictions(const run::Experiment& experiment,
                                                 const std::vector<study::Parameters>& points,
                                                 const parallel::Communicator& world,
                                                 std::vector<std::string>& reasons) {
  std::vector<std::vector<double>> values(points.size());
  std::string why;
  parallel::agree(world, [&] {
    for (std::size_t p = static_cast<std::size_t>(world.rank()); p < points.size();
         p += static_cast<std::size_t>(world.size())) {
      std::string reason;
      values[p] = report::predictions(experiment, points[p], reason);
      if (!reason.empty() && why.find(reason) == std::string::npos) why += (why.empty() ? "" : "\n") + reason;
    }
  });
  for (std::size_t p = 0; p < points.size(); ++p) {
    const int owner = static_cast<int>(p % static_cast<std::size_t>(world.size()));
    values[p].resize(
        static_cast<std::size_t>(world.broadcast(static_cast<std::int64_t>(values[p].size()), owner)));
    world.broadcast(std::span<double>(values[p]), owner);
  }
  for (const std::string& reason : world.all_gather(why)) {
    if (!reason.empty() && std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(reason);
  }
  return values;
}

/// The text to print, on rank 0.
int theory_text(const Options& options, const Context& context, std::string& text) {
  const parallel::Environment environment(context.petsc_options);
  const parallel::Communicator world = parallel::Communicator::world();
  return run_collectively(world, [&] {
    run::Experiment experiment;
    parallel::agree(world, [&] {
      experiment = run::load_experiment(options.study_file, options.settings, context.studies);
    });
    const bool fine = !experiment.theory_points.empty();
    const std::vector<study::Parameters>& points = fine ? experiment.theory_points : experiment.points;
    experiment.study->prepare(points, world);
    run::print_warnings(experiment, fine, world);
    std::vector<std::string> reasons;
    const std::vector<std::vector<double>> values = all_predictions(experiment, points, world, reasons);
    if (world.rank() == 0) {
      report::TheoryTable table = report::make_theory_table(experiment, values);
      table.reasons = reasons;
      text = formatted(table, options.format);
    }
    return 0;
  });
}

} // namespace

Action theory(CLI::App& command, const Context& context) {
  const auto options = std::make_shared<Options>();
  command.add_option("FILE", options->study_file, "Study file (TOML); its [theory] grid where it has one")
      ->required();
  command.add_option("--set", options->settings, "KEY=VALUE over the study file; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  add_format(command, options->format);
  return [options, &context] {
    std::string text;
    const int code = theory_text(*options, context, text);
    // PETSc's handler would make a crash report of a reader that has seen enough (`pastur theory ... |
    // head`).
    std::signal(SIGPIPE, SIG_DFL);
    std::cout << text << std::flush;
    return code;
  };
}

} // namespace pastur::commands
