// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/adaptive.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace pastur::run;

namespace {

const Until one_percent{.observable = "x", .relative_stderr = 0.01, .absolute_stderr = {}};

} // namespace

TEST(Precision, relative_goal_is_met_when_every_entry_meets_it) {
  const std::vector<Estimate> entries{{.value = 2.0, .standard_error = 0.01, .count = 10},
                                      {.value = -1.0, .standard_error = 0.009, .count = 10}};
  const Precision now = precision(one_percent, entries, 10);
  EXPECT_TRUE(now.reached);
  EXPECT_NEAR(now.worst_ratio, 0.9, 1e-12);
}

TEST(Precision, the_worst_entry_decides_and_predicts_the_draws) {
  const std::vector<Estimate> entries{{.value = 2.0, .standard_error = 0.01, .count = 10},
                                      {.value = 1.0, .standard_error = 0.03, .count = 10}};
  const Precision now = precision(one_percent, entries, 10);
  EXPECT_FALSE(now.reached);
  EXPECT_NEAR(now.worst_ratio, 3.0, 1e-12);
  EXPECT_EQ(now.draws_predicted, 90);
}

TEST(Precision, absolute_goal_and_both_goals_together) {
  const std::vector<Estimate> entries{{.value = 100.0, .standard_error = 0.5, .count = 4}};
  EXPECT_TRUE(
      precision({.observable = "x", .relative_stderr = {}, .absolute_stderr = 0.5}, entries, 4).reached);
  // The stricter of two goals counts.
  EXPECT_FALSE(
      precision({.observable = "x", .relative_stderr = 0.01, .absolute_stderr = 0.1}, entries, 4).reached);
}

TEST(Precision, one_draw_is_never_precise_and_missing_entries_do_not_count) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Estimate> single{{.value = 1.0, .standard_error = nan, .count = 1}};
  EXPECT_FALSE(precision(one_percent, single, 1).reached);
  const std::vector<Estimate> missing{{.value = nan, .standard_error = nan, .count = 0},
                                      {.value = 1.0, .standard_error = 0.001, .count = 5}};
  EXPECT_TRUE(precision(one_percent, missing, 5).reached);
}

TEST(Precision, a_constant_zero_has_nothing_left_to_reduce) {
  const std::vector<Estimate> zero{{.value = 0.0, .standard_error = 0.0, .count = 5}};
  EXPECT_TRUE(precision(one_percent, zero, 5).reached);
  // but a noisy mean of exactly zero can never meet a relative goal
  const std::vector<Estimate> noisy{{.value = 0.0, .standard_error = 1.0, .count = 5}};
  const Precision now = precision(one_percent, noisy, 5);
  EXPECT_FALSE(now.reached);
  EXPECT_EQ(next_target({.min = 2, .max = 1000, .until = one_percent}, now, 5), 10);
}

TEST(NextTarget, starts_at_the_minimum_doubles_at_most_and_ends_at_the_maximum) {
  const DrawRule rule{.min = 8, .max = 100, .until = one_percent};
  Precision far{.reached = false, .worst_ratio = 10.0, .draws_predicted = 800};
  EXPECT_EQ(next_target(rule, far, 0), 8);
  EXPECT_EQ(next_target(rule, far, 8), 16);
  EXPECT_EQ(next_target(rule, far, 64), 100);
  EXPECT_EQ(next_target(rule, far, 100), 100);
  Precision near{.reached = false, .worst_ratio = 1.1, .draws_predicted = 10};
  EXPECT_EQ(next_target(rule, near, 8), 10);
  Precision there{.reached = true, .worst_ratio = 0.9, .draws_predicted = 7};
  EXPECT_EQ(next_target(rule, there, 8), 8);
}
