// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/job_script.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <report/toy_store.hpp>

#include <cstdlib>
#include <fstream>

namespace {

using namespace pastur;
using testing::HasSubstr;
using testing::Not;

run::Plan plan_lasting(double seconds) {
  run::Plan plan;
  plan.study_file = "a study.toml";
  plan.machine = {.nodes = 3, .ranks_per_node = 16, .memory_per_node = 64e9};
  plan.phases.push_back({.team_size = 1,
                         .teams = 48,
                         .points = 1,
                         .draws = 100,
                         .rank_bytes = 1e9,
                         .flops = {},
                         .seconds = {},
                         .duration = seconds});
  return plan;
}

const run::Job job{"a study.toml", "it's.h5", {"n=5", "law=\"gauss\""}};

/// What srun gets when the script runs with one argument of the user's.
std::string arguments_seen(const std::string& script) {
  const testing_support::TemporaryFolder folder;
  std::ofstream(folder / "job.sbatch") << script;
  std::ofstream(folder / "run.sh") << R"(srun() { touch "it's.h5"; printf '<%s>' "$@"; })"
                                      "\nset -- --overwrite\n. ./job.sbatch\n";
  EXPECT_EQ(std::system(("cd " + (folder / "").string() + " && bash run.sh > seen").c_str()), 0);
  std::ifstream seen(folder / "seen");
  std::string text;
  std::getline(seen, text);
  return text;
}

TEST(JobScript, hands_files_and_settings_to_pastur_as_they_are) {
  EXPECT_EQ(arguments_seen(run::job_script(plan_lasting(60.0), job)),
            "<--mpi=pmix><pastur><run><a study.toml><-o><it's.h5><--progress><plain><--set><n=5><--set>"
            "<law=\"gauss\"><--overwrite>");
}

TEST(JobScript, asks_for_the_planned_machine_with_a_margin_in_time_and_memory) {
  const std::string script = run::job_script(plan_lasting(3600.0), job);
  EXPECT_TRUE(script.starts_with("#!/bin/bash\n"));
  EXPECT_THAT(script,
              HasSubstr("#SBATCH --job-name=a_study\n#SBATCH --nodes=3\n#SBATCH --ntasks-per-node=16\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --time=01:35:00\n")); // 1.5 h and 5 min
  EXPECT_THAT(script, HasSubstr("#SBATCH --mem=21767M\n"));    // 16 (1 GB / 0.85 + 0.25 GB)
  EXPECT_THAT(script, HasSubstr("#SBATCH --requeue\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --signal=B:USR1@60\n"));
  EXPECT_THAT(script, Not(HasSubstr("--ntasks=")));
  for (const char* once : {"#SBATCH --time", "#SBATCH --job-name", "#SBATCH --nodes", "#!/"})
    EXPECT_EQ(script.find(once), script.rfind(once)) << once;
}

TEST(JobScript, asks_for_ten_minutes_at_least_and_a_day_at_most) {
  EXPECT_THAT(run::job_script(plan_lasting(0.1), job), HasSubstr("#SBATCH --time=00:10:00\n"));
  EXPECT_THAT(run::job_script(plan_lasting(1e7), job), HasSubstr("#SBATCH --time=24:00:00\n"));
  EXPECT_FALSE(run::is_long(plan_lasting(3600.0)));
  EXPECT_TRUE(run::is_long(plan_lasting(1e7)));
}

TEST(JobScript, is_refused_for_a_plan_that_does_not_fit) {
  run::Plan plan = plan_lasting(1.0);
  plan.shortage = run::Shortage{};
  EXPECT_THROW((void)run::job_script(plan, job), InputError);
}

} // namespace
