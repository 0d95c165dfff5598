// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace {

using pastur::theory::gauss_legendre;
using pastur::theory::gaussian_mean;
using pastur::theory::gaussian_panels;
using pastur::theory::QuadratureRule;

TEST(GaussLegendre, integrates_polynomials_to_degree_2n_minus_1) {
  for (int n : {1, 2, 3, 5, 8, 13, 40}) {
    const QuadratureRule rule = gauss_legendre(n);
    for (int power = 0; power < 2 * n; ++power) {
      double sum = 0.0;
      for (std::size_t i = 0; i < rule.nodes.size(); ++i)
        sum += rule.weights[i] * std::pow(rule.nodes[i], power);
      EXPECT_NEAR(sum, power % 2 == 0 ? 2.0 / (power + 1) : 0.0, 2e-15) << n << " nodes, power " << power;
    }
  }
}

TEST(GaussLegendre, three_nodes_are_the_classical_ones) {
  const QuadratureRule rule = gauss_legendre(3);
  EXPECT_DOUBLE_EQ(rule.nodes[0], -std::sqrt(0.6));
  EXPECT_EQ(rule.nodes[1], 0.0);
  EXPECT_DOUBLE_EQ(rule.nodes[2], std::sqrt(0.6));
  EXPECT_DOUBLE_EQ(rule.weights[0], 5.0 / 9.0);
  EXPECT_DOUBLE_EQ(rule.weights[1], 8.0 / 9.0);
}

TEST(GaussLegendre, nodes_ascend_and_weights_sum_to_the_length) {
  for (int n : {1, 2, 60, 333, 2000}) {
    const QuadratureRule rule = gauss_legendre(n, -1.0, 3.0);
    for (std::size_t i = 1; i < rule.nodes.size(); ++i) EXPECT_LT(rule.nodes[i - 1], rule.nodes[i]);
    EXPECT_GT(rule.nodes.front(), -1.0);
    EXPECT_LT(rule.nodes.back(), 3.0);
    EXPECT_NEAR(std::accumulate(rule.weights.begin(), rule.weights.end(), 0.0), 4.0, 2e-13);
  }
}

TEST(GaussLegendre, bad_input_is_refused) {
  EXPECT_THROW(gauss_legendre(0), std::invalid_argument);
  EXPECT_THROW(gauss_legendre(3, 0.0, INFINITY), std::invalid_argument);
}

TEST(GaussianPanels, moments_are_the_double_factorials) {
  double moment = 1.0;
  for (int power = 0; power <= 20; power += 2) {
    if (power > 0) moment *= power - 1;
    EXPECT_NEAR(gaussian_mean([power](double z) { return std::pow(z, power); }) / moment, 1.0, 1e-14);
    EXPECT_NEAR(gaussian_mean([power](double z) { return std::pow(z, power + 1); }) / moment, 0.0, 1e-14);
  }
}

TEST(GaussianPanels, a_kink_that_is_a_border_costs_no_accuracy) {
  const std::array<double, 1> kink{0.3};
  const double ramp = gaussian_mean([](double z) { return z > 0.3 ? z - 0.3 : 0.0; }, kink);
  const double density = std::exp(-0.045) / std::sqrt(2.0 * std::numbers::pi);
  EXPECT_NEAR(ramp, density - 0.3 * 0.5 * std::erfc(0.3 / std::numbers::sqrt2), 1e-16);
  EXPECT_NEAR(gaussian_mean([](double z) { return z > 0.0 ? z : 0.0; }),
              1.0 / std::sqrt(2.0 * std::numbers::pi), 1e-16);
  // Without the border the same rule is wrong in the fifth digit: the border is what makes it right.
  EXPECT_GT(std::abs(gaussian_mean([](double z) { return z > 0.3 ? z - 0.3 : 0.0; }) - ramp), 1e-8);
}

TEST(GaussianPanels, kinks_split_panels_and_far_ones_do_nothing) {
  EXPECT_EQ(gaussian_panels().nodes.size(), 1920U);
  const std::array<double, 3> kinks{0.0, 0.3, 40.0};
  EXPECT_EQ(gaussian_panels(kinks).nodes.size(), 1960U);
  const std::array<double, 1> bad{std::nan("")};
  EXPECT_THROW(gaussian_panels(bad), std::invalid_argument);
}

} // namespace
