// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/marchenko_pastur.hpp>
#include <pastur/theory/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace {

using pastur::theory::CompanionValue;
using pastur::theory::EffectiveRidgePoint;
using pastur::theory::gauss_legendre;
using pastur::theory::isotropic_companion;
using pastur::theory::isotropic_density;
using pastur::theory::isotropic_stieltjes;
using pastur::theory::MarchenkoPastur;
using pastur::theory::PopulationSpectrum;
using pastur::theory::QuadratureRule;

const PopulationSpectrum three{{1.0, 3.0, 10.0}, {0.2, 0.4, 0.4}};
const PopulationSpectrum white{{1.0}, {1.0}};

TEST(MarchenkoPastur, isotropic_values_of_the_sheet_are_reproduced) {
  struct Row {
    double ridge, gamma, v, m, kappa, df1, df2;
  };
  const std::array<Row, 5> table{{
      {.1, .5, 5.741657386774, 1.483314773548, .174165738677, .851668522645, .725339272465},
      {.1, 2, .844288770225, 5.422144385112, 1.184428877022, .457785561489, .209567620308},
      {1, 1, .618033988750, .618033988750, 1.618033988750, .381966011250, .145898033750},
      {1e-6, 1, 999.500124999992, 999.500124999992, .001000500125, .999000499875, .998001998750},
      {1e-3, 4, .333185267437, 750.083296316859, 3.001333185267, .249916703683, .062458358780},
  }};
  for (const Row& row : table) {
    const double digit = 5.5e-13;
    EXPECT_NEAR(isotropic_companion(row.ridge, row.gamma), row.v, std::max(digit, 2e-15 * row.v))
        << row.ridge;
    EXPECT_NEAR(isotropic_stieltjes(row.ridge, row.gamma), row.m, std::max(digit, 2e-15 * row.m))
        << row.ridge;
    const EffectiveRidgePoint point = MarchenkoPastur(white, row.gamma).effective_ridge(row.ridge);
    EXPECT_NEAR(point.kappa, row.kappa, digit) << row.ridge;
    EXPECT_NEAR(point.df1, row.df1, digit) << row.ridge;
    EXPECT_NEAR(point.df2, row.df2, digit) << row.ridge;
    EXPECT_NEAR(point.kappa * isotropic_companion(row.ridge, row.gamma), 1.0, 2e-14) << row.ridge;
    EXPECT_LT(point.residual, 1e-14);
  }
}

TEST(MarchenkoPastur, closed_form_solves_its_equation) {
  for (double gamma : {0.01, 0.5, 1.0, 2.0, 100.0}) {
    for (double ridge : {1e-8, 1e-2, 1.0, 1e4}) {
      const double v = isotropic_companion(ridge, gamma);
      const double m = isotropic_stieltjes(ridge, gamma);
      EXPECT_NEAR(v * (ridge + gamma / (1.0 + v)), 1.0, 1e-13) << gamma << " " << ridge;
      EXPECT_NEAR((gamma * m + (1.0 - gamma) / ridge) / v, 1.0,
                  1e-13 * (1.0 + std::abs(1.0 - gamma) / (ridge * v)))
          << gamma << " " << ridge;
    }
  }
}

TEST(MarchenkoPastur, effective_ridges_of_the_sheet_are_reproduced) {
  struct Row {
    double ridge, gamma, kappa, df1, df2, slope;
  };
  const std::array<Row, 5> table{{
      {.1, .1, .110637492898, .961472699638, .925483991731, 1.101987146299},
      {.5, .5, .828018915831, .792298121600, .646684917725, 1.477852442639},
      {0, 2, 3.946347156739, .5, .288438096511, 2.363374462764},
      {1e-3, 2, 3.948709815298, .499873376363, .288309902985, 2.361943270142},
      {0, .5, 0, 1, 1, 2},
  }};
  for (const Row& row : table) {
    const EffectiveRidgePoint point = MarchenkoPastur(three, row.gamma).effective_ridge(row.ridge);
    EXPECT_TRUE(point.exists);
    EXPECT_NEAR(point.kappa, row.kappa, 5.5e-13) << row.ridge << " " << row.gamma;
    EXPECT_NEAR(point.df1, row.df1, 5.5e-13) << row.ridge << " " << row.gamma;
    EXPECT_NEAR(point.df2, row.df2, 5.5e-13) << row.ridge << " " << row.gamma;
    EXPECT_NEAR(1.0 / point.slope, row.slope, 5.5e-13) << row.ridge << " " << row.gamma;
    EXPECT_LT(point.residual, 1e-14);
  }
}

TEST(MarchenkoPastur, companion_values_of_the_sheet_are_reproduced) {
  struct Row {
    std::complex<double> z;
    double gamma;
    std::complex<double> v;
  };
  const std::array<Row, 3> table{{
      {{2.0, .5}, .1, {-.405909413354, .144687866739}},
      {{5.0, .01}, .5, {-.158183760742, .059555357687}},
      {{-1.0, .001}, .5, {.654443850600, .000574074298}},
  }};
  for (const Row& row : table) {
    const CompanionValue value = MarchenkoPastur(three, row.gamma).companion(row.z);
    EXPECT_TRUE(value.converged);
    EXPECT_LT(value.residual, 1e-13);
    EXPECT_NEAR(value.v.real(), row.v.real(), 5.5e-13);
    EXPECT_NEAR(value.v.imag(), row.v.imag(), 5.5e-13);
  }
}

TEST(MarchenkoPastur, companion_converges_everywhere_in_the_half_plane) {
  for (double gamma : {0.005, 0.1, 1.0, 2.0, 30.0}) {
    const MarchenkoPastur law(three, gamma);
    for (double x = -20.0; x <= 60.0; x += 1.7) {
      for (double y : {1e-8, 1e-3, 1.0, 100.0}) {
        const CompanionValue value = law.companion({x, y});
        EXPECT_TRUE(value.converged) << gamma << " " << x << " " << y;
        EXPECT_GT(value.v.imag(), 0.0);
        EXPECT_LT(value.residual, 1e-11) << gamma << " " << x << " " << y;
        // The Stieltjes transform of a law on x >= 0 in the upper half plane.
        EXPECT_GT(law.stieltjes({x, y}).imag(), 0.0) << gamma << " " << x << " " << y;
      }
    }
  }
}

TEST(MarchenkoPastur, densities_of_the_sheet_are_reproduced) {
  const MarchenkoPastur law(three, 0.1);
  EXPECT_NEAR(law.density(1.0), .41164496, 5.5e-9);
  EXPECT_NEAR(law.density(3.0), .21129338, 5.5e-9);
  EXPECT_NEAR(law.density(9.0), .06662877, 5.5e-9);
  EXPECT_EQ(law.density(0.3), 0.0);
  EXPECT_EQ(law.density(1.5), 0.0);
  EXPECT_EQ(law.density(20.0), 0.0);
}

TEST(MarchenkoPastur, density_of_the_identity_has_its_closed_form) {
  for (double gamma : {0.25, 1.0, 3.0}) {
    const MarchenkoPastur law(white, gamma);
    for (double x = 0.05; x < 9.0; x += 0.31)
      EXPECT_NEAR(law.density(x), isotropic_density(x, gamma), 1e-12) << gamma << " " << x;
  }
}

TEST(MarchenkoPastur, edges_of_the_sheet_are_reproduced) {
  const auto check = [](double gamma, const std::vector<double>& expected) {
    const std::vector<double> ends = MarchenkoPastur(three, gamma).edges();
    ASSERT_EQ(ends.size(), expected.size()) << gamma;
    for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_NEAR(ends[i], expected[i], 5.5e-9) << gamma;
  };
  check(.005, {.93275049, 1.05879998, 2.73117427, 3.26666632, 9.13543667, 10.92395004});
  check(.1, {.65207527, 1.17667210, 1.82895545, 4.12107692, 6.61496827, 14.58180754});
  check(.5, {.17674539, 21.80836986});
  check(2, {.58444598, 39.16045694});
}

TEST(MarchenkoPastur, lower_edge_is_minus_the_least_admissible_ridge) {
  for (double gamma : {1.5, 2.0, 7.0}) {
    const MarchenkoPastur law(three, gamma);
    const double edge = law.edges().front();
    EXPECT_FALSE(law.effective_ridge(-1.0001 * edge).exists);
    EXPECT_TRUE(law.effective_ridge(-0.9999 * edge).exists);
  }
}

TEST(MarchenkoPastur, mass_adds_up_and_the_mean_is_the_population_trace) {
  for (double gamma : {0.1, 0.5, 2.0}) {
    const MarchenkoPastur law(three, gamma);
    const std::vector<double> ends = law.edges();
    double mass = law.mass_at_zero();
    double mean = 0.0;
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      // x = middle - half cos p makes the square-root edges smooth; panels, because gaps about to open leave
      // steep flanks inside.
      constexpr int panels = 32;
      const QuadratureRule rule = gauss_legendre(20, 0.0, std::numbers::pi / panels);
      const double half = 0.5 * (ends[i + 1] - ends[i]);
      for (int panel = 0; panel < panels; ++panel) {
        for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
          const double angle = panel * std::numbers::pi / panels + rule.nodes[k];
          const double x = 0.5 * (ends[i + 1] + ends[i]) - half * std::cos(angle);
          const double weight = rule.weights[k] * half * std::sin(angle) * law.density(x);
          mass += weight;
          mean += weight * x;
        }
      }
    }
    EXPECT_NEAR(mass, 1.0, 1e-9) << gamma;
    EXPECT_NEAR(mean, 0.2 * 1.0 + 0.4 * 3.0 + 0.4 * 10.0, 1e-8) << gamma;
  }
}

TEST(MarchenkoPastur, upper_edge_and_its_scale_are_those_of_the_sheet) {
  EXPECT_NEAR(MarchenkoPastur(white, 0.25).upper_edge().scale, 2.1633743555, 5.5e-11);
  EXPECT_NEAR(MarchenkoPastur(white, 0.25).upper_edge().location, 2.25, 1e-14);
  EXPECT_NEAR(MarchenkoPastur(three, 0.1).upper_edge().scale, 21.7737738685, 5.5e-10);
  EXPECT_NEAR(MarchenkoPastur(three, 0.5).upper_edge().scale, 21.3564351121, 5.5e-10);
  EXPECT_NEAR(MarchenkoPastur(three, 0.5).upper_edge().location, 21.80836986, 5.5e-9);
}

TEST(MarchenkoPastur, zero_population_eigenvalues_become_an_atom) {
  const MarchenkoPastur half({{0.0, 1.0}, {0.5, 0.5}}, 0.5);
  EXPECT_EQ(half.mass_at_zero(), 0.5);
  // Half the dimensions: gamma/2 white, weight 1/2.
  EXPECT_NEAR(half.density(1.0), 0.5 * isotropic_density(1.0, 0.25), 1e-12);
  EXPECT_NEAR(half.edges().front(), 0.25, 1e-14);
  EXPECT_EQ(MarchenkoPastur(white, 1.0).edges().front(), 0.0);
  EXPECT_NEAR(MarchenkoPastur(white, 1.0).edges().back(), 4.0, 1e-14);
}

TEST(MarchenkoPastur, splitting_an_eigenvalue_changes_nothing) {
  const PopulationSpectrum split{{10.0, 1.0, 3.0, 10.0}, {0.1, 0.2, 0.4, 0.3}};
  EXPECT_NEAR(MarchenkoPastur(split, 0.5).density(5.0), MarchenkoPastur(three, 0.5).density(5.0), 1e-13);
  EXPECT_NEAR(MarchenkoPastur(split, 0.1).edges()[4], MarchenkoPastur(three, 0.1).edges()[4], 1e-12);
}

TEST(MarchenkoPastur, bad_input_is_refused) {
  EXPECT_THROW(MarchenkoPastur({{1.0}, {0.9}}, 0.5), std::invalid_argument);
  EXPECT_THROW(MarchenkoPastur({{-1.0}, {1.0}}, 0.5), std::invalid_argument);
  EXPECT_THROW(MarchenkoPastur({{0.0}, {1.0}}, 0.5), std::invalid_argument);
  EXPECT_THROW(MarchenkoPastur({{1.0, 2.0}, {1.0}}, 0.5), std::invalid_argument);
  EXPECT_THROW(MarchenkoPastur(white, 0.0), std::invalid_argument);
  EXPECT_THROW(MarchenkoPastur(white, 0.5).companion({1.0, 0.0}), std::invalid_argument);
  EXPECT_THROW(isotropic_companion(0.0, 0.5), std::invalid_argument);
}

} // namespace
