// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/environment.hpp>
#include <pastur/parallel/stop_request.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

using namespace pastur::parallel;

TEST(Environment, one_blas_thread_and_the_safe_collective_writer_are_set) {
  EXPECT_NE(blas_description().find("1 thread"), std::string::npos) << blas_description();
  ASSERT_NE(std::getenv("OMPI_MCA_fcoll"), nullptr);
  EXPECT_GT(available_memory(), 1e8);
  EXPECT_EQ(library_versions().size(), 4U);
}

TEST(StopRequest, the_latest_kind_of_signal_is_remembered_and_its_echo_is_not_a_second_one) {
  clear_stop_signal();
  EXPECT_FALSE(stop_signal().has_value());
  std::raise(SIGUSR1);
  EXPECT_EQ(stop_signal(), "SIGUSR1");
  std::raise(SIGTERM); // SLURM's own sequence: ahead of the limit, and at it
  std::raise(SIGTERM); // a launcher may deliver one signal twice
  EXPECT_EQ(stop_signal(), "SIGTERM");
  clear_stop_signal();
}

TEST(StopRequest, the_same_signal_a_second_time_leaves_with_3) {
  clear_stop_signal();
  const auto twice = [] {
    std::raise(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    std::raise(SIGINT);
  };
  EXPECT_EXIT(twice(), testing::ExitedWithCode(3), "stop requested");
}
