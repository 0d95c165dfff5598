// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/deterministic_equivalent.hpp>
#include <pastur/theory/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using pastur::theory::gauss_legendre;
using pastur::theory::marchenko_pastur_quantiles;
using pastur::theory::QuadratureRule;
using std::numbers::pi;

constexpr std::array<std::pair<std::int64_t, std::int64_t>, 10> shapes{
    {{2, 600}, {20, 40}, {39, 40}, {40, 40}, {41, 40}, {120, 40}, {1, 7}, {7, 1}, {599, 600}, {5000, 600}}};

/// Mass of the Marchenko-Pastur law below x, by integrating its density sqrt((b-x)(x-a)) / (2 pi g x) in the
/// angle.
double mass_below(double x, double g) {
  const double q = std::sqrt(g);
  const double end =
      2.0 * std::asin(std::sqrt(std::min(1.0, std::max(0.0, (x - (1 - q) * (1 - q)) / (4 * q)))));
  // Panels halve towards 0: the density changes at p ~ 1 - q.
  double mass = 0.0;
  double right = end;
  for (int panel = 0; panel < 40; ++panel) {
    const double left = panel == 39 ? 0.0 : 0.5 * right;
    const QuadratureRule rule = gauss_legendre(40, left, right);
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double p = rule.nodes[i];
      const double half = std::sin(0.5 * p);
      const double eigenvalue = (1 - q) * (1 - q) + 4 * q * half * half;
      mass += rule.weights[i] * 2.0 * std::sin(p) * std::sin(p) / (pi * eigenvalue);
    }
    right = left;
  }
  return mass;
}

TEST(MarchenkoPasturQuantiles, have_their_level_of_mass_below_them) {
  for (const auto& [N, d] : shapes) {
    const double small = static_cast<double>(std::min(N, d));
    const double large = static_cast<double>(std::max(N, d));
    const double scale = N > d ? large / small : 1.0;
    const std::vector<double> quantiles = marchenko_pastur_quantiles(N, d);
    ASSERT_EQ(quantiles.size(), static_cast<std::size_t>(small));
    for (std::size_t i = 0; i < quantiles.size(); i += 1 + quantiles.size() / 7) {
      EXPECT_NEAR(mass_below(quantiles[i] / scale, small / large), (static_cast<double>(i) + 0.5) / small,
                  2e-13)
          << N << "x" << d << " " << i;
    }
  }
}

TEST(MarchenkoPasturQuantiles, ascend_inside_the_support) {
  for (const auto& [N, d] : shapes) {
    const std::vector<double> quantiles = marchenko_pastur_quantiles(N, d);
    const double root = std::sqrt(static_cast<double>(N) / static_cast<double>(d));
    EXPECT_GT(quantiles.front(), (1.0 - root) * (1.0 - root));
    EXPECT_LT(quantiles.back(), (1.0 + root) * (1.0 + root));
    for (std::size_t i = 1; i < quantiles.size(); ++i) EXPECT_GT(quantiles[i], quantiles[i - 1]);
  }
}

TEST(MarchenkoPasturQuantiles, sum_to_about_the_trace) {
  // E tr W W^T = N; the midpoint rule in the level errs by O(1/r) in total.
  for (const auto& [N, d] : shapes) {
    if (std::min(N, d) < 20) continue;
    const std::vector<double> quantiles = marchenko_pastur_quantiles(N, d);
    EXPECT_NEAR(std::accumulate(quantiles.begin(), quantiles.end(), 0.0) / static_cast<double>(N), 1.0, 2e-3)
        << N << "x" << d;
  }
}

TEST(MarchenkoPasturQuantiles, transposed_shapes_have_proportional_spectra) {
  const std::vector<double> wide = marchenko_pastur_quantiles(30, 70);
  const std::vector<double> tall = marchenko_pastur_quantiles(70, 30);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_NEAR(tall[i] / (wide[i] * 70.0 / 30.0), 1.0, 1e-14);
}

TEST(MarchenkoPasturQuantiles, square_case_has_a_closed_equation) {
  // g = 1: x = 4 sin^2(p/2), level = (p + sin p) / pi; the least quantile is of order (level pi / 2)^2, far
  // below the rounding of 1 + g.
  const std::vector<double> quantiles = marchenko_pastur_quantiles(3000, 3000);
  for (std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{1500}, std::size_t{2999}}) {
    const double p = 2.0 * std::asin(0.5 * std::sqrt(quantiles[i]));
    EXPECT_NEAR((p + std::sin(p)) / pi / ((static_cast<double>(i) + 0.5) / 3000.0), 1.0, 1e-12);
  }
  EXPECT_LT(quantiles[0], 1e-7);
}

TEST(MarchenkoPasturQuantiles, bad_input_is_refused) {
  EXPECT_THROW(marchenko_pastur_quantiles(0, 3), std::invalid_argument);
  EXPECT_THROW(marchenko_pastur_quantiles(3, -1), std::invalid_argument);
}

} // namespace
