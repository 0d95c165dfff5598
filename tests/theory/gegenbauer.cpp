// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/gegenbauer.hpp>
#include <pastur/theory/hermite.hpp>
#include <pastur/theory/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using pastur::theory::Activation;
using pastur::theory::derivative_hermite_coefficients;
using pastur::theory::derivative_second_moment;
using pastur::theory::funk_hecke_by_quadrature;
using pastur::theory::funk_hecke_from_series;
using pastur::theory::gauss_legendre;
using pastur::theory::gegenbauer_polynomials;
using pastur::theory::harmonic_count;
using pastur::theory::log_harmonic_count;
using pastur::theory::NeuralTangentKernel;
using pastur::theory::QuadratureRule;
using std::numbers::pi;

std::vector<Activation> every_differentiable_activation() {
  std::vector<Activation> all;
  for (const char* name : {"relu", "abs", "tanh", "erf", "sigmoid", "softplus", "sin", "cos", "quadratic",
                           "cubic", "gelu", "silu", "exp"}) {
    all.push_back(Activation::named(name));
  }
  all.push_back(Activation::named("leaky", 0.1));
  all.push_back(Activation::named("shifted_relu", 0.5));
  all.push_back(Activation::named("shifted_relu", -0.8));
  return all;
}

TEST(SphericalHarmonics, are_counted_exactly) {
  EXPECT_EQ(harmonic_count(40, 0), 1.0);
  EXPECT_EQ(harmonic_count(40, 1), 40.0);
  EXPECT_DOUBLE_EQ(harmonic_count(40, 2), 40.0 * 41.0 / 2.0 - 1.0);
  EXPECT_DOUBLE_EQ(harmonic_count(40, 3), 40.0 * 41.0 * 42.0 / 6.0 - 40.0);
  EXPECT_EQ(harmonic_count(2, 7), 2.0);
  for (int k = 0; k < 30; ++k) EXPECT_DOUBLE_EQ(harmonic_count(3, k), 2.0 * k + 1.0);
  for (int k = 0; k < 12; ++k)
    EXPECT_NEAR(std::exp(log_harmonic_count(500, k)) / harmonic_count(500, k), 1.0, 1e-13);
}

TEST(SphericalHarmonics, logarithm_survives_where_the_count_overflows) {
  EXPECT_TRUE(std::isinf(harmonic_count(2000, 800)));
  const double expected =
      std::log(3598.0 / 800.0) + std::lgamma(2798.0) - std::lgamma(800.0) - std::lgamma(1999.0);
  EXPECT_NEAR(log_harmonic_count(2000, 800) / expected, 1.0, 1e-12);
}

TEST(Gegenbauer, three_dimensions_are_legendre_and_two_are_chebyshev) {
  for (double t : {-0.9, -0.2, 0.4, 1.0}) {
    const std::vector<double> legendre = gegenbauer_polynomials(3, t, 4);
    EXPECT_NEAR(legendre[2], 0.5 * (3.0 * t * t - 1.0), 1e-15);
    EXPECT_NEAR(legendre[3], 0.5 * (5.0 * t * t * t - 3.0 * t), 1e-15);
    const std::vector<double> chebyshev = gegenbauer_polynomials(2, t, 9);
    for (int k = 0; k < 9; ++k)
      EXPECT_NEAR(chebyshev[static_cast<std::size_t>(k)], std::cos(k * std::acos(t)), 1e-14);
  }
}

TEST(Gegenbauer, polynomials_are_one_at_one_and_orthogonal) {
  for (int d : {3, 10, 41}) {
    const std::vector<double> one = gegenbauer_polynomials(d, 1.0, 9);
    for (double p : one) EXPECT_NEAR(p, 1.0, 1e-14);
    for (int j = 0; j < 6; ++j) {
      // E P_j P_k = [j = k] / B_k.
      const std::vector<double> row = funk_hecke_by_quadrature(
          [&](double t) { return gegenbauer_polynomials(d, t, 6)[static_cast<std::size_t>(j)]; }, d, 5);
      for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(row[static_cast<std::size_t>(k)], j == k ? 1.0 / harmonic_count(d, k) : 0.0, 4e-16);
      }
    }
  }
}

TEST(FunkHecke, both_routes_agree) {
  const std::array<double, 7> powers{0.3, 1.0, 0.0, 2.0, 0.5, 0.25, 4.0};
  for (int d : {3, 5, 12, 40}) {
    const std::vector<double> sums = funk_hecke_from_series(powers, d, 8);
    const std::vector<double> integrals = funk_hecke_by_quadrature(
        [&](double t) {
          double value = 0.0;
          for (std::size_t j = powers.size(); j-- > 0;) value = value * t + powers[j];
          return value;
        },
        d, 8);
    for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(sums[k], integrals[k], 5e-16) << "d=" << d << " k=" << k;
    EXPECT_EQ(sums[7], 0.0);
    EXPECT_EQ(sums[8], 0.0);
  }
}

TEST(NeuralTangentKernel, values_of_the_sheet_at_d_40_and_20) {
  const NeuralTangentKernel kernel(Activation::named("relu"));
  const std::vector<double> forty = kernel.eigenvalues(40, 4);
  EXPECT_NEAR(forty[0], 4.02891640e-3, 5.5e-12);
  EXPECT_NEAR(forty[1], 1.0 / 160.0, 1e-17);
  EXPECT_NEAR(forty[2], 1.94135770e-4, 5.5e-13);
  EXPECT_EQ(forty[3], 0.0);
  EXPECT_NEAR(forty[4], 2.1906e-7, 5.5e-12);
  EXPECT_NEAR(kernel.tail(40, 4), 0.06011887, 5.5e-9);
  const std::vector<double> twenty = kernel.eigenvalues(20, 4);
  EXPECT_NEAR(twenty[0], 8.15911374e-3, 5.5e-12);
  EXPECT_NEAR(twenty[1], 0.0125, 1e-17);
  EXPECT_NEAR(twenty[2], 7.58557060e-4, 5.5e-13);
  EXPECT_NEAR(kernel.tail(20, 4), 0.05639308, 5.5e-9);
}

TEST(NeuralTangentKernel, closed_forms_agree_with_the_series) {
  for (const Activation& sigma : every_differentiable_activation()) {
    const NeuralTangentKernel kernel(sigma);
    // Jumps of sigma' make the series slow at |t| = 1: |t| <= 0.9 needs 400 terms.
    const std::vector<double> c = derivative_hermite_coefficients(sigma, 500);
    for (double t : {-0.9, -0.6, -0.1, 0.0, 0.3, 0.7, 0.9}) {
      double series = 0.0;
      for (std::size_t k = c.size(); k-- > 0;) series = series * t + c[k] * c[k];
      EXPECT_NEAR(kernel(t), t * series, 2e-15 * (1.0 + kernel(1.0))) << sigma.name() << " t=" << t;
    }
  }
}

TEST(NeuralTangentKernel, shifted_relu_agrees_with_the_sixty_node_integral) {
  const QuadratureRule unit = gauss_legendre(60, 0.0, 1.0);
  for (double shift : {-0.8, 0.1, 0.5, 2.0}) {
    const NeuralTangentKernel kernel(Activation::named("shifted_relu", shift));
    const double tail = 0.5 * std::erfc(shift / std::numbers::sqrt2);
    for (double t : {-0.999, -0.7, -0.2, 0.4, 0.95, 0.999999, 1.0}) {
      const double end = std::asin(t);
      double integral = 0.0;
      for (std::size_t i = 0; i < 60; ++i) {
        integral += unit.weights[i] * end * std::exp(-shift * shift / (1.0 + std::sin(end * unit.nodes[i])));
      }
      EXPECT_NEAR(kernel(t), t * (tail * tail + integral / (2.0 * pi)),
                  shift < 0.2 && t < 0.0 ? 1e-10 : 1e-15)
          << "shift " << shift << " t=" << t;
    }
  }
}

TEST(NeuralTangentKernel, shifted_relu_joins_relu_at_shift_zero_and_is_exact_at_the_ends) {
  const NeuralTangentKernel relu(Activation::named("relu"));
  const NeuralTangentKernel shifted(Activation::named("shifted_relu", 0.0));
  for (double t = -1.0; t <= 1.0; t += 0.01) EXPECT_NEAR(shifted(t), relu(t), 3e-16);
  // P(U > h, -U > h): 0 for h >= 0, 1 - 2 Q(-h) for h < 0.
  EXPECT_EQ(NeuralTangentKernel(Activation::named("shifted_relu", 0.5))(-1.0), 0.0);
  EXPECT_NEAR(NeuralTangentKernel(Activation::named("shifted_relu", -0.5))(-1.0),
              -std::erf(0.5 / std::numbers::sqrt2), 1e-16);
}

TEST(NeuralTangentKernel, diagonal_is_the_second_moment_and_arguments_are_clipped) {
  for (const Activation& sigma : every_differentiable_activation()) {
    const NeuralTangentKernel kernel(sigma);
    EXPECT_EQ(kernel(1.0), derivative_second_moment(sigma)) << sigma.name();
    EXPECT_EQ(kernel(1.0 + 1e-9), kernel(1.0));
    EXPECT_EQ(kernel(-1.0 - 1e-9), kernel(-1.0));
    EXPECT_NEAR(kernel(std::nextafter(1.0, 0.0)), kernel(1.0), 3e-8 * kernel(1.0)) << sigma.name();
  }
  EXPECT_THROW(NeuralTangentKernel(Activation::named("sign")), std::invalid_argument);
}

TEST(NeuralTangentKernel, maps_in_place_give_the_scalar_bits) {
  for (const Activation& sigma : every_differentiable_activation()) {
    const NeuralTangentKernel kernel(sigma);
    std::vector<double> t;
    for (int i = 0; i <= 150; ++i) t.push_back(-1.0 + i / 75.0);
    std::vector<double> mapped = t;
    kernel.apply(mapped);
    for (std::size_t i = 0; i < t.size(); ++i) EXPECT_EQ(mapped[i], kernel(t[i])) << sigma.name();
  }
}

TEST(NeuralTangentKernel, eigenvalues_agree_with_quadrature_and_are_exact_zeros_by_parity) {
  for (const Activation& sigma : every_differentiable_activation()) {
    const NeuralTangentKernel kernel(sigma);
    for (int d : {3, 8, 19, 20, 40}) {
      const std::vector<double> xi = kernel.eigenvalues(d, 8);
      const std::vector<double> integrals =
          funk_hecke_by_quadrature([&kernel](double t) { return kernel(t); }, d, 8);
      for (std::size_t k = 0; k < 9; ++k) {
        EXPECT_NEAR(xi[k], integrals[k], 1e-15 * (1.0 + kernel(1.0)))
            << sigma.name() << " d=" << d << " k=" << k;
        EXPECT_GE(xi[k], 0.0);
      }
      const std::string name(sigma.name());
      if (name == "relu" || name == "softplus") {
        EXPECT_EQ(xi[3], 0.0);
        EXPECT_EQ(xi[7], 0.0);
      }
      if (name == "tanh" || name == "erf") {
        EXPECT_EQ(xi[0], 0.0);
        EXPECT_EQ(xi[4], 0.0);
      }
    }
  }
}

TEST(NeuralTangentKernel, the_expansion_returns_the_kernel) {
  // Smooth sigma: sum_k B_k xi_k P_k(t) converges fast; at degree 40 it is the kernel itself.
  for (const char* name : {"erf", "softplus", "gelu", "sin"}) {
    const NeuralTangentKernel kernel(Activation::named(name));
    for (int d : {5, 30}) {
      std::vector<double> t{-1.0, -0.5, 0.1, 0.8, 1.0, 1.5};
      std::vector<double> truncated = t;
      kernel.apply_truncated(d, 60, truncated);
      for (std::size_t i = 0; i < t.size(); ++i)
        EXPECT_NEAR(truncated[i], kernel(t[i]), 1e-12) << name << " d=" << d << " t=" << t[i];
    }
  }
}

TEST(NeuralTangentKernel, truncated_kernel_is_its_sum_of_polynomials) {
  const NeuralTangentKernel kernel(Activation::named("shifted_relu", 0.5));
  for (int degree : {0, 1, 2, 5}) {
    const std::vector<double> xi = kernel.eigenvalues(25, degree);
    std::vector<double> value{0.37};
    kernel.apply_truncated(25, degree, value);
    double expected = 0.0;
    const std::vector<double> p = gegenbauer_polynomials(25, 0.37, degree + 1);
    for (int k = 0; k <= degree; ++k) {
      const std::size_t i = static_cast<std::size_t>(k);
      expected += harmonic_count(25, k) * xi[i] * p[i];
    }
    EXPECT_NEAR(value[0], expected, 1e-16);
  }
}

TEST(NeuralTangentKernel, tails_decrease_with_the_degree) {
  for (const char* name : {"relu", "tanh", "softplus"}) {
    const NeuralTangentKernel kernel(Activation::named(name));
    double previous = kernel(1.0);
    for (int degree = 0; degree <= 8; ++degree) {
      const double tail = kernel.tail(100, degree);
      EXPECT_LE(tail, previous);
      EXPECT_GE(tail, 0.0);
      previous = tail;
    }
  }
}

TEST(Gegenbauer, bad_input_is_refused) {
  EXPECT_THROW(harmonic_count(1, 2), std::invalid_argument);
  EXPECT_THROW(gegenbauer_polynomials(5, 0.0, 0), std::invalid_argument);
  EXPECT_THROW(funk_hecke_from_series(std::vector<double>{1.0}, 5, -1), std::invalid_argument);
}

} // namespace
