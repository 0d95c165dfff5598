// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/plan.hpp>

#include <string>
#include <vector>

namespace pastur::run {

/// What the job of a plan runs.
struct Job {
  std::string study_file;
  std::string output;
  std::vector<std::string> settings; ///< of --set
};

/// jobs/run.sbatch for one study file: its nodes, ranks, memory and a time limit with a margin filled in, so
/// that `sbatch FILE` needs no argument. Throws InputError for a plan that does not fit.
std::string job_script(const Plan& plan, const Job& job);

/// Seconds that the script asks for: half as much again as planned and some minutes to begin, in steps of
/// five minutes, at most a day: the job requeues itself.
double job_seconds(const Plan& plan);

/// Whether the run takes more than one job's time, so that an array of jobs is worth a thought.
bool is_long(const Plan& plan);

} // namespace pastur::run
