// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/dual_activation.hpp>
#include <pastur/theory/hermite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using pastur::theory::Activation;
using pastur::theory::arc_cosine;
using pastur::theory::correlation_angle;
using pastur::theory::derivative_second_moment;
using pastur::theory::dual_by_quadrature;
using pastur::theory::DualActivation;
using pastur::theory::DualValue;
using pastur::theory::hermite_coefficients;
using pastur::theory::second_moment;
using std::numbers::pi;

constexpr double twelve_digits = 5.5e-13;

std::vector<Activation> every_activation() {
  std::vector<Activation> all;
  for (const char* name : {"relu", "abs", "sign", "step", "tanh", "erf", "sigmoid", "softplus", "sin", "cos",
                           "quadratic", "cubic", "gelu", "silu", "exp"}) {
    all.push_back(Activation::named(name));
  }
  all.push_back(Activation::named("leaky", 0.1));
  all.push_back(Activation::named("shifted_relu", 0.5));
  all.push_back(Activation::named("shifted_relu", -0.7));
  return all;
}

TEST(ArcCosine, values_of_the_sheet_are_reproduced) {
  const std::array<double, 3> half{.666666666667, .608997781044, 1.413496671566};
  const std::array<double, 3> negative{.403013315979, .182744283835, .202272262089};
  for (int order = 0; order < 3; ++order) {
    EXPECT_NEAR(arc_cosine(order, std::acos(0.5)), half[static_cast<std::size_t>(order)], twelve_digits);
    EXPECT_NEAR(arc_cosine(order, std::acos(-0.3)), negative[static_cast<std::size_t>(order)], twelve_digits);
  }
  EXPECT_THROW(arc_cosine(3, 1.0), std::invalid_argument);
}

TEST(ArcCosine, angle_keeps_every_digit_at_both_ends) {
  for (double angle : {1e-12, 1e-6, 0.1, 1.0, 2.0, pi - 1e-6}) {
    const double minus = 2.0 * std::pow(std::sin(0.5 * angle), 2);
    const double plus = 2.0 * std::pow(std::cos(0.5 * angle), 2);
    EXPECT_NEAR(correlation_angle(minus, plus) / angle, 1.0, 1e-15);
    EXPECT_NEAR((pi - correlation_angle(minus, plus)) / (pi - angle), 1.0, 1e-9);
  }
}

TEST(DualActivation, values_of_the_sheet_are_reproduced) {
  struct Row {
    const char* name;
    double k_half, d_half, k_general, d_general;
  };
  const double none = NAN;
  const std::array<Row, 10> table{{
      {"relu", .304498890522, .333333333333, .075676365598, .186175268555},
      {"leaky", .296644101323, .370000000000, .021297856135, .250801967530},
      {"erf", .216346895939, .450158158079, -.166257971481, .425359477472},
      {"sign", .333333333333, none, -.255298925780, none},
      {"abs", .717995562088, .333333333333, .702705462393, -.255298925780},
      {"sin", .191700249782, .414830409931, -.136727571821, .359857731970},
      {"cos", .414830409931, .191700249782, .359857731970, -.136727571821},
      {"exp", 4.481689070338, 4.481689070338, 2.013752707470, 2.013752707470},
      {"quadratic", 1.5, 2, 1.37, -1.6},
      {"gelu", .227294915022, .342267242459, -.005085143025, .180117270337},
  }};
  for (const Row& row : table) {
    const DualActivation dual(Activation::named(row.name, 0.1));
    EXPECT_NEAR(dual(1, 1, .5).kernel, row.k_half, twelve_digits) << row.name;
    EXPECT_NEAR(dual(1.5, .7, -.4).kernel, row.k_general, twelve_digits) << row.name;
    if (std::isnan(row.d_half)) continue;
    EXPECT_NEAR(dual(1, 1, .5).derivative, row.d_half, twelve_digits) << row.name;
    EXPECT_NEAR(dual(1.5, .7, -.4).derivative, row.d_general, twelve_digits) << row.name;
  }
}

TEST(DualActivation, agrees_with_two_dimensional_quadrature) {
  for (const Activation& sigma : every_activation()) {
    const DualActivation dual(sigma);
    for (const auto& [a, b, c] : {std::array<double, 3>{1.0, 1.0, 0.5}, {1.5, 0.7, -0.4}, {0.3, 2.0, 0.72}}) {
      const DualValue closed = dual(a, b, c);
      const DualValue slow = dual_by_quadrature(sigma, a, b, c);
      const double size = std::sqrt(second_moment(sigma, a) * second_moment(sigma, b));
      EXPECT_NEAR(closed.kernel, slow.kernel, 2e-14 * (1.0 + size)) << sigma.name() << " " << c;
      if (!sigma.has_derivative()) continue;
      const double slope = std::sqrt(derivative_second_moment(sigma, a) * derivative_second_moment(sigma, b));
      EXPECT_NEAR(closed.derivative, slow.derivative, 2e-14 * (1.0 + slope)) << sigma.name() << " " << c;
    }
  }
}

TEST(DualActivation, equal_inputs_give_the_second_moments) {
  for (const Activation& sigma : every_activation()) {
    const DualActivation dual(sigma);
    for (double s : {0.2, 1.0, 3.0}) {
      const DualValue value = dual(s, s, s);
      EXPECT_NEAR(value.kernel / second_moment(sigma, s), 1.0, 1e-13) << sigma.name() << " " << s;
      if (sigma.has_derivative()) {
        EXPECT_NEAR(value.derivative / derivative_second_moment(sigma, s), 1.0, 1e-13)
            << sigma.name() << " " << s;
      }
    }
  }
}

TEST(DualActivation, independent_inputs_give_the_product_of_means) {
  for (const Activation& sigma : every_activation()) {
    const double expected = hermite_coefficients(sigma, 1, 0.4)[0] * hermite_coefficients(sigma, 1, 2.0)[0];
    EXPECT_NEAR(DualActivation(sigma)(0.4, 2.0, 0.0).kernel, expected, 1e-15 * (1.0 + std::abs(expected)))
        << sigma.name();
    const double constant = sigma.value(0.0) * hermite_coefficients(sigma, 1, 2.0)[0];
    EXPECT_NEAR(DualActivation(sigma)(0.0, 2.0, 0.0).kernel, constant, 1e-15) << sigma.name();
  }
}

TEST(DualActivation, derivative_is_the_slope_in_the_covariance) {
  constexpr double step = 1e-5;
  for (const Activation& sigma : every_activation()) {
    const DualActivation dual(sigma);
    for (double c : {-0.5, 0.1, 0.6}) {
      const double slope = (dual(0.8, 1.3, c + step).kernel - dual(0.8, 1.3, c - step).kernel) / (2.0 * step);
      EXPECT_NEAR(dual(0.8, 1.3, c).derivative, slope, 2e-9 * (1.0 + std::abs(slope)))
          << sigma.name() << " " << c;
    }
  }
}

TEST(DualActivation, opposite_and_proportional_inputs_are_exact) {
  for (const Activation& sigma : every_activation()) {
    for (double sign : {-1.0, 1.0}) {
      const double c = sign * std::sqrt(0.5 * 2.0);
      const DualValue value = DualActivation(sigma)(0.5, 2.0, c);
      const DualValue line = dual_by_quadrature(sigma, 0.5, 2.0, c);
      EXPECT_NEAR(value.kernel, line.kernel, 2e-14 * (1.0 + std::abs(line.kernel))) << sigma.name();
      // Beyond the end rho is clipped.
      EXPECT_NEAR(DualActivation(sigma)(0.5, 2.0, 1.0001 * c).kernel, value.kernel,
                  1e-15 * (1.0 + std::abs(line.kernel)))
          << sigma.name();
      if (sigma.has_derivative()) {
        EXPECT_NEAR(value.derivative, line.derivative, 2e-14 * (1.0 + std::abs(line.derivative)))
            << sigma.name();
      } else {
        EXPECT_TRUE(std::isinf(value.derivative));
      }
    }
  }
}

TEST(DualActivation, small_angles_keep_their_digits) {
  // relu: k(1,1) - k(theta) = (1 - kappa_1)/2 = theta^2/4 - theta^3/(6 pi) + O(theta^4), kdot(1) - kdot =
  // theta/(2 pi).
  const DualActivation dual(Activation::named("relu"));
  const double angle = 1e-7;
  EXPECT_NEAR((0.5 - dual.at_angle(1, 1, angle).derivative) / (angle / (2.0 * pi)), 1.0, 1e-8);
  const DualActivation sign(Activation::named("sign"));
  EXPECT_NEAR((1.0 - sign.at_angle(1, 1, angle).kernel) / (2.0 * angle / pi), 1.0, 1e-8);
}

TEST(DualActivation, steep_activations_fall_back_to_quadrature) {
  // tanh at variance 1e4 is almost sign: the series in rho would need 1e4 terms at rho near 1.
  const DualActivation steep(Activation::named("tanh"));
  const DualActivation sign(Activation::named("sign"));
  EXPECT_NEAR(steep(1e6, 1e6, 1e6).kernel, second_moment(Activation::named("tanh"), 1e6), 1e-13);
  EXPECT_NEAR(steep(1e6, 1e6, 0.5e6).kernel, sign(1.0, 1.0, 0.5).kernel, 1e-5);
  EXPECT_NEAR(steep(100.0, 50.0, 60.0).kernel,
              dual_by_quadrature(Activation::named("tanh"), 100.0, 50.0, 60.0).kernel, 1e-13);
  const DualActivation plus(Activation::named("softplus"));
  EXPECT_NEAR(plus(400.0, 400.0, 400.0).kernel / second_moment(Activation::named("softplus"), 400.0), 1.0,
              1e-13);
}

TEST(DualActivation, a_block_gives_what_single_entries_give) {
  const std::vector<double> rows{0.5, 1.0, 1.0, 0.0};
  const std::vector<double> columns{1.0, 2.0, 0.5};
  for (const Activation& sigma : every_activation()) {
    const DualActivation dual(sigma);
    std::vector<double> covariance;
    for (double b : columns) {
      for (double a : rows) covariance.push_back((a == b ? 1.0 : -0.3) * std::sqrt(a * b));
    }
    const std::vector<double> before = covariance;
    std::vector<double> derivative(covariance.size());
    dual.apply_block(rows, columns, covariance, derivative);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const DualValue value = dual(rows[i], columns[j], before[i + 4 * j]);
        EXPECT_NEAR(covariance[i + 4 * j], value.kernel, 1e-14 * (1.0 + std::abs(value.kernel)))
            << sigma.name();
        if (std::isfinite(value.derivative)) {
          EXPECT_NEAR(derivative[i + 4 * j], value.derivative, 1e-14 * (1.0 + std::abs(value.derivative)))
              << sigma.name();
        }
      }
    }
  }
  std::vector<double> small(3);
  EXPECT_THROW(DualActivation(Activation::named("relu")).apply_block(rows, columns, small, small),
               std::invalid_argument);
}

TEST(DualActivation, bad_input_is_refused) {
  const DualActivation dual(Activation::named("relu"));
  EXPECT_THROW(dual(-1.0, 1.0, 0.0), std::invalid_argument);
  EXPECT_THROW(dual(1.0, NAN, 0.0), std::invalid_argument);
  EXPECT_THROW(dual(1.0, 1.0, NAN), std::invalid_argument);
  EXPECT_THROW(dual.at_angle(1.0, 1.0, 4.0), std::invalid_argument);
}

} // namespace
