// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/environment.hpp>
#include <pastur/parallel/stop_request.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

using namespace pastur::parallel;

TEST(Environment, one_blas_thread_and_the_safe_collective_writer_are_set) {
  EXPECT_NE(blas_description().find("1 thread"), std::string::npos) << blas_description();
  ASSERT_NE(std::getenv("OMPI_MCA_fcoll"), nullptr);
  EXPECT_GT(available_memory(), 1e8);
  EXPECT_EQ(library_versions().size(), 4U);
}

TEST(StopRequest, the_first_signal_is_remembered_and_a_second_one_leaves_with_3) {
  clear_stop_signal();
  EXPECT_FALSE(stop_signal().has_value());
  std::raise(SIGUSR1);
  EXPECT_EQ(stop_signal(), "SIGUSR1");
  EXPECT_EXIT(std::raise(SIGTERM), testing::ExitedWithCode(3), "");
  clear_stop_signal();
}
