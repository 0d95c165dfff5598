// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/quadrature.hpp>
#include <pastur/theory/skip_block_law.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <vector>

namespace {

using namespace pastur::theory;

constexpr SlopeLaw identity{};
constexpr SlopeLaw half_relu{0.5, 0.0};

SkipBlockLaw law(int depth, SlopeLaw inner, SlopeLaw outer, double scale = 1.0) {
  return SkipBlockLaw({scale, depth, inner, outer});
}

TEST(SkipBlockLaw, single_layer_edges_agree_with_the_closed_form) {
  for (const double tau : {0.5, 1.0, std::numbers::sqrt2}) {
    for (const double skip : {0.0, 0.3, 1.0, 1.5, 2.0, 3.0}) {
      const double alpha = std::sqrt(1.0 + 8.0 * skip * skip / (tau * tau));
      const SingularEdges edges = law(1, identity, identity, tau).edges(skip);
      EXPECT_NEAR(edges.upper, tau * std::sqrt(std::pow(alpha + 3.0, 3) / (8.0 * (alpha + 1.0))), 1e-12);
      const double lower =
          skip > tau ? tau * std::sqrt(std::pow(alpha - 3.0, 3) / (8.0 * (alpha - 1.0))) : 0.0;
      EXPECT_NEAR(edges.lower, lower, 1e-7) << tau << " " << skip;
    }
  }
  EXPECT_NEAR(law(1, identity, identity).edges(0.0).upper, 2.0, 1e-13);
  EXPECT_NEAR(law(1, identity, identity).edges(2.0).upper, 3.520345, 5e-7);
  EXPECT_NEAR(law(1, identity, identity).edges(2.0).lower, 0.738017, 5e-7);
}

TEST(SkipBlockLaw, relu_slopes_without_skip_give_marchenko_pastur) {
  for (const double on : {0.2, 0.5, 0.9}) {
    const SingularEdges edges = law(1, identity, {on, 0.0}).edges(0.0);
    EXPECT_NEAR(edges.upper, 1.0 + std::sqrt(on), 1e-12);
    EXPECT_NEAR(edges.lower, 1.0 - std::sqrt(on), 1e-8);
  }
}

TEST(SkipBlockLaw, relu_slopes_with_skip_agree_with_the_cubic_discriminant) {
  struct Row {
    double skip, lower, upper;
  };
  for (const Row& row :
       {Row{0.5, 0.333775, 1.886427}, Row{1.3, 0.677344, 2.514446}, Row{2.0, 1.228720, 3.153639}}) {
    const SingularEdges edges = law(1, identity, half_relu).edges(row.skip);
    EXPECT_NEAR(edges.lower, row.lower, 6e-7);
    EXPECT_NEAR(edges.upper, row.upper, 6e-7);
  }
}

TEST(SkipBlockLaw, edges_of_every_block_agree_with_the_table) {
  struct Row {
    int depth;
    SlopeLaw inner, outer;
    double skip, upper, lower, condition;
  };
  const SlopeLaw abs{0.5, -1.0};
  for (const Row& row : {Row{1, identity, abs, 2.0, 3.5203, 0.7380, 4.770},
                         Row{1, identity, half_relu, 0.0, 1.7071, 0.2929, 5.828},
                         Row{1, identity, half_relu, 1.0, 2.2579, 0.5000, 4.516},
                         Row{1, identity, {0.5, 0.3}, 1.5, 2.7060, 0.1192, 22.71},
                         Row{2, half_relu, identity, 1.0, 2.5922, 0.1158, 22.38},
                         Row{2, half_relu, half_relu, 1.0, 2.1454, 0.5498, 3.902},
                         Row{2, abs, abs, 1.5, 3.4509, 0.2470, 13.97},
                         Row{3, half_relu, half_relu, 1.0, 1.9286, 0.6131, 3.146}}) {
    const SingularEdges edges = law(row.depth, row.inner, row.outer).edges(row.skip);
    EXPECT_NEAR(edges.upper, row.upper, 6e-5);
    EXPECT_NEAR(edges.lower, row.lower, 6e-5);
    EXPECT_NEAR(edges.upper / edges.lower, row.condition, 6e-4 * row.condition);
  }
}

TEST(SkipBlockLaw, leaky_slopes_interpolate_between_relu_and_linear) {
  for (const int depth : {1, 2, 3}) {
    for (const double skip : {0.0, 0.4, 1.7}) {
      const SingularEdges nearly_relu = law(depth, {0.6, 1e-7}, {0.3, 1e-7}).edges(skip);
      const SingularEdges relu = law(depth, {0.6, 0.0}, {0.3, 0.0}).edges(skip);
      EXPECT_NEAR(nearly_relu.upper, relu.upper, 1e-6);
      const SingularEdges nearly_linear = law(depth, {0.6, 1.0 - 1e-9}, {0.3, -1.0 + 1e-9}).edges(skip);
      const SingularEdges linear = law(depth, identity, identity).edges(skip);
      EXPECT_NEAR(nearly_linear.upper, linear.upper, 1e-6);
      EXPECT_NEAR(nearly_linear.lower, linear.lower, 1e-6);
      // |eta| and |skip| alone matter; a fraction of 1 is the linear law.
      const SingularEdges negative = law(depth, {0.6, -0.4}, {0.3, -0.2}).edges(-skip);
      const SingularEdges positive = law(depth, {0.6, 0.4}, {0.3, 0.2}).edges(skip);
      EXPECT_EQ(negative.upper, positive.upper);
      EXPECT_EQ(negative.lower, positive.lower);
      const SingularEdges all_on = law(depth, {1.0, 0.0}, {1.0, 0.0}).edges(skip);
      EXPECT_NEAR(all_on.lower, linear.lower, 1e-12);
    }
  }
}

TEST(SkipBlockLaw, critical_skip_is_the_spectral_radius) {
  EXPECT_NEAR(law(1, identity, half_relu, 1.3).critical_skip(), 1.3, 1e-14);
  EXPECT_NEAR(law(3, half_relu, half_relu, 1.3).critical_skip(), std::pow(1.3, 3) * 0.5, 1e-13);
  EXPECT_NEAR(law(2, {0.25, 0.5}, identity, 2.0).critical_skip(), 4.0 * std::sqrt(0.25 + 0.75 * 0.25), 1e-13);
}

TEST(SkipBlockLaw, the_least_singular_value_leaves_zero_at_the_critical_skip) {
  for (const int depth : {1, 2, 3}) {
    const SkipBlockLaw block = law(depth, half_relu, identity);
    const double critical = block.critical_skip();
    EXPECT_EQ(block.edges(0.999 * critical).lower, 0.0);
    EXPECT_GT(block.edges(1.001 * critical).lower, 0.0);
    EXPECT_LT(block.edges(1.001 * critical).lower, 1e-3);
    EXPECT_TRUE(block.hard_edge_slope(0.999 * critical).has_value());
    EXPECT_FALSE(block.hard_edge_slope(1.001 * critical).has_value());
  }
}

TEST(SkipBlockLaw, hard_edges_hold_only_where_the_law_does) {
  EXPECT_NEAR(*law(1, identity, identity, 0.5).hard_edge_slope(0.3), std::sqrt(1.0 - 0.36) / 0.5, 1e-14);
  EXPECT_NEAR(*law(1, identity, {0.5, -1.0}).hard_edge_slope(0.0), 1.0, 1e-14);
  EXPECT_FALSE(law(1, identity, half_relu).hard_edge_slope(0.5));
  EXPECT_FALSE(law(1, identity, {0.5, 0.3}).hard_edge_slope(0.5));
  EXPECT_FALSE(law(2, half_relu, identity).hard_edge_slope(0.0));
  EXPECT_FALSE(law(2, {0.5, -1.0}, identity).hard_edge_slope(0.0));
  // Medians of the condition number over n at n = 100, from the sheet: s_+ theta / 0.5447635.
  const auto median = [](const SkipBlockLaw& block, double skip) {
    return 100.0 * block.edges(skip).upper * *block.hard_edge_slope(skip) / RealHardEdge::median();
  };
  EXPECT_NEAR(median(law(1, identity, identity), 0.0), 367.1, 0.06);
  EXPECT_NEAR(median(law(1, identity, identity), 0.5), 350.0, 0.06);
  EXPECT_NEAR(median(law(1, identity, identity), 0.8), 267.6, 0.06);
  EXPECT_NEAR(median(law(2, half_relu, identity), 0.4), 452.2, 0.06);
  EXPECT_NEAR(median(law(2, {0.5, -1.0}, identity), 0.5), 501.4, 0.06);
}

/// Mass of a density over its support, by Gauss-Legendre in the angle of an interval with square-root edges.
double mass(const SkipBlockLaw& block, double skip, double low, double high) {
  const QuadratureRule rule = gauss_legendre(400, 0.0, std::numbers::pi);
  std::vector<double> s;
  for (const double angle : rule.nodes)
    s.push_back(0.5 * (low + high) - 0.5 * (high - low) * std::cos(angle));
  const std::vector<double> density = block.density(skip, s);
  double sum = 0.0;
  for (std::size_t k = 0; k < s.size(); ++k)
    sum += rule.weights[k] * density[k] * 0.5 * (high - low) * std::sin(rule.nodes[k]);
  return sum;
}

TEST(SkipBlockLaw, densities_without_skip_are_quarter_circles) {
  const std::vector<double> s = {0.1, 0.7, 1.4, 1.9};
  const std::vector<double> density = law(1, identity, half_relu).density(0.0, s);
  for (std::size_t k = 0; k < s.size(); ++k)
    EXPECT_NEAR(density[k], std::sqrt(4.0 - s[k] * s[k]) / std::numbers::pi, 1e-7);
}

TEST(SkipBlockLaw, single_layer_densities_solve_the_cubic) {
  // m (skip^2 - u^2) = u, u = w + tau^2 m, density 2 |Im m| / pi.
  const SkipBlockLaw block = law(1, identity, identity, 0.8);
  const double skip = 1.1;
  const std::vector<double> s = {0.3, 0.9, 1.5, 2.1};
  const std::vector<double> density = block.density(skip, s);
  for (std::size_t k = 0; k < s.size(); ++k) {
    // Newton on the cubic from the density itself: the real part is unknown, so scan it.
    double best = 1e9;
    for (double real = -4.0; real <= 4.0; real += 1e-3) {
      const std::complex<double> start(real, 0.5 * std::numbers::pi * density[k]);
      for (const std::complex<double>& m : {start, std::conj(start)}) {
        const std::complex<double> u = s[k] + 0.64 * m;
        best = std::min(best, std::abs(m * (skip * skip - u * u) - u));
      }
    }
    EXPECT_LT(best, 5e-3) << s[k];
  }
}

TEST(SkipBlockLaw, densities_have_mass_one_less_the_atoms_and_the_hard_edge_height) {
  const SkipBlockLaw above = law(2, {0.4, 0.3}, identity);
  const SingularEdges gap = above.edges(1.5);
  EXPECT_NEAR(mass(above, 1.5, gap.lower, gap.upper), 1.0, 1e-4);
  const SkipBlockLaw below = law(2, {0.7, 0.0}, identity);
  // The density is smooth through 0, and its value there is 2 theta / pi.
  EXPECT_NEAR(mass(below, 0.4, 0.0, below.edges(0.4).upper), 1.0, 1e-4);
  const std::vector<double> origin = {1e-4};
  EXPECT_NEAR(below.density(0.4, origin)[0], 2.0 * *below.hard_edge_slope(0.4) / std::numbers::pi, 1e-5);
  // c = 0.3: an atom 1 - 2 c = 0.4 at |skip|.
  const SkipBlockLaw atom = law(2, {0.3, 0.0}, identity);
  const SingularEdges around = atom.edges(1.2);
  EXPECT_NEAR(mass(atom, 1.2, around.lower, 1.2 - 1e-5) + mass(atom, 1.2, 1.2 + 1e-5, around.upper), 0.6,
              2e-3);
}

TEST(HardEdge, moments_agree_with_quadrature_of_the_survival_function) {
  const QuadratureRule rule = gauss_legendre(400, 0.0, 12.0);
  double mean = 0.0;
  for (std::size_t k = 0; k < rule.nodes.size(); ++k)
    mean += rule.weights[k] * RealHardEdge::survival(rule.nodes[k]);
  EXPECT_NEAR(RealHardEdge::mean(), mean, 1e-12);
  EXPECT_NEAR(RealHardEdge::mean(), 0.65568, 1e-5);
  EXPECT_NEAR(RealHardEdge::survival(RealHardEdge::median()), 0.5, 1e-14);
  EXPECT_NEAR(RealHardEdge::median(), 0.5447635, 5e-8);
  // In t = ln x the integrand is analytic and decays at both ends: the trapezoidal rule.
  double mean_log = 0.0;
  for (double t = -45.0; t < 3.5; t += 0.01) {
    const double x = std::exp(t);
    mean_log += 0.01 * t * x * (1.0 + x) * RealHardEdge::survival(x);
  }
  EXPECT_NEAR(RealHardEdge::mean_log(), mean_log, 1e-11);
}

TEST(HardEdge, circulant_laws_agree_with_the_table) {
  EXPECT_NEAR(CirculantHardEdge(16).median(), 0.1948, 5e-5);
  EXPECT_NEAR(CirculantHardEdge(15).median(), 0.2446, 5e-5);
  EXPECT_NEAR(CirculantHardEdge(15).mean(), 0.2664, 5e-5);
  for (const long sites : {1L, 2L, 7L, 64L}) {
    const CirculantHardEdge edge(sites);
    EXPECT_NEAR(edge.survival(edge.median()), 0.5, 1e-14);
    const QuadratureRule rule = gauss_legendre(400, 0.0, 12.0);
    double mean = 0.0;
    for (std::size_t k = 0; k < rule.nodes.size(); ++k)
      mean += rule.weights[k] * edge.survival(rule.nodes[k]);
    EXPECT_NEAR(edge.mean(), mean, 1e-10);
  }
}

TEST(SkipBlockLaw, impossible_blocks_are_refused) {
  EXPECT_THROW(law(1, identity, identity, 0.0), std::invalid_argument);
  EXPECT_THROW(law(0, identity, identity), std::invalid_argument);
  EXPECT_THROW(law(1, identity, {1.5, 0.0}), std::invalid_argument);
  EXPECT_THROW(law(1, identity, {0.5, 1.5}), std::invalid_argument);
  EXPECT_THROW(law(2, {0.0, 0.0}, identity), std::invalid_argument);
  EXPECT_NO_THROW(law(1, {0.0, 0.0}, identity));
}

} // namespace
