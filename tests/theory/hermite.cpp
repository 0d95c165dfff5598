// SPDX-License-Identifier: BSD-3-Clause
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
using pastur::theory::ActivationKind;
using pastur::theory::derivative_hermite_coefficients;
using pastur::theory::derivative_second_moment;
using pastur::theory::gaussian_equivalent;
using pastur::theory::gaussian_mean;
using pastur::theory::GaussianEquivalent;
using pastur::theory::hermite_coefficients;
using pastur::theory::hermite_functions;
using pastur::theory::second_moment;
using std::numbers::pi;

constexpr double ten_digits = 5.5e-11;

std::vector<Activation> every_activation() {
  std::vector<Activation> all;
  for (const char* name : {"relu", "abs", "sign", "step", "tanh", "erf", "sigmoid", "softplus", "sin", "cos",
                           "quadratic", "cubic", "gelu", "silu", "exp"}) {
    all.push_back(Activation::named(name));
  }
  all.push_back(Activation::named("leaky", 0.1));
  all.push_back(Activation::named("leaky", -0.4));
  all.push_back(Activation::named("shifted_relu", 0.5));
  all.push_back(Activation::named("shifted_relu", -1.3));
  return all;
}

struct CoefficientRow {
  const char* name;
  double parameter;
  std::array<double, 7> mu;
};

constexpr std::array<CoefficientRow, 15> coefficient_table{{
    {"relu", 0, {.3989422804, .5, .2820947918, 0, -.0814337520, 0, .0446031029}},
    {"leaky", .1, {.3590480524, .55, .2538853126, 0, -.0732903768, 0, .0401427926}},
    {"abs", 0, {.7978845608, 0, .5641895835, 0, -.1628675040, 0, .0892062058}},
    {"sign", 0, {0, .7978845608, 0, -.3257350079, 0, .2185096861, 0}},
    {"step", 0, {.5, .3989422804, 0, -.1628675040, 0, .1092548431, 0}},
    {"tanh", 0, {0, .6057055096, 0, -.1484371908, 0, .0625475238, 0}},
    {"erf", 0, {0, .6514700159, 0, -.1773076802, 0, .0792944052, 0}},
    {"sigmoid", 0, {.5, .2066209641, 0, -.0254732579, 0, .0058770606, 0}},
    {"softplus", 0, {.8060591833, .5, .1461030849, 0, -.0127366290, 0, .0023992999}},
    {"sin", 0, {0, .6065306597, 0, -.2476151049, 0, .0553684207, 0}},
    {"cos", 0, {.6065306597, 0, -.4288819425, 0, .1238075525, 0, -.0226040631}},
    {"quadratic", 0, {1, 0, 1.4142135624, 0, 0, 0, 0}},
    {"gelu", 0, {.2820947918, .5, .2992067103, 0, -.0719779478, 0, .0275967620}},
    {"silu", 0, {.2066209641, .5, .2480851928, 0, -.0378050088, 0, .0098274965}},
    {"exp",
     0,
     {1.6487212707, 1.6487212707, 1.1658219908, .6730876402, .3365438201, .1505069718, .0614442140}},
}};

TEST(Hermite, functions_are_orthonormal) {
  for (int j = 0; j < 12; ++j) {
    for (int k = 0; k <= j; ++k) {
      const double product = gaussian_mean([j, k](double z) {
        const std::vector<double> h = hermite_functions(z, 12);
        return h[static_cast<std::size_t>(j)] * h[static_cast<std::size_t>(k)];
      });
      EXPECT_NEAR(product, j == k ? 1.0 : 0.0, 2e-14);
    }
  }
  EXPECT_NEAR(hermite_functions(1.5, 4)[3], (1.5 * 1.5 * 1.5 - 3.0 * 1.5) / std::sqrt(6.0), 1e-15);
}

TEST(Hermite, coefficients_agree_with_the_table) {
  for (const CoefficientRow& row : coefficient_table) {
    const std::vector<double> mu = hermite_coefficients(Activation::named(row.name, row.parameter), 7);
    for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(mu[k], row.mu[k], ten_digits) << row.name << " mu" << k;
  }
  const std::vector<double> cubic = hermite_coefficients(Activation::named("cubic"), 5);
  EXPECT_EQ(cubic[1], 3.0);
  EXPECT_DOUBLE_EQ(cubic[3], std::sqrt(6.0));
}

TEST(Hermite, parity_gives_exact_zeros) {
  for (const CoefficientRow& row : coefficient_table) {
    const std::vector<double> mu = hermite_coefficients(Activation::named(row.name, row.parameter), 30, 1.7);
    for (std::size_t k = 3; k < 30; ++k) {
      const bool zero_in_table = row.mu[3 + (k + 1) % 2] == 0.0;
      if (zero_in_table) {
        EXPECT_EQ(mu[k], 0.0) << row.name << " mu" << k;
      }
    }
  }
}

TEST(Hermite, coefficients_agree_with_quadrature_at_every_scale) {
  for (const Activation& sigma : every_activation()) {
    for (double s : {0.02, 0.3, 1.0, 4.0}) {
      const double root = std::sqrt(s);
      std::vector<double> kinks = sigma.kinks();
      for (double& kink : kinks) kink /= root;
      const std::vector<double> mu = hermite_coefficients(sigma, 13, s);
      const double size = std::sqrt(second_moment(sigma, s));
      for (std::size_t k = 0; k < 13; ++k) {
        const double expected = gaussian_mean(
            [&](double z) { return sigma.value(root * z) * hermite_functions(z, 13)[k]; }, kinks);
        EXPECT_NEAR(mu[k], expected, 3e-15 * (1.0 + size)) << sigma.name() << " mu" << k << " s=" << s;
      }
      if (!sigma.has_derivative()) continue;
      const std::vector<double> c = derivative_hermite_coefficients(sigma, 13, s);
      for (std::size_t k = 0; k < 13; ++k) {
        const double expected = gaussian_mean(
            [&](double z) { return sigma.derivative(root * z) * hermite_functions(z, 13)[k]; }, kinks);
        EXPECT_NEAR(c[k], expected, 3e-15 * (1.0 + std::sqrt(derivative_second_moment(sigma, s))))
            << sigma.name() << " c" << k;
        if (k + 1 < 13) {
          EXPECT_NEAR(root * c[k], std::sqrt(static_cast<double>(k + 1)) * mu[k + 1], 1e-14 * (1.0 + size))
              << sigma.name();
        }
      }
    }
  }
}

TEST(Hermite, gelu_coefficients_keep_their_digits_at_large_scale) {
  // At s >> 1 gelu(sqrt(s) z) / sqrt(s) tends to max(z, 0), whose coefficients differ by O(1/s).
  const std::vector<double> wide = hermite_coefficients(Activation::named("gelu"), 20, 1e12);
  const std::vector<double> ramp = hermite_coefficients(Activation::named("relu"), 20);
  for (std::size_t k = 0; k < 20; ++k) EXPECT_NEAR(wide[k] / 1e6, ramp[k], 1e-11);
}

TEST(Hermite, steep_activations_tend_to_their_limits) {
  // tanh(sqrt(s) z) -> sign(z); the error of mu_k is O(1/s).
  const std::vector<double> steep = hermite_coefficients(Activation::named("tanh"), 10, 1e12);
  const std::vector<double> sign = hermite_coefficients(Activation::named("sign"), 10);
  for (std::size_t k = 0; k < 10; ++k) EXPECT_NEAR(steep[k], sign[k], 1e-11);
  const std::vector<double> plus = hermite_coefficients(Activation::named("softplus"), 10, 1e12);
  const std::vector<double> ramp = hermite_coefficients(Activation::named("relu"), 10);
  for (std::size_t k = 0; k < 10; ++k) EXPECT_NEAR(plus[k] / 1e6, ramp[k], 1e-11);
  EXPECT_NEAR(second_moment(Activation::named("tanh"), 10.0), .757266277, 5.5e-10);
}

TEST(Hermite, degree_four_thousand_stays_accurate) {
  // Sterling: mu_k^2 of sign is sqrt(8/pi^3) k^{-3/2} (1 + 5/(4k)...) up to O(k^-2); and the squares sum
  // to 1.
  const std::vector<double> mu = hermite_coefficients(Activation::named("sign"), 4002);
  const double leading = mu[4001] * mu[4001] * std::pow(4001.0, 1.5);
  EXPECT_NEAR(leading / std::sqrt(8.0 / (pi * pi * pi)), 1.0, 1e-3);
  const double exact = 2.0 / pi *
                       std::exp(2.0 * (std::lgamma(4001.0) - 2000.0 * std::log(2.0) - std::lgamma(2001.0)) -
                                std::lgamma(4002.0));
  EXPECT_NEAR(mu[4001] * mu[4001] / exact, 1.0, 3e-11); // lgamma itself costs 1e-11 here
}

struct MomentRow {
  const char* name;
  double parameter, second, star, slope_second, jacobian;
};

constexpr std::array<MomentRow, 13> moment_table{{
    {"relu", 0, .5, .0908450569, .5, .25},
    {"leaky", .1, .505, .0735844961, .505, .2025},
    {"abs", 0, 1, .3633802276, 1, 1},
    {"tanh", 0, .3942944904, .0274153260, .4644029024, .0975237381},
    {"erf", 0, .4645590544, .0401458728, .5694100347, .1449968532},
    {"sigmoid", 0, .2933790359, .0006868130, .0448362414, .0021440185},
    {"softplus", 0, .9212459089, .0215145018, .2933790359, .0433790359},
    {"sin", 0, .4323323584, .0644529172, .5676676416, .1997882004},
    {"cos", 0, .5676676416, .1997882004, .4323323584, .4323323584},
    {"quadratic", 0, 3, 2, 4, 4},
    {"gelu", 0, .4252214826, .0956440110, .4558508656, .2058508656},
    {"silu", 0, .3557755198, .0630832970, .3794823516, .1294823516},
    {"exp", 0, 7.3890560989, 1.9524924420, 7.3890560989, 4.6707742705},
}};

TEST(Hermite, second_moments_agree_with_the_table) {
  for (const MomentRow& row : moment_table) {
    const Activation sigma = Activation::named(row.name, row.parameter);
    const double slope = hermite_coefficients(sigma, 2)[1];
    EXPECT_NEAR(second_moment(sigma), row.second, ten_digits) << row.name;
    EXPECT_NEAR(gaussian_equivalent(sigma, 1.0).noise_variance, row.star, ten_digits) << row.name;
    EXPECT_NEAR(derivative_second_moment(sigma), row.slope_second, ten_digits) << row.name;
    EXPECT_NEAR(derivative_second_moment(sigma) - slope * slope, row.jacobian, ten_digits) << row.name;
    EXPECT_GE(row.jacobian, 2.0 * row.star - 1e-9) << row.name;
  }
  for (const char* name : {"sign", "step"}) {
    const bool sign = std::string(name) == "sign";
    EXPECT_NEAR(second_moment(Activation::named(name)), sign ? 1.0 : 0.5, 1e-16);
    EXPECT_NEAR(gaussian_equivalent(Activation::named(name), 1.0).noise_variance,
                sign ? .3633802276 : .0908450569, ten_digits);
    EXPECT_THROW(derivative_second_moment(Activation::named(name)), std::domain_error);
    EXPECT_THROW(derivative_hermite_coefficients(Activation::named(name), 3), std::domain_error);
  }
}

TEST(Hermite, second_moments_agree_with_quadrature_at_every_scale) {
  for (const Activation& sigma : every_activation()) {
    for (double s : {0.02, 0.3, 1.0, 4.0}) {
      std::vector<double> kinks = sigma.kinks();
      for (double& kink : kinks) kink /= std::sqrt(s);
      const double second =
          gaussian_mean([&](double z) { return std::pow(sigma.value(std::sqrt(s) * z), 2); }, kinks);
      EXPECT_NEAR(second_moment(sigma, s) / second, 1.0, 1e-14) << sigma.name() << " s=" << s;
      if (!sigma.has_derivative()) continue;
      const double slope =
          gaussian_mean([&](double z) { return std::pow(sigma.derivative(std::sqrt(s) * z), 2); }, kinks);
      EXPECT_NEAR(derivative_second_moment(sigma, s) / slope, 1.0, 1e-14) << sigma.name() << " s=" << s;
    }
  }
}

TEST(Hermite, squares_sum_to_the_second_moments) {
  for (const char* name :
       {"tanh", "erf", "sigmoid", "softplus", "sin", "cos", "quadratic", "cubic", "gelu", "silu", "exp"}) {
    const Activation sigma = Activation::named(name);
    double sum = 0.0;
    double weighted = 0.0;
    double squares = 0.0;
    const std::vector<double> mu = hermite_coefficients(sigma, 202);
    const std::vector<double> c = derivative_hermite_coefficients(sigma, 201);
    for (std::size_t k = mu.size(); k-- > 0;) {
      sum += mu[k] * mu[k];
      weighted += static_cast<double>(k) * mu[k] * mu[k];
      if (k < c.size()) squares += c[k] * c[k];
    }
    EXPECT_NEAR(sum, second_moment(sigma), 2e-15 * (1.0 + sum)) << name;
    EXPECT_NEAR(weighted, derivative_second_moment(sigma), 1e-14 * (1.0 + weighted)) << name;
    EXPECT_NEAR(squares, derivative_second_moment(sigma), 2e-15 * (1.0 + squares)) << name;
  }
  const Activation tanh = Activation::named("tanh");
  EXPECT_NEAR(hermite_coefficients(tanh, 2)[1], 1.0 - second_moment(tanh), 1e-15);
}

TEST(Hermite, derivative_table_of_the_neural_tangent_study_is_reproduced) {
  struct Row {
    const char* name;
    std::array<double, 4> c;
    double second, gamma1, gamma2, gamma3;
  };
  const std::array<Row, 5> table{{
      {"relu", {.5, .39894228, 0, -.1628675}, .5, .25, .09084506, .09084506},
      {"shifted_relu",
       {.30853754, .35206533, .12447389, -.10779755},
       .30853754,
       .21334213,
       .08939213,
       .07389838},
      {"tanh", {.60570551, 0, -.25710076, 0}, .46440290, .09752374, .09752374, .03142294},
      {"erf", {.65147002, 0, -.30710591, 0}, .56941003, .14499685, .14499685, .05068281},
      {"softplus", {.5, .20662096, 0, -.02547326}, .29337904, .04337904, 6.8681e-4, 6.8681e-4},
  }};
  for (const Row& row : table) {
    const Activation sigma = Activation::named(row.name, 0.5);
    const std::vector<double> c = derivative_hermite_coefficients(sigma, 4);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(c[k], row.c[k], 5.5e-9) << row.name << " c" << k;
    double tail = derivative_second_moment(sigma);
    EXPECT_NEAR(tail, row.second, 5.5e-9) << row.name;
    const std::array<double, 3> gammas{row.gamma1, row.gamma2, row.gamma3};
    for (std::size_t k = 0; k < 3; ++k) {
      tail -= c[k] * c[k];
      EXPECT_NEAR(tail, gammas[k], 5.5e-9) << row.name << " gamma" << k + 1;
    }
  }
}

TEST(GaussianEquivalent, agrees_with_the_table) {
  struct Row {
    const char* name;
    double s, mean, slope, variance, tolerance;
  };
  const std::array<Row, 8> table{{
      {"tanh", .5, 0, .7263236921, .2736763079, ten_digits},
      {"tanh", 2, 0, .4800242543, .5199757457, ten_digits},
      {"tanh", 10, 0, .242733723, .757266277, 5.5e-10},
      {"gelu", .5, .1628675040, .5, .1630307180, ten_digits},
      {"gelu", 2, .4606588660, .5, .7098762813, ten_digits},
      {"silu", 2, .3631618460, .5, .6672666255, ten_digits},
      {"softplus", 2, .9026619077, .5, .5671298989, ten_digits},
      {"relu", 3, .6909882989, .5, 1.0225351707, ten_digits},
  }};
  for (const Row& row : table) {
    const GaussianEquivalent g = gaussian_equivalent(Activation::named(row.name), row.s);
    EXPECT_NEAR(g.mean, row.mean, row.tolerance) << row.name << row.s;
    EXPECT_NEAR(g.slope, row.slope, row.tolerance) << row.name << row.s;
    EXPECT_NEAR(g.variance, row.variance, row.tolerance) << row.name << row.s;
  }
}

TEST(GaussianEquivalent, splits_the_second_moment) {
  for (const Activation& sigma : every_activation()) {
    for (double s : {0.01, 0.5, 2.0, 10.0}) {
      const GaussianEquivalent g = gaussian_equivalent(sigma, s);
      const double total = second_moment(sigma, s);
      EXPECT_NEAR((g.mean * g.mean + g.variance) / total, 1.0, 2e-14) << sigma.name() << " s=" << s;
      EXPECT_NEAR((g.variance - s * g.slope * g.slope - g.noise_variance) / total, 0.0, 1e-15)
          << sigma.name() << " s=" << s;
      EXPECT_GE(g.noise_variance, 0.0);
    }
  }
}

TEST(GaussianEquivalent, noise_keeps_its_digits_when_the_activation_is_almost_linear) {
  // b^2 = mu_2^2 + mu_3^2 + ...: at small s the first term that does not vanish, sigma''(0)^2 s^2 / 2 or
  // sigma'''(0)^2 s^3 / 6.
  const double s = 1e-5;
  const auto noise = [s](const char* name) {
    return gaussian_equivalent(Activation::named(name), s).noise_variance;
  };
  EXPECT_NEAR(noise("tanh") / (4.0 * s * s * s / 6.0), 1.0, 2e-4);
  EXPECT_NEAR(noise("sin") / (s * s * s / 6.0), 1.0, 2e-4);
  EXPECT_NEAR(noise("exp") / (s * s / 2.0), 1.0, 2e-4);
  EXPECT_NEAR(noise("softplus") / (s * s / 32.0), 1.0, 2e-4);
  EXPECT_NEAR(noise("erf") / (64.0 / pi * s * s * s / 24.0), 1.0, 2e-4);
}

TEST(Hermite, bad_input_is_refused) {
  const Activation relu = Activation::named("relu");
  EXPECT_THROW(hermite_coefficients(relu, 0), std::invalid_argument);
  EXPECT_THROW(hermite_coefficients(relu, 3, -1.0), std::invalid_argument);
  EXPECT_THROW(second_moment(relu, std::nan("")), std::invalid_argument);
  EXPECT_THROW(gaussian_equivalent(relu, 0.0), std::invalid_argument);
  EXPECT_THROW(hermite_functions(0.0, 0), std::invalid_argument);
}

} // namespace
