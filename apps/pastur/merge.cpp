// SPDX-License-Identifier: BSD-3-Clause
#include "collective.hpp"
#include "commands.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/run/merge.hpp>
#include <pastur/run/runner.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <filesystem>
#include <memory>

namespace pastur::commands {

namespace {

struct Options {
  std::string study_file;
  std::vector<std::string> settings, inputs;
  run::MergeOptions merge;
};

/// What was made, and what to do with it.
int conclude(const run::MergeReport& report, const run::MergeOptions& options) {
  const std::string name = options.output.string();
  if (report.stopped) {
    fmt::print(stderr, "pastur: stopped by {}; nothing was written: the same command begins again\n",
               *report.stopped);
    return static_cast<int>(run::ExitCode::incomplete);
  }
  if (report.already_there) {
    fmt::print("{} has all draws of these files already: nothing to do\n", name);
    return 0;
  }
  for (const std::string& remark : report.remarks) fmt::print(stderr, "pastur: {}\n", remark);
  if (report.differing > 0) {
    fmt::print(
        stderr,
        "pastur: {} draws have copies that differ, by {:.1e} at most relative to the observable's largest "
        "entry (another processor, BLAS or team size gives other last bits); of each the same one is kept "
        "whatever the order of the files\n",
        report.differing, report.largest_difference);
  }
  fmt::print("{}: {} files merged; {} points, {} draws done, {} failed, {} pending\n", name,
             options.inputs.size(), report.points, report.done, report.failed, report.pending);
  if (report.pending > 0)
    fmt::print("next: pastur run {} takes the pending ones\n", name);
  else
    fmt::print("next: pastur table {}\n", name);
  return 0;
}

/// All inputs are open at once, and the shards of a large job array are more than a shell allows by itself.
void allow_many_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int merge_files(const Options& options, const Context& context) {
  allow_many_files();
  const parallel::Environment environment(context.petsc_options);
  const parallel::Communicator world = parallel::Communicator::world();
  return run_collectively(world, [&] {
    std::optional<run::Experiment> target;
    parallel::agree(world, [&] {
      if (!options.study_file.empty())
        target = run::load_experiment(options.study_file, options.settings, context.studies);
      else if (!options.settings.empty())
        throw InputError("--set changes the study file of --study; there is none");
    });
    const run::MergeReport report = run::merge(options.merge, std::move(target), context.studies, world);
    return world.rank() == 0 ? conclude(report, options.merge) : 0;
  });
}

} // namespace

Action merge(CLI::App& command, const Context& context) {
  const auto options = std::make_shared<Options>();
  command.add_option("STORES", options->inputs, "Result files; also while runs write them")->required();
  command.add_option("-o,--output", options->merge.output, "The new result file")->required();
  command.add_option("--study", options->study_file,
                     "Study file (TOML) that says what the new file holds; what the files lack stays pending "
                     "(default: all that the files have)");
  command.add_option("--set", options->settings, "KEY=VALUE over that study file; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--overwrite", options->merge.overwrite, "Replace the new file if there is one");
  command.add_flag(
      "--salvage", options->merge.salvage,
      "Also take the draws of files that are damaged elsewhere, as far as their checksums prove them");
  return [options, &context] {
    options->merge.inputs.assign(options->inputs.begin(), options->inputs.end());
    options->merge.command = context.command_line;
    options->merge.petsc_options = fmt::format("{}", fmt::join(context.petsc_options, " "));
    return merge_files(*options, context);
  };
}

} // namespace pastur::commands
