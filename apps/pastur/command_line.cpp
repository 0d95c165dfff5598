// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <pastur/command_line.hpp>
#include <pastur/parallel/error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>
#include <iostream>

namespace pastur {

namespace {

constexpr int failure = 1;
constexpr int bad_input = 2;

struct Command {
  const char* name;
  const char* summary;
  commands::Action (*declare)(CLI::App&, const commands::Context&);
  bool parallel; ///< may stand behind mpirun: all ranks run it, and it takes options behind --
};

constexpr std::array<Command, 11> all_commands{{
    {"list", "The studies there are", commands::list, false},
    {"describe", "A study's parameters, observables, figures, cost", commands::describe, false},
    {"run", "Monte Carlo and theory of a study file into a result file; resumes by itself", commands::run,
     true},
    {"status", "Done, failed and pending draws per point, standard errors, time left", commands::status,
     false},
    {"table", "Mean, standard error, count, theory and z-score per point", commands::table, false},
    {"plot", "The study's figures: error bars for draws, lines for theory", commands::plot, false},
    {"report", "One page of figures, tables, study file, provenance and timings", commands::report, false},
    {"merge", "Several result files into one: shards, more draws, more points", commands::merge, true},
    {"theory", "Theory only, on the study file's finer grid", commands::theory, true},
    {"plan", "What a study file takes: teams, memory, flops, time; a SLURM script for it", commands::plan,
     false},
    {"check", "Checksums of every draw, and where the results come from", commands::check, false},
}};

/// The rank that the launcher gave this process, before MPI runs: so that one of many prints a usage error.
int launched_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* text = std::getenv(name)) return std::atoi(text);
  }
  return 0;
}

std::string as_typed(int argc, char** argv) {
  std::string line;
  for (int a = 0; a < argc; ++a) line += (a > 0 ? " " : "") + std::string(argv[a]);
  return line;
}

/// What stands before `--`; the rest goes to `behind`.
std::vector<std::string> split_at_dashes(int argc, char** argv, std::vector<std::string>& behind,
                                         bool& has_dashes) {
  std::vector<std::string> before;
  has_dashes = false;
  for (int a = 1; a < argc; ++a) {
    if (!has_dashes && std::string_view(argv[a]) == "--") {
      has_dashes = true;
    } else {
      (has_dashes ? behind : before).emplace_back(argv[a]);
    }
  }
  return before;
}

/// CLI11 would only say that an argument was not expected.
void require_known_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const Command& command : all_commands) names.emplace_back(command.name);
  if (arguments.empty())
    throw InputError(fmt::format("a command is needed: {} (pastur --help)", fmt::join(names, ", ")));
  if (arguments.front().starts_with("-")) return;
  for (const std::string& name : names) {
    if (name == arguments.front()) return;
  }
  throw InputError(fmt::format("there is no command {}.{} `pastur --help` lists them", arguments.front(),
                               study::did_you_mean(arguments.front(), names)));
}

int dispatch(int argc, char** argv, const study::Registry& studies) {
  commands::Context context{studies, as_typed(argc, argv), {}};
  bool has_dashes = false;
  std::vector<std::string> arguments = split_at_dashes(argc, argv, context.petsc_options, has_dashes);
  require_known_command(arguments);

  CLI::App app("Numerical laboratory for the theory of overparameterised learning", "pastur");
  app.set_version_flag("--version", std::string("pastur ") + PASTUR_VERSION);
  app.require_subcommand(1);
  std::array<commands::Action, all_commands.size()> actions;
  for (std::size_t c = 0; c < all_commands.size(); ++c) {
    actions[c] =
        all_commands[c].declare(*app.add_subcommand(all_commands[c].name, all_commands[c].summary), context);
  }
  const bool first = launched_rank() == 0;
  try {
    // CLI11 wants its arguments in reverse order.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) { // --help, --version
    return first ? app.exit(success) : 0;
  } catch (const CLI::ParseError& error) {
    std::string where;
    for (const CLI::App* chosen : app.get_subcommands()) where = " " + chosen->get_name();
    throw InputError(fmt::format("{} (pastur{} --help)", error.what(), where));
  }
  for (std::size_t c = 0; c < all_commands.size(); ++c) {
    if (!app.got_subcommand(all_commands[c].name)) continue;
    if (all_commands[c].parallel) return actions[c]();
    if (has_dashes)
      throw InputError(
          fmt::format("{} takes no options behind --; `run`, `merge` and `theory` do", all_commands[c].name));
    return first ? actions[c]() : 0;
  }
  return bad_input;
}

} // namespace

int command_line(int argc, char** argv, const study::Registry& studies) {
  try {
    return dispatch(argc, argv, studies);
  } catch (const InputError& error) {
    if (launched_rank() == 0) fmt::print(stderr, "pastur: {}\n", error.what());
    return bad_input;
  } catch (const std::exception& error) {
    if (launched_rank() == 0) fmt::print(stderr, "pastur: {}\n", error.what());
    return failure;
  }
}

} // namespace pastur
