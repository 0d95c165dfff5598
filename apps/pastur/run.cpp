// SPDX-License-Identifier: BSD-3-Clause
#include "collective.hpp"
#include "commands.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/store/reader.hpp>
#include <pastur/study/study.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace pastur::commands {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string study_file, output, shard, only;
  std::vector<std::string> settings;
  run::RunOptions run;
};

/// The two numbers of "A/B".
std::optional<std::pair<std::int64_t, std::int64_t>> parse_pair(const std::string& text) {
  std::pair<std::int64_t, std::int64_t> pair;
  const char* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, pair.first);
  if (first_error != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  const auto [last, second_error] = std::from_chars(slash + 1, end, pair.second);
  if (second_error != std::errc{} || last != end) return std::nullopt;
  return pair;
}

run::DrawNumber parse_draw(const std::string& text) {
  if (const auto pair = parse_pair(text)) return {pair->first, pair->second};
  throw InputError(fmt::format("--only: {} given; allowed: POINT/DRAW, e.g. 2/17", text));
}

/// "I/N" with 0 <= I < N.
run::Shard parse_shard(const std::string& text) {
  const auto pair = parse_pair(text);
  if (pair && pair->first >= 0 && pair->first < pair->second) return {pair->first, pair->second};
  throw InputError(fmt::format("--shard: {} given; allowed: I/N with 0 <= I < N, e.g. 0/4", text));
}

/// A word about what is in the store now and what to do with it.
void conclude(run::ExitCode code, const fs::path& output) {
  const std::string name = output.string();
  fs::path figure = output;
  figure.replace_extension(".svg");
  if (code == run::ExitCode::incomplete) {
    fmt::print("{} is incomplete: the same command goes on with it; `pastur status {}` shows how far it is\n",
               name, name);
    return;
  }
  fmt::print(
      "{} is complete{}\n", name,
      code == run::ExitCode::some_draws_failed
          ? fmt::format(
                ", but some draws failed: `pastur status {}` says why, --retry-failed takes them again", name)
          : "");
  fmt::print("next: pastur table {}   or   pastur plot {} -o {}\n", name, name, figure.string());
}

/// A result file stands for the study file that it keeps.
bool is_store(const std::string& path) {
  return store::inspect(path).kind == store::FileKind::store;
}

run::Experiment experiment_of(const Options& options, const study::Registry& studies) {
  if (!is_store(options.study_file))
    return run::load_experiment(options.study_file, options.settings, studies);
  const store::Reader reader(options.study_file);
  return run::parse_experiment(reader.layout().study_file, options.study_file, options.settings, studies);
}

fs::path output_of(const Options& options) {
  if (!options.output.empty()) return options.output;
  if (is_store(options.study_file)) return options.study_file;
  return fs::path(options.study_file).filename().replace_extension(".h5");
}

int run_study_file(const Options& options, const Context& context) {
  const parallel::Environment environment(context.petsc_options);
  const parallel::Communicator world = parallel::Communicator::world();
  return run_collectively(world, [&] {
    run::Experiment experiment;
    run::RunOptions run_options = options.run;
    parallel::agree(world, [&] {
      experiment = experiment_of(options, context.studies);
      run_options.output = output_of(options);
    });
    const run::ExitCode code = run::run(experiment, run_options, world);
    if (world.rank() == 0) conclude(code, run_options.output);
    return static_cast<int>(code);
  });
}

} // namespace

Action run(CLI::App& command, const Context& context) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("FILE", options->study_file,
                  "Study file (TOML), or a result file: it keeps its study file and is gone on with")
      ->required();
  command.add_option("-o,--output", options->output,
                     "Result file; goes on with it when it is there (default: FILE.h5 in this folder)");
  command.add_option("--set", options->settings, "KEY=VALUE over the study file; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--overwrite", options->run.overwrite, "Begin anew even if the result file is there");
  command.add_flag("--retry-failed", options->run.retry_failed, "Take failed draws again");
  command.add_option("--shard", options->shard,
                     "I/N: only the draws whose number is I modulo N (a job array)");
  command.add_option("--only", options->only,
                     "POINT/DRAW: this draw and no other, e.g. a failed one as `status` names it");
  command
      .add_option("--team-size", options->run.team_size,
                  "Ranks that work on one draw (default: as few as memory allows)")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--max-seconds", options->run.max_seconds,
                  "Stop after this time, consistent and resumable (exit code 3)")
      ->check(CLI::PositiveNumber);
  const std::map<std::string, run::ProgressStyle> styles{{"auto", run::ProgressStyle::automatic},
                                                         {"bar", run::ProgressStyle::bar},
                                                         {"plain", run::ProgressStyle::plain},
                                                         {"none", run::ProgressStyle::none}};
  command.add_option("--progress", options->run.progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(styles, CLI::ignore_case).description(""))
      ->option_text("auto|bar|plain|none");
  command.footer("Options of PETSc and SLEPc stand behind --, e.g. -- -log_view -eps_monitor");
  return [options, &context] {
    if (!options->shard.empty()) options->run.shard = parse_shard(options->shard);
    if (!options->only.empty()) options->run.only = parse_draw(options->only);
    options->run.command = context.command_line;
    options->run.petsc_options = fmt::format("{}", fmt::join(context.petsc_options, " "));
    return run_study_file(*options, context);
  };
}

} // namespace pastur::commands
