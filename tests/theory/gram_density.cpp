// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/gram_density.hpp>
#include <pastur/theory/marchenko_pastur.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

double cauchy(double distance, double width) {
  return width / (std::numbers::pi * (distance * distance + width * width));
}

/// One group of p features of variance s on n samples: K / (n s) has the Marchenko-Pastur law, here
/// integrated against the Cauchy kernel with nodes that are dense at its edges.
double smoothed_by_hand(double n, double p, double s, double x, double width) {
  const double gamma = p / n, root = std::sqrt(gamma);
  const double middle = 1.0 + gamma, half = 2.0 * root;
  constexpr int nodes = 20000;
  double sum = std::max(0.0, 1.0 - gamma) * cauchy(x, width);
  for (int k = 0; k < nodes; ++k) {
    const double angle = std::numbers::pi * (k + 0.5) / nodes;
    const double y = middle + half * std::cos(angle);
    sum += gamma * isotropic_density(y, gamma) * half * std::sin(angle) * std::numbers::pi / nodes *
           cauchy(x - n * s * y, width);
  }
  return sum;
}

TEST(SmoothedGramDensity, of_equal_features_is_the_smoothed_marchenko_pastur_law) {
  for (const double p : {50.0, 100.0, 260.0}) {
    const SpectralModel model{.groups = {{1.0 / 260.0, p}}, .samples = 100.0};
    const std::vector<double> positions = {-0.1, 0.0, 0.05, 0.3, 0.8, 1.4, 3.0};
    for (const double width : {0.01, 0.2}) {
      const std::vector<double> density = smoothed_gram_density(model, 0.0, positions, width);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        const double expected = smoothed_by_hand(100.0, p, 1.0 / 260.0, positions[i], width);
        EXPECT_NEAR(density[i] / expected, 1.0, 1e-6) << p << " features at " << positions[i];
      }
    }
  }
}

TEST(SmoothedGramDensity, moves_with_the_implicit_ridge) {
  const SpectralModel model{.groups = {{0.02, 40.0}, {0.001, 300.0}}, .samples = 100.0};
  const std::vector<double> at = {0.2, 0.5, 2.0}, moved = {0.27, 0.57, 2.07};
  const std::vector<double> plain = smoothed_gram_density(model, 0.0, at, 0.01);
  const std::vector<double> lifted = smoothed_gram_density(model, 0.07, moved, 0.01);
  for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(lifted[i] / plain[i], 1.0, 1e-10);
}

TEST(SmoothedGramDensity, of_merged_groups_is_that_of_all) {
  SpectralModel model{.groups = {}, .samples = 500.0};
  PopulationSpectrum population;
  for (int k = 0; k < 2000; ++k) {
    const double s = 1e-3 * (1.0 + k / 400.0);
    model.groups.push_back({s, 0.5 + 0.001 * k});
    population.eigenvalues.push_back(500.0 * s);
  }
  double features = 0.0;
  for (const SpectralGroup& group : model.groups) features += group.multiplicity;
  for (const SpectralGroup& group : model.groups) population.weights.push_back(group.multiplicity / features);
  const MarchenkoPastur all(population, features / 500.0);
  const std::vector<double> positions = {1.0, 4.0, 9.0, 18.0};
  const std::vector<double> density = smoothed_gram_density(model, 0.0, positions, 0.05);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const double exact = all.companion({positions[i], 0.05}).v.imag() / std::numbers::pi;
    EXPECT_NEAR(density[i] / exact, 1.0, 1e-4);
  }
}

TEST(SmoothedGramDensity, misuse_is_refused) {
  const SpectralModel model{.groups = {{1.0, 10.0}}, .samples = 10.0};
  const std::vector<double> positions = {1.0};
  EXPECT_THROW(smoothed_gram_density(model, 0.0, positions, 0.0), std::invalid_argument);
  EXPECT_THROW(smoothed_gram_density({.groups = {{0.0, 3.0}}, .samples = 10.0}, 0.0, positions, 1.0),
               std::invalid_argument);
}

} // namespace
} // namespace pastur::theory
