// SPDX-License-Identifier: BSD-3-Clause
#include "../src/report/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace {

using namespace pastur::report;

double area(const Histogram& bars) {
  double sum = 0.0;
  for (std::size_t b = 0; b < bars.density.size(); ++b) {
    sum += bars.density[b] *
           (bars.log ? std::log10(bars.edges[b + 1] / bars.edges[b]) : bars.edges[b + 1] - bars.edges[b]);
  }
  return sum;
}

TEST(Histogram, integrates_to_the_share_inside) {
  std::mt19937_64 bits(3);
  std::normal_distribution<double> normal(2.0, 0.5);
  std::vector<double> values(5000);
  for (double& value : values) value = normal(bits);
  const Histogram bars = histogram(values, bin_edges(values, false), false);
  EXPECT_NEAR(area(bars), 1.0, 1e-12);
  EXPECT_EQ(bars.outside, 0.0);
  EXPECT_EQ(bars.edges.front(), *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(bars.edges.back(), *std::max_element(values.begin(), values.end()));
}

TEST(Histogram, estimates_the_density_it_was_drawn_from) {
  std::mt19937_64 bits(5);
  std::normal_distribution<double> normal;
  std::vector<double> values(100000);
  for (double& value : values) value = normal(bits);
  const Histogram bars = histogram(values, bin_edges(values, false), false);
  for (std::size_t b = 0; b < bars.density.size(); ++b) {
    const double centre = 0.5 * (bars.edges[b] + bars.edges[b + 1]);
    const double expected = std::exp(-0.5 * centre * centre) / std::sqrt(2.0 * std::acos(-1.0));
    const double width = bars.edges[b + 1] - bars.edges[b];
    // Poisson error of the bin, and the curvature of the density inside it (width^2 / 24 of the second
    // derivative).
    EXPECT_NEAR(bars.density[b], expected,
                5.0 * std::sqrt(expected / (width * 1e5)) + 0.05 * width * width + 1e-4);
  }
}

TEST(Histogram, of_a_log_axis_is_per_decade_and_counts_what_is_not_positive_as_outside) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::pow(10.0, -3.0 + 6.0 * (i + 0.5) / 1000.0));
  values.insert(values.end(), 1000, 0.0);
  const Histogram bars = histogram(values, bin_edges(values, true), true);
  EXPECT_NEAR(bars.outside, 0.5, 1e-12);
  EXPECT_NEAR(area(bars), 0.5, 1e-9);
  for (const double density : bars.density) EXPECT_NEAR(density, 0.5 / 6.0, 0.15 * 0.5 / 6.0);
}

TEST(Histogram, cuts_a_far_tail_off_and_says_so) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i / 1000.0);
  values.push_back(1e9);
  const Histogram bars = histogram(values, bin_edges(values, false), false);
  EXPECT_LT(bars.edges.back(), 3.0);
  EXPECT_NEAR(bars.outside, 1.0 / 1001.0, 1e-12);
}

TEST(Histogram, of_equal_values_is_one_bar) {
  const std::vector<double> values(10, 4.0);
  const Histogram bars = histogram(values, bin_edges(values, false), false);
  EXPECT_NEAR(area(bars), 1.0, 1e-12);
  EXPECT_EQ(std::count_if(bars.density.begin(), bars.density.end(), [](double d) { return d > 0.0; }), 1);
}

TEST(Histogram, of_nothing_is_empty) {
  EXPECT_TRUE(bin_edges({}, false).empty());
  EXPECT_TRUE(histogram({}, {}, false).density.empty());
  EXPECT_TRUE(bin_edges({-1.0, 0.0}, true).empty());
}

} // namespace
