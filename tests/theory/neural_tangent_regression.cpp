// SPDX-License-Identifier: BSD-3-Clause
// The numbers of the nt_interpolation sheet that the theory layer must produce: the infinite-width model from
// the kernel's eigenvalues, and the finite-width model from a plain list of its groups.
#include <pastur/theory/deterministic_equivalent.hpp>
#include <pastur/theory/gegenbauer.hpp>
#include <pastur/theory/hermite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace {

using pastur::theory::Activation;
using pastur::theory::derivative_hermite_coefficients;
using pastur::theory::derivative_second_moment;
using pastur::theory::DeterministicEquivalent;
using pastur::theory::equivalent_lambda_min;
using pastur::theory::equivalent_risk;
using pastur::theory::EquivalentRisk;
using pastur::theory::harmonic_count;
using pastur::theory::marchenko_pastur_quantiles;
using pastur::theory::NeuralTangentKernel;
using pastur::theory::SpectralModel;

struct InfiniteWidth {
  SpectralModel model;
  double tail;
};

/// Target energy of degrees 1 and 2: linear (1, 0), lin_quad (1/2, 1/2).
InfiniteWidth infinite_width(const char* activation, double n, int d, int degree, double linear,
                             double quadratic, double noise) {
  const NeuralTangentKernel kernel(Activation::named(activation, 0.5));
  const std::vector<double> xi = kernel.eigenvalues(d, degree);
  InfiniteWidth result{{{}, n, 0.0, noise}, kernel.tail(d, degree)};
  const std::array<double, 3> energies{0.0, linear, quadratic};
  for (std::size_t k = 0; k < xi.size(); ++k) {
    const double energy = k < energies.size() ? energies[k] : 0.0;
    result.model.groups.push_back({xi[k], harmonic_count(d, static_cast<int>(k)), energy});
  }
  for (std::size_t k = xi.size(); k < energies.size(); ++k) result.model.extra_energy += energies[k];
  return result;
}

TEST(InfiniteWidth, least_eigenvalues_of_the_sheet_are_reproduced) {
  struct Row {
    const char* activation;
    double value, digit;
  };
  const std::array<Row, 5> table{{{"relu", .0916255, 5.5e-8},
                                  {"softplus", .00185808, 5.5e-9},
                                  {"tanh", .0667897, 5.5e-8},
                                  {"erf", .1007995, 5.5e-8},
                                  {"shifted_relu", .0895187, 5.5e-8}}};
  for (const Row& row : table) {
    const InfiniteWidth width = infinite_width(row.activation, 600, 40, 4, 1.0, 0.0, 0.25);
    EXPECT_NEAR(width.tail + equivalent_lambda_min(width.model), row.value, row.digit) << row.activation;
  }
}

TEST(InfiniteWidth, errors_of_the_sheet_are_reproduced) {
  struct Row {
    double n;
    int d, degree;
    double ridge, linear, quadratic, test, train, test_digit, train_digit;
  };
  const std::array<Row, 11> table{{
      {600, 40, 4, 0, 1, 0, .084923, 0, 5.5e-7, 0},
      {600, 40, 4, .1, .5, .5, .36854, .058805, 5.5e-6, 5.5e-7},
      {1000, 20, 4, .05, .5, .5, .068354, .029427, 5.5e-7, 5.5e-7},
      {600, 60, 4, 0, 1, 0, .064622, 0, 5.5e-7, 0},
      {600, 60, 1, 0, 1, 0, .033005, 0, 5.5e-7, 0},
      {1000, 150, 4, 0, 1, 0, .063344, 0, 5.5e-7, 0},
      {1000, 150, 1, 0, 1, 0, .054942, 0, 5.5e-7, 0},
      {1000, 300, 4, 0, 1, 0, .13949, 0, 5.5e-6, 0},
      {1000, 300, 1, 0, 1, 0, .13755, 0, 5.5e-6, 0},
      {1000, 20, 4, 0, .5, .5, .067508, 0, 5.5e-7, 0},
      {1000, 20, 2, 0, .5, .5, .064665, 0, 5.5e-7, 0},
  }};
  for (const Row& row : table) {
    const InfiniteWidth width =
        infinite_width("relu", row.n, row.d, row.degree, row.linear, row.quadratic, 0.25);
    const EquivalentRisk risk = equivalent_risk(width.model, row.ridge, width.tail);
    EXPECT_NEAR(risk.test_error, row.test, row.test_digit) << row.n << " " << row.d << " " << row.degree;
    EXPECT_NEAR(risk.train_error, row.train, row.train_digit) << row.n << " " << row.d << " " << row.degree;
    EXPECT_LT(risk.residual, 1e-14);
  }
}

/// Linear directions, degree-2 pairs i <= j (i <= N) and the bulk of the features' covariance, everything
/// divided by N d.
SpectralModel finite_width(const char* activation, double n, std::int64_t d, std::int64_t N, double linear,
                           double quadratic, double noise) {
  const Activation sigma = Activation::named(activation, 0.5);
  const std::vector<double> c = derivative_hermite_coefficients(sigma, 2);
  const double v = derivative_second_moment(sigma) - c[0] * c[0];
  const double c1 = c[1] * c[1];
  const double width = static_cast<double>(N);
  const double dimension = static_cast<double>(d);
  const double size = width * dimension;
  const double keep = 1.0 - 1.0 / width;
  std::vector<double> s = marchenko_pastur_quantiles(N, d);
  s.resize(static_cast<std::size_t>(d), 0.0);
  SpectralModel model{{}, n, 0.0, noise};
  const double captured = width * c[0] * c[0] / (width * c[0] * c[0] + v);
  model.groups.push_back({(width * c[0] * c[0] + v) / size, dimension, linear * captured});
  double energy = linear * captured;
  double pairs = 0.0;
  for (std::int64_t i = 0; i < std::min(N, d); ++i) {
    for (std::int64_t j = i; j < d; ++j) {
      const double spread = c1 * (s[static_cast<std::size_t>(i)] + s[static_cast<std::size_t>(j)]);
      const double share = quadratic * spread / (v - c1 + spread) / (0.5 * dimension * (dimension + 1.0));
      model.groups.push_back({(v - c1 + spread) / size, keep, share});
      energy += share;
      pairs += 1.0;
    }
  }
  model.groups.push_back({(v - c1) / size, keep * (size - pairs), 0.0});
  model.extra_energy = linear + quadratic - energy;
  return model;
}

TEST(FiniteWidth, has_as_many_directions_as_parameters) {
  for (std::int64_t N : {2, 20, 60}) {
    const SpectralModel model = finite_width("relu", 600, 40, N, 1.0, 0.0, 0.25);
    EXPECT_NEAR(DeterministicEquivalent(model).equation().rank(), 40.0 * static_cast<double>(N), 1e-9);
  }
}

TEST(FiniteWidth, least_eigenvalues_of_the_sheet_are_reproduced) {
  struct Row {
    double n;
    std::int64_t d, N;
    double relu, tanh;
  };
  const std::array<Row, 7> table{{{600, 40, 20, .00344, .00186},
                                  {600, 40, 30, .01557, .00878},
                                  {600, 40, 60, .04090, .02522},
                                  {600, 40, 120, .06172, .04174},
                                  {600, 40, 480, .08449, .06689},
                                  {900, 60, 60, .04607, .02522},
                                  {1200, 80, 60, .04949, .02522}}};
  for (const Row& row : table) {
    EXPECT_NEAR(equivalent_lambda_min(finite_width("relu", row.n, row.d, row.N, 1, 0, 0)), row.relu, 5.5e-6)
        << row.d << " " << row.N;
    EXPECT_NEAR(equivalent_lambda_min(finite_width("tanh", row.n, row.d, row.N, 1, 0, 0)), row.tanh, 5.5e-6)
        << row.d << " " << row.N;
  }
}

TEST(FiniteWidth, errors_of_the_sheet_are_reproduced) {
  struct Row {
    const char* activation;
    double n;
    std::int64_t d, N;
    double ridge, linear, quadratic, test, test_digit, train, train_digit;
  };
  const std::array<Row, 12> table{{
      {"relu", 600, 40, 8, 1e-3, 1, 0, .51556, 5.5e-6, .16853, 5.5e-6},
      {"relu", 600, 40, 15, 1e-3, 1, 0, 2.1725, 5.5e-5, .011069, 5.5e-7},
      {"relu", 600, 40, 30, 1e-3, 1, 0, .39766, 5.5e-6, 5.9054e-5, 5.5e-10},
      {"relu", 600, 40, 120, 1e-3, 1, 0, .12993, 5.5e-6, 1.1389e-5, 5.5e-10},
      {"relu", 600, 40, 30, 0.1, 1, 0, .13761, 5.5e-6, .055812, 5.5e-7},
      {"softplus", 600, 40, 120, 1e-3, 1, 0, .38860, 5.5e-6, .0021214, 5.5e-8},
      {"relu", 900, 30, 60, .01, .5, .5, .45483, 5.5e-6, .0078664, 5.5e-8},
      {"softplus", 900, 30, 120, .05, .5, .5, .19912, 5.5e-6, .21407, 5.5e-6},
      {"relu", 600, 60, 60, 0, 1, 0, .13625, 5.5e-6, 0, 0},
      {"relu", 600, 60, 960, 0, 1, 0, .067964, 5.5e-7, 0, 0},
      {"relu", 1000, 150, 200, 0, 1, 0, .076972, 5.5e-7, 0, 0},
      {"relu", 1000, 300, 100, 0, 1, 0, .15665, 5.5e-6, 0, 0},
  }};
  for (const Row& row : table) {
    const SpectralModel model =
        finite_width(row.activation, row.n, row.d, row.N, row.linear, row.quadratic, 0.25);
    const EquivalentRisk risk = equivalent_risk(model, row.ridge);
    EXPECT_NEAR(risk.test_error, row.test, row.test_digit)
        << row.activation << " " << row.d << " " << row.N << " " << row.ridge;
    EXPECT_NEAR(risk.train_error, row.train, row.train_digit)
        << row.activation << " " << row.d << " " << row.N << " " << row.ridge;
    EXPECT_LT(risk.residual, 1e-14);
  }
  // Underparameterised and noisy, lambda = 0: (sigma^2 + what is not captured) times (1 - p/n).
  const SpectralModel few = finite_width("softplus", 600, 40, 8, 1, 0, 0.25);
  EXPECT_NEAR(equivalent_risk(few, 0.0).train_error, 0.12657, 5.5e-6);
}

TEST(FiniteWidth, wide_networks_approach_the_infinite_width) {
  const InfiniteWidth limit = infinite_width("relu", 300, 60, 4, 1.0, 0.0, 0.25);
  const double error = equivalent_risk(limit.model, 0.1, limit.tail).test_error;
  double previous = 1e9;
  for (std::int64_t N : {50, 200, 800, 3200}) {
    const double gap =
        std::abs(equivalent_risk(finite_width("relu", 300, 60, N, 1.0, 0.0, 0.25), 0.1).test_error - error);
    EXPECT_LT(gap, 0.5 * previous); // four times wider: about a quarter, until the neglected O(1/d) shows
    previous = gap;
  }
}

} // namespace
