// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/job_script.hpp>

#include <fmt/format.h>
#include <run_sbatch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>

namespace pastur::run {

namespace {

constexpr double minute = 60.0;
constexpr double longest_job = 24.0 * 60.0 * minute;
/// Of MPI, PETSc and BLAS on each rank, before the first draw.
constexpr double library_bytes = 0.25e9;

/// Directives that depend on the run; the others are those of jobs/run.sbatch.
bool is_filled_in(std::string_view line) {
  constexpr std::string_view mark = "#SBATCH --";
  if (!line.starts_with(mark)) return false;
  const std::string_view option = line.substr(mark.size(), line.find('=') - mark.size());
  return option == "job-name" || option == "nodes" || option == "ntasks" || option == "ntasks-per-node" ||
         option == "mem" || option == "time";
}

/// One word for the shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string clock(double seconds) {
  const auto minutes = static_cast<long long>(seconds / minute);
  return fmt::format("{:02}:{:02}:00", minutes / 60, minutes % 60);
}

std::string directives(const Plan& plan, const Job& job) {
  // Blanks would end the directive.
  std::string name = std::filesystem::path(job.study_file).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '\'' || c == '"' || c == '\\'; }, '_');
  const double bytes = plan.memory_per_node() + plan.machine.ranks_per_node * library_bytes;
  return fmt::format("#SBATCH --job-name={}\n#SBATCH --nodes={}\n#SBATCH --ntasks-per-node={}\n"
                     "#SBATCH --mem={:.0f}M\n#SBATCH --time={}\n",
                     name, plan.machine.nodes, plan.machine.ranks_per_node, std::ceil(bytes / 1048576.0),
                     clock(job_seconds(plan)));
}

/// The arguments that jobs/run.sbatch takes from its command line; those of `sbatch FILE` come behind.
std::string arguments(const Job& job) {
  std::string line = fmt::format("set -- {} {}", quoted(job.study_file), quoted(job.output));
  for (const std::string& setting : job.settings) line += " --set " + quoted(setting);
  return line + " \"$@\"\n";
}

} // namespace

double job_seconds(const Plan& plan) {
  const double step = 5.0 * minute;
  const double wanted = 1.5 * plan.duration() + step;
  return std::min(longest_job, step * std::ceil(wanted / step));
}

bool is_long(const Plan& plan) {
  return plan.duration() > longest_job;
}

std::string job_script(const Plan& plan, const Job& job) {
  if (plan.shortage)
    throw InputError(fmt::format("--sbatch: {} does not fit on these nodes; `pastur plan` says what would",
                                 plan.study_file));
  std::string script;
  std::string_view rest = run_sbatch;
  bool in_head = true; // comments and directives
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (in_head && !line.starts_with("#")) {
      script += directives(plan, job) +
                fmt::format("# `pastur plan {}` wrote this from jobs/run.sbatch, for about {:.0f} minutes of "
                            "draws.\n# PASTUR names the executable when it is not on the PATH.\n",
                            job.study_file, std::ceil(plan.duration() / minute)) +
                arguments(job);
      in_head = false;
    }
    // Of its head, what tells the shell and SLURM something.
    const bool told = line.starts_with("#!") || line.starts_with("#SBATCH") || line.starts_with("# SPDX");
    if (!in_head || (told && !is_filled_in(line))) script += line;
  }
  return script;
}

} // namespace pastur::run
