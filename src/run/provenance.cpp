// SPDX-License-Identifier: BSD-3-Clause
#include "provenance.hpp"

#include <pastur/parallel/environment.hpp>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <set>

namespace pastur::run {

namespace {

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

} // namespace

Provenance::Provenance(const RunOptions& options, const parallel::Communicator& world,
                       const std::vector<int>& team_sizes, const std::vector<std::string>& warnings) {
  std::map<std::string, int> ranks_on;
  for (const std::string& host : world.all_gather(host_name())) ++ranks_on[host];
  nlohmann::json record;
  record["pastur"] = PASTUR_VERSION;
  record["git_revision"] = PASTUR_GIT_REVISION;
  record["command"] = options.command;
  record["petsc_options"] = options.petsc_options;
  record["libraries"] = parallel::library_versions();
  record["hosts"] = ranks_on;
  record["ranks"] = world.size();
  record["team_sizes"] = std::set<int>(team_sizes.begin(), team_sizes.end());
  record["shard"] = std::to_string(options.shard.index) + "/" + std::to_string(options.shard.count);
  // It changes the last bits of BLAS results, so two runs can be compared.
  if (const char* core = std::getenv("OPENBLAS_CORETYPE")) record["openblas_coretype"] = core;
  if (const char* job = std::getenv("SLURM_JOB_ID")) record["slurm_job_id"] = job;
  if (!warnings.empty()) record["warnings"] = warnings;
  record["start"] = utc_now();
  base_ = record.dump();
}

std::string Provenance::started() const {
  return base_;
}

std::string Provenance::ended(ExitCode code, std::int64_t draws_done, std::int64_t draws_failed,
                              const std::string& methods) const {
  nlohmann::json record = nlohmann::json::parse(base_);
  record["end"] = utc_now();
  record["exit_code"] = static_cast<int>(code);
  record["draws_done"] = draws_done;
  record["draws_failed"] = draws_failed;
  record["methods"] = nlohmann::json::parse(methods);
  return record.dump();
}

std::string Provenance::merged(const std::vector<std::string>& inputs, std::int64_t runs_left_out,
                               const MergeReport& report) const {
  nlohmann::json record = nlohmann::json::parse(ended(ExitCode::complete, report.done, report.failed, "[]"));
  record.erase("team_sizes");
  record.erase("shard");
  record.erase("methods");
  record["merged"] = inputs;
  record["earlier_runs_not_listed"] = runs_left_out;
  record["draws_with_differing_copies"] = report.differing;
  return record.dump();
}

std::string start_of(const std::string& record) {
  const nlohmann::json run = nlohmann::json::parse(record, nullptr, false);
  return run.is_object() ? run.value("start", std::string()) : std::string();
}

} // namespace pastur::run
