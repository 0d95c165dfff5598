// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/statistics.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

namespace {

using pastur::run::Estimate;
using pastur::run::estimate;
using pastur::run::median_interval;
using pastur::run::z_score;
using pastur::study::Summary;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(MeanEstimate, has_the_closed_form) {
  const Estimate e = estimate(std::vector<double>{1.0, 2.0, 3.0, 6.0}, Summary::mean);
  EXPECT_DOUBLE_EQ(e.value, 3.0);
  EXPECT_DOUBLE_EQ(e.standard_error, std::sqrt(14.0 / 3.0 / 4.0));
  EXPECT_EQ(e.count, 4);
}

TEST(Estimate, has_the_bar_that_figures_draw) {
  const Estimate mean = estimate(std::vector<double>{1.0, 2.0, 3.0, 6.0}, Summary::mean);
  EXPECT_DOUBLE_EQ(mean.low, mean.value - mean.standard_error);
  EXPECT_DOUBLE_EQ(mean.high, mean.value + mean.standard_error);
  const std::vector<double> skewed{1.0, 2.0, 3.0, 50.0, 1000.0, 2.5, 1.5};
  const Estimate median = estimate(skewed, Summary::median);
  const auto [low, high] = median_interval(skewed);
  EXPECT_EQ(median.low, low);
  EXPECT_EQ(median.high, high);
  EXPECT_LT(median.value - median.low, median.high - median.value);
  for (const Summary summary : {Summary::mean, Summary::median}) {
    const Estimate one = estimate(std::vector<double>{5.0}, summary);
    EXPECT_EQ(one.low, 5.0);
    EXPECT_EQ(one.high, 5.0);
  }
}

TEST(MeanEstimate, of_equal_draws_has_no_error_at_all) {
  const Estimate e = estimate(std::vector<double>(3, 0.1), Summary::mean);
  EXPECT_EQ(e.value, 0.1);
  EXPECT_EQ(e.standard_error, 0.0);
}

TEST(MeanEstimate, does_not_cancel_far_from_zero) {
  const Estimate e = estimate(std::vector<double>{1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0}, Summary::mean);
  EXPECT_DOUBLE_EQ(e.value, 1e9 + 2.0);
  EXPECT_DOUBLE_EQ(e.standard_error, std::sqrt(1.0 / 3.0));
}

TEST(Estimate, counts_only_what_is_there) {
  for (const Summary summary : {Summary::mean, Summary::median}) {
    const Estimate some = estimate(std::vector<double>{nan, 1.0, nan, 3.0}, summary);
    EXPECT_EQ(some.count, 2);
    EXPECT_DOUBLE_EQ(some.value, 2.0);
    EXPECT_DOUBLE_EQ(some.standard_error, 1.0);
    const Estimate one = estimate(std::vector<double>{nan, 5.0}, summary);
    EXPECT_EQ(one.count, 1);
    EXPECT_EQ(one.value, 5.0);
    EXPECT_TRUE(std::isnan(one.standard_error));
    for (const std::vector<double>& none : {std::vector<double>{}, std::vector<double>{nan, nan}}) {
      const Estimate empty = estimate(none, summary);
      EXPECT_EQ(empty.count, 0);
      EXPECT_TRUE(std::isnan(empty.value));
      EXPECT_TRUE(std::isnan(empty.standard_error));
    }
  }
}

TEST(MedianEstimate, is_the_middle_and_does_not_see_outliers) {
  EXPECT_EQ(estimate(std::vector<double>{9.0, 1.0, 2.0}, Summary::median).value, 2.0);
  EXPECT_EQ(estimate(std::vector<double>{4.0, 1.0, 2.0, 1e300}, Summary::median).value, 3.0);
}

TEST(MedianInterval, of_few_draws_follows_from_binomial_coefficients) {
  // n = 3: [x1, x3] covers 3/4, [x2, x2] nothing. I = (3/4 - g) / (3/4), weight (n-k) I / (k + (n-2k) I) with
  // k = 1.
  const double g = 0.68268949213708590;
  const double share = (0.75 - g) / 0.75;
  const double weight = 2.0 * share / (1.0 + share);
  const auto [low, high] = median_interval(std::vector<double>{3.0, 0.0, 1.0});
  EXPECT_NEAR(low, weight * 1.0, 1e-12);
  EXPECT_NEAR(high, 3.0 - weight * 2.0, 1e-12);
  // n = 10: [x4, x7] covers 672/1024 = 0.656, [x3, x8] covers 912/1024 = 0.891.
  std::vector<double> ten;
  for (int i = 1; i <= 10; ++i) ten.push_back(i);
  const double share_ten = (912.0 / 1024 - g) / (240.0 / 1024);
  const double weight_ten = 7.0 * share_ten / (3.0 + 4.0 * share_ten);
  EXPECT_NEAR(median_interval(ten).first, 3.0 + weight_ten, 1e-12);
  EXPECT_NEAR(median_interval(ten).second, 8.0 - weight_ten, 1e-12);
}

TEST(MedianInterval, of_two_draws_is_their_range) {
  const auto [low, high] = median_interval(std::vector<double>{3.0, 1.0});
  EXPECT_EQ(low, 1.0);
  EXPECT_EQ(high, 3.0);
  EXPECT_TRUE(std::isnan(median_interval(std::vector<double>{3.0}).first));
}

TEST(MedianInterval, stays_inside_the_draws_for_every_count) {
  std::vector<double> draws;
  for (int n = 2; n <= 300; ++n) {
    draws.clear();
    for (int i = 0; i < n; ++i) draws.push_back(i);
    const auto [low, high] = median_interval(draws);
    EXPECT_GE(low, 0.0) << n;
    EXPECT_LE(high, n - 1.0) << n;
    EXPECT_NEAR(low + high, n - 1.0, 1e-9) << n; // symmetric
    EXPECT_NEAR(0.5 * (high - low), 0.5 * std::sqrt(n), 0.5 + 0.02 * std::sqrt(n)) << n;
  }
}

TEST(MedianInterval, of_many_draws_takes_no_time_and_shrinks_like_the_root) {
  std::vector<double> draws(1000000);
  for (std::size_t i = 0; i < draws.size(); ++i) draws[i] = static_cast<double>(i) / 1e6;
  EXPECT_NEAR(estimate(draws, Summary::median).standard_error, 0.5e-3,
              2e-6); // 1 / (2 f sqrt n) with density f = 1
}

struct Law {
  std::string name;
  std::function<double(std::mt19937_64&)> sample;
  double median;
};

std::vector<Law> laws() {
  return {{"normal", [](std::mt19937_64& r) { return std::normal_distribution<double>()(r); }, 0.0},
          {"exponential", [](std::mt19937_64& r) { return std::exponential_distribution<double>()(r); },
           std::log(2.0)},
          {"cauchy", [](std::mt19937_64& r) { return std::cauchy_distribution<double>()(r); }, 0.0}};
}

TEST(MedianInterval, covers_the_median_as_often_as_it_says) {
  constexpr int trials = 20000;
  for (const Law& law : laws()) {
    for (const int n : {3, 5, 8, 16, 65}) {
      std::mt19937_64 random(7);
      int covered = 0;
      std::vector<double> draws(static_cast<std::size_t>(n));
      for (int trial = 0; trial < trials; ++trial) {
        for (double& draw : draws) draw = law.sample(random);
        const auto [low, high] = median_interval(draws);
        covered += (low <= law.median && law.median <= high) ? 1 : 0;
      }
      // Four standard errors of 20000 trials are 0.013; the interpolation itself is off by less than 0.02
      // (Hettmansperger and Sheather).
      EXPECT_NEAR(static_cast<double>(covered) / trials, 0.6827, 0.033) << law.name << " n=" << n;
    }
  }
}

TEST(StandardErrors, cover_with_68_percent_what_they_estimate) {
  constexpr int trials = 20000;
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal(2.0, 3.0);
  for (const Summary summary : {Summary::mean, Summary::median}) {
    int covered = 0;
    std::vector<double> draws(64);
    for (int trial = 0; trial < trials; ++trial) {
      for (double& draw : draws) draw = normal(random);
      covered += std::abs(z_score(estimate(draws, summary), 2.0)) <= 1.0 ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(covered) / trials, 0.6827, 0.025);
  }
}

TEST(MedianEstimate, counts_missing_draws_as_infinite_where_they_stand_for_that) {
  using pastur::study::MissingAs;
  const std::vector<double> few{1.0, 2.0, 3.0, 4.0, nan};
  const Estimate finite = estimate(few, Summary::median, MissingAs::infinity);
  EXPECT_EQ(finite.value, 3.0);
  EXPECT_EQ(finite.count, 5);
  EXPECT_EQ(estimate(few, Summary::median).value, 2.5);
  const Estimate infinite =
      estimate(std::vector<double>{1.0, nan, nan}, Summary::median, MissingAs::infinity);
  EXPECT_TRUE(std::isinf(infinite.value));
  EXPECT_TRUE(std::isinf(infinite.standard_error));
  EXPECT_TRUE(std::isnan(z_score(infinite, 2.0)));
  const Estimate all = estimate(std::vector<double>(4, nan), Summary::median, MissingAs::infinity);
  EXPECT_TRUE(std::isinf(all.value));
  EXPECT_EQ(all.standard_error, 0.0);
  EXPECT_EQ(all.count, 4);
}

TEST(MedianEstimate, has_the_error_of_its_interval_while_that_is_finite) {
  using pastur::study::MissingAs;
  // A law of infinity with probability 0.1 and uniform else has the median 5/9: the interval covers it.
  constexpr int trials = 4000;
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> values, draws(64);
  double mean_error = 0.0;
  for (int trial = 0; trial < trials; ++trial) {
    for (double& draw : draws) draw = uniform(random) < 0.1 ? nan : uniform(random);
    const Estimate e = estimate(draws, Summary::median, MissingAs::infinity);
    values.push_back(e.value);
    mean_error += e.standard_error / trials;
  }
  const Estimate over_trials = estimate(values, Summary::mean);
  EXPECT_LT(std::abs(z_score(over_trials, 5.0 / 9.0)), 4.0);
  // Standard deviation of a median: 1 / (2 f sqrt(n)) with the density f = 0.9.
  EXPECT_NEAR(mean_error, 1.0 / (2.0 * 0.9 * 8.0), 0.005);
}

TEST(ZScore, counts_standard_errors_above_the_prediction_of_many_draws) {
  EXPECT_NEAR(z_score({3.0, 0.5, 100'000'000}, 2.0), 2.0, 1e-7);
  EXPECT_NEAR(z_score({1.0, 0.5, 100'000'000}, 2.0), -2.0, 1e-7);
  EXPECT_EQ(z_score({2.0, 0.5, 10}, 2.0), 0.0);
}

TEST(ZScore, of_two_draws_follows_from_the_cauchy_law) {
  // P(|t| > 1) = 1/2, where a normal law has its quartile; P(|t| > 15) = (2/pi) atan(1/15) = 0.0423791.
  EXPECT_NEAR(z_score({1.0, 1.0, 2}, 0.0), 0.6744897501960817, 1e-12);
  EXPECT_NEAR(std::erfc(z_score({15.0, 1.0, 2}, 0.0) / std::sqrt(2.0)),
              2.0 / std::numbers::pi * std::atan(1.0 / 15.0), 1e-12);
  EXPECT_LT(z_score({15.0, 1.0, 2}, 0.0), 2.04);
}

TEST(ZScore, keeps_its_sign_and_its_order_in_the_far_tails) {
  EXPECT_NEAR(z_score({-1e6, 1.0, 1000}, 0.0), -37.0, 0.1);
  EXPECT_LT(z_score({20.0, 1.0, 5}, 0.0), z_score({20.0, 1.0, 20}, 0.0));
}

TEST(ZScore, of_few_normal_draws_is_normal) {
  constexpr int trials = 20000;
  std::mt19937_64 random(10);
  std::normal_distribution<double> normal(2.0, 3.0);
  for (const int n : {2, 3, 5}) {
    int beyond_one = 0, beyond_two = 0;
    std::vector<double> draws(static_cast<std::size_t>(n));
    for (int trial = 0; trial < trials; ++trial) {
      for (double& draw : draws) draw = normal(random);
      const double z = std::abs(z_score(estimate(draws, Summary::mean), 2.0));
      beyond_one += z > 1.0 ? 1 : 0;
      beyond_two += z > 2.0 ? 1 : 0;
    }
    // Four standard errors of the trials.
    EXPECT_NEAR(static_cast<double>(beyond_one) / trials, 0.3173, 0.0132) << n;
    EXPECT_NEAR(static_cast<double>(beyond_two) / trials, 0.0455, 0.0059) << n;
  }
}

TEST(ZScore, is_missing_where_either_side_or_the_error_is) {
  EXPECT_TRUE(std::isnan(z_score({3.0, 0.5, 10}, nan)));
  EXPECT_TRUE(std::isnan(z_score({nan, nan, 0}, 2.0)));
  EXPECT_TRUE(std::isnan(z_score({3.0, nan, 1}, 2.0)));
  EXPECT_TRUE(std::isnan(z_score({3.0, 0.0, 5}, 3.0)));
}

} // namespace
