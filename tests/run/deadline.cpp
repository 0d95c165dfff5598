// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/run/deadline.hpp"

#include "../../src/run/slurm_job.hpp"

#include <pastur/parallel/stop_request.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace pastur::run {
namespace {

using parallel::Communicator;

/// A variable of the environment for one test, on rank 0 only: it is the one that asks.
class Variable {
public:
  Variable(const Communicator& world, const char* name, const std::string& value) : name_(name) {
    if (world.rank() == 0) setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

private:
  const char* name_;
};

std::string from_now(int seconds) {
  return fmt::format("{}", std::time(nullptr) + seconds);
}

TEST(DrawTimes, a_first_draw_is_always_tried) {
  EXPECT_EQ(DrawTimes().expected(1e12), 0.0);
}

TEST(DrawTimes, a_draw_is_expected_to_take_as_long_as_the_longest_of_the_cheapest_that_cost_as_much) {
  DrawTimes times;
  times.add(100.0, 8.0);
  times.add(10.0, 1.0);
  times.add(10.0, 2.0);
  times.add(10.0, 1.5);
  EXPECT_EQ(times.expected(10.0), 2.0);
  EXPECT_EQ(times.expected(3.0), 2.0);
  EXPECT_EQ(times.expected(20.0), 8.0);
  EXPECT_EQ(times.expected(1000.0), 0.0);
}

TEST(Deadline, without_a_limit_nothing_but_a_signal_ends_a_run) {
  const Deadline deadline(std::nullopt, Communicator::world());
  EXPECT_TRUE(deadline.limit().empty());
  EXPECT_TRUE(deadline.leaves(1e12));
  EXPECT_FALSE(deadline.reached());
  parallel::install_stop_handlers(false);
  std::raise(SIGTERM);
  EXPECT_EQ(deadline.reached(), "SIGTERM");
  parallel::clear_stop_signal();
  EXPECT_FALSE(deadline.reached());
}

TEST(Deadline, a_draw_that_would_end_late_is_not_begun) {
  const Deadline deadline(1000.0, Communicator::world());
  EXPECT_EQ(deadline.limit(), "--max-seconds");
  EXPECT_FALSE(deadline.reached());
  EXPECT_TRUE(deadline.leaves(0.0));
  EXPECT_TRUE(deadline.leaves(500.0));
  EXPECT_FALSE(deadline.leaves(850.0));
}

TEST(Deadline, the_end_of_the_slurm_job_counts_on_every_rank_less_a_margin) {
  const Communicator world = Communicator::world();
  const Variable job(world, "SLURM_JOB_ID", "17");
  const Variable end(world, "SLURM_JOB_END_TIME", from_now(1000));
  const Deadline deadline(std::nullopt, world);
  EXPECT_EQ(deadline.limit(), "the time limit of the SLURM job");
  EXPECT_FALSE(deadline.reached());
  EXPECT_TRUE(deadline.leaves(600.0));
  EXPECT_FALSE(deadline.leaves(780.0)); // 1000 s less 5 % leave 950 s, of which a quarter is to spare
  EXPECT_EQ(Deadline(100.0, world).limit(), "--max-seconds");
}

TEST(Deadline, a_job_that_is_about_to_end_takes_no_draw) {
  const Communicator world = Communicator::world();
  const Variable job(world, "SLURM_JOB_ID", "17");
  const Variable end(world, "SLURM_JOB_END_TIME", from_now(1));
  const Deadline deadline(std::nullopt, world);
  EXPECT_EQ(deadline.reached(), "the time limit of the SLURM job");
  EXPECT_FALSE(deadline.leaves(0.0));
}

/// Stands in for squeue: answers what it is told, if it is asked as it should be.
class FakeSqueue {
public:
  explicit FakeSqueue(const std::string& answer) {
    std::string name = (std::filesystem::temp_directory_path() / "pastur-squeue-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    const std::filesystem::path program = folder_ / "squeue";
    std::ofstream(program)
        << "#!/bin/sh\n[ \"$SLURM_TIME_FORMAT $*\" = \"%s --noheader --job=17 --format=%e\" ] && echo '"
        << answer << "'\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    before_ = std::getenv("PATH");
    setenv("PATH", (folder_.string() + ":" + before_).c_str(), 1);
  }
  FakeSqueue(const FakeSqueue&) = delete;
  FakeSqueue& operator=(const FakeSqueue&) = delete;
  ~FakeSqueue() {
    setenv("PATH", before_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }

private:
  std::filesystem::path folder_;
  std::string before_;
};

TEST(SlurmJob, older_versions_are_asked_through_squeue) {
  const Communicator self = Communicator::self();
  EXPECT_FALSE(seconds_to_end_of_slurm_job());
  const Variable job(self, "SLURM_JOB_ID", "17");
  {
    const FakeSqueue squeue(from_now(500));
    const std::optional<double> left = seconds_to_end_of_slurm_job();
    ASSERT_TRUE(left);
    EXPECT_GT(*left, 300.0);
    EXPECT_LE(*left, 500.0);
  }
  const FakeSqueue unlimited("NONE");
  EXPECT_FALSE(seconds_to_end_of_slurm_job());
}

} // namespace
} // namespace pastur::run
