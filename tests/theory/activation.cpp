// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/activation.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace {

using pastur::theory::Activation;
using pastur::theory::ActivationKind;

constexpr std::array<const char*, 17> all_names{"relu", "shifted_relu", "leaky",   "abs",      "sign", "step",
                                                "tanh", "erf",          "sigmoid", "softplus", "sin",  "cos",
                                                "exp",  "quadratic",    "cubic",   "gelu",     "silu"};

TEST(Activation, every_name_is_known_and_comes_back) {
  for (const char* name : all_names) EXPECT_EQ(Activation::named(name).name(), name);
}

TEST(Activation, unknown_name_is_refused_with_the_known_ones_listed) {
  try {
    Activation::named("rleu");
    FAIL() << "accepted an unknown name";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("'rleu'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("softplus"), std::string::npos);
  }
  EXPECT_THROW(Activation(ActivationKind::leaky, std::numeric_limits<double>::quiet_NaN()),
               std::invalid_argument);
}

TEST(Activation, values_at_one_are_right) {
  const auto at = [](const char* name, double parameter = 0.0) {
    return Activation::named(name, parameter).value(1.0);
  };
  EXPECT_EQ(at("relu"), 1.0);
  EXPECT_EQ(at("shifted_relu", 0.25), 0.75);
  EXPECT_EQ(Activation::named("leaky", 0.1).value(-1.0), -0.1);
  EXPECT_EQ(Activation::named("abs").value(-2.0), 2.0);
  EXPECT_EQ(Activation::named("sign").value(-2.0), -1.0);
  EXPECT_EQ(Activation::named("step").value(-2.0), 0.0);
  EXPECT_DOUBLE_EQ(at("tanh"), std::tanh(1.0));
  EXPECT_DOUBLE_EQ(at("erf"), std::erf(1.0));
  EXPECT_DOUBLE_EQ(at("sigmoid"), 0.73105857863000487925);
  EXPECT_DOUBLE_EQ(at("softplus"), 1.3132616875182228340);
  EXPECT_DOUBLE_EQ(at("sin"), std::sin(1.0));
  EXPECT_DOUBLE_EQ(at("cos"), std::cos(1.0));
  EXPECT_DOUBLE_EQ(at("exp"), std::exp(1.0));
  EXPECT_EQ(Activation::named("quadratic").value(3.0), 9.0);
  EXPECT_EQ(Activation::named("cubic").value(-2.0), -8.0);
  EXPECT_DOUBLE_EQ(at("gelu"), 0.84134474606854294859);
  EXPECT_DOUBLE_EQ(at("silu"), 0.73105857863000487925);
}

TEST(Activation, derivatives_are_the_slopes_of_values) {
  constexpr double step = 1e-5;
  for (const char* name : all_names) {
    const Activation sigma = Activation::named(name, std::string(name) == "leaky" ? 0.1 : 0.3);
    if (!sigma.has_derivative()) continue;
    for (double u : {-3.1, -0.7, 0.2, 0.9, 2.3}) {
      const double slope = (sigma.value(u + step) - sigma.value(u - step)) / (2.0 * step);
      const double bend = (sigma.derivative(u + step) - sigma.derivative(u - step)) / (2.0 * step);
      EXPECT_NEAR(sigma.derivative(u), slope, 2e-8 * (1.0 + std::abs(slope))) << name << " at " << u;
      EXPECT_NEAR(sigma.second_derivative(u), bend, 2e-8 * (1.0 + std::abs(bend))) << name << " at " << u;
    }
  }
}

TEST(Activation, kinks_follow_the_right_open_convention) {
  EXPECT_EQ(Activation::named("relu").derivative(0.0), 0.0);
  EXPECT_EQ(Activation::named("shifted_relu", 0.5).derivative(0.5), 0.0);
  EXPECT_EQ(Activation::named("shifted_relu", 0.5).derivative(std::nextafter(0.5, 1.0)), 1.0);
  EXPECT_EQ(Activation::named("leaky", 0.1).derivative(0.0), 0.1);
  EXPECT_EQ(Activation::named("abs").derivative(0.0), -1.0);
  EXPECT_EQ(Activation::named("step").value(0.0), 0.0);
  EXPECT_EQ(Activation::named("sign").value(0.0), -1.0);
  EXPECT_EQ(Activation::named("shifted_relu", 0.5).kinks(), std::vector<double>{0.5});
  EXPECT_TRUE(Activation::named("tanh").kinks().empty());
}

TEST(Activation, jumps_have_no_derivative) {
  for (const char* name : {"sign", "step"}) {
    const Activation sigma = Activation::named(name);
    std::vector<double> u{1.0};
    EXPECT_FALSE(sigma.has_derivative());
    EXPECT_THROW(sigma.derivative(1.0), std::domain_error);
    EXPECT_THROW(sigma.second_derivative(1.0), std::domain_error);
    EXPECT_THROW(sigma.apply_derivative(u), std::domain_error);
  }
}

TEST(Activation, two_slopes_are_two_values) {
  for (const char* name : {"relu", "shifted_relu", "leaky", "abs"}) {
    const Activation sigma = Activation::named(name, 0.3);
    EXPECT_TRUE(sigma.has_two_slopes());
    for (double u = -2.0; u < 2.0; u += 0.01) {
      EXPECT_TRUE(sigma.derivative(u) == sigma.derivative(-5.0) ||
                  sigma.derivative(u) == sigma.derivative(5.0));
    }
  }
  EXPECT_FALSE(Activation::named("softplus").has_two_slopes());
}

TEST(Activation, maps_in_place_give_the_scalar_bits) {
  for (const char* name : all_names) {
    const Activation sigma = Activation::named(name, 0.3);
    std::vector<double> points;
    for (int i = -37; i <= 37; ++i) points.push_back(0.173 * i);
    std::vector<double> values = points;
    std::vector<double> slopes = points;
    std::vector<double> bends = points;
    sigma.apply(values);
    if (sigma.has_derivative()) {
      sigma.apply_derivative(slopes);
      sigma.apply_second_derivative(bends);
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      EXPECT_EQ(values[i], sigma.value(points[i])) << name;
      if (!sigma.has_derivative()) continue;
      EXPECT_EQ(slopes[i], sigma.derivative(points[i])) << name;
      EXPECT_EQ(bends[i], sigma.second_derivative(points[i])) << name;
    }
  }
}

TEST(Activation, tails_neither_overflow_nor_lose_their_digits) {
  EXPECT_EQ(Activation::named("softplus").value(800.0), 800.0);
  EXPECT_EQ(Activation::named("softplus").value(-800.0), 0.0);
  EXPECT_DOUBLE_EQ(Activation::named("softplus").value(-40.0), std::exp(-40.0));
  EXPECT_DOUBLE_EQ(Activation::named("sigmoid").derivative(40.0), std::exp(-40.0));
  EXPECT_DOUBLE_EQ(Activation::named("tanh").derivative(20.0), 4.0 * std::exp(-40.0));
  EXPECT_EQ(Activation::named("silu").value(-800.0), 0.0);
  EXPECT_EQ(Activation::named("gelu").value(-50.0), 0.0);
}

TEST(Activation, not_a_number_passes_through) {
  for (const char* name : {"relu", "shifted_relu", "leaky", "abs", "tanh", "softplus"}) {
    EXPECT_TRUE(std::isnan(Activation::named(name, 0.1).value(std::numeric_limits<double>::quiet_NaN())))
        << name;
  }
}

} // namespace
