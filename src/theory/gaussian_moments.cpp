// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"

#include <pastur/theory/hermite.hpp>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

/// E (f(sqrt(s) Z))^2 for f given by its in-place map.
template <class Apply>
double mean_square(const Activation& sigma, double variance, Apply apply) {
  const QuadratureRule rule = rule_for(sigma, variance);
  std::vector<double> u = scaled_nodes(rule, variance);
  apply(u);
  for (double& x : u) x *= x;
  return panel_sum(rule.weights, u);
}

/// e^s - 1 - s, without cancellation.
double exponential_remainder(double s) {
  if (s > 0.5) return std::expm1(s) - s;
  double sum = 0.0;
  double term = 0.5 * s * s;
  for (int k = 3; term > 1e-18 * sum; ++k) {
    sum += term;
    term *= s / k;
  }
  return sum;
}

/// e^-s (sinh(s) - s), without cancellation or overflow.
double damped_sinh_remainder(double s) {
  if (s > 1.0) return -0.5 * std::expm1(-2.0 * s) - s * std::exp(-s);
  double sum = 0.0;
  double term = s * s * s / 6.0;
  for (int k = 4; term > 1e-18 * sum; k += 2) {
    sum += term;
    term *= s * s / (k * (k + 1.0));
  }
  return std::exp(-s) * sum;
}

} // namespace

double second_moment(const Activation& sigma, double variance) {
  require_variance(variance);
  const double s = variance;
  if (s == 0.0) return sigma.value(0.0) * sigma.value(0.0);
  switch (sigma.kind()) {
  case ActivationKind::relu:
    return 0.5 * s;
  case ActivationKind::shifted_relu:
    return s * ramp_second_moment(sigma.parameter() / std::sqrt(s));
  case ActivationKind::leaky:
    return 0.5 * s * (1.0 + sigma.parameter() * sigma.parameter());
  case ActivationKind::abs:
    return s;
  case ActivationKind::sign:
    return 1.0;
  case ActivationKind::step:
    return 0.5;
  case ActivationKind::erf:
    return 2.0 / pi * std::asin(2.0 * s / (1.0 + 2.0 * s));
  case ActivationKind::sin:
    return -0.5 * std::expm1(-2.0 * s);
  case ActivationKind::cos:
    return 0.5 * (1.0 + std::exp(-2.0 * s));
  case ActivationKind::quadratic:
    return 3.0 * s * s;
  case ActivationKind::cubic:
    return 15.0 * s * s * s;
  case ActivationKind::exp:
    return std::exp(2.0 * s);
  case ActivationKind::gelu:
    return 0.25 * s + s / (2.0 * pi) * std::asin(s / (1.0 + s)) +
           s * s / (pi * (1.0 + s) * std::sqrt(1.0 + 2.0 * s));
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::softplus:
  case ActivationKind::silu:
    break;
  }
  return mean_square(sigma, s, [&sigma](std::span<double> u) { sigma.apply(u); });
}

double derivative_second_moment(const Activation& sigma, double variance) {
  require_variance(variance);
  const double s = variance;
  if (s == 0.0) return sigma.derivative(0.0) * sigma.derivative(0.0);
  switch (sigma.kind()) {
  case ActivationKind::sign:
  case ActivationKind::step:
    throw std::domain_error("the activations sign and step have no derivative");
  case ActivationKind::relu:
    return 0.5;
  case ActivationKind::shifted_relu:
    return normal_tail(sigma.parameter() / std::sqrt(s));
  case ActivationKind::leaky:
    return 0.5 * (1.0 + sigma.parameter() * sigma.parameter());
  case ActivationKind::abs:
    return 1.0;
  case ActivationKind::erf:
    return 4.0 / (pi * std::sqrt(1.0 + 4.0 * s));
  case ActivationKind::sin:
    return 0.5 * (1.0 + std::exp(-2.0 * s));
  case ActivationKind::cos:
    return -0.5 * std::expm1(-2.0 * s);
  case ActivationKind::quadratic:
    return 4.0 * s;
  case ActivationKind::cubic:
    return 27.0 * s * s;
  case ActivationKind::exp:
    return std::exp(2.0 * s);
  case ActivationKind::gelu: {
    const double d = 1.0 + 2.0 * s;
    const double root = std::sqrt(d);
    return 0.25 + std::asin(s / (1.0 + s)) / (2.0 * pi) + s * (3.0 - s) / ((1.0 + s) * 2.0 * pi * root) +
           s * s * s / ((1.0 + s) * pi * d * root);
  }
  case ActivationKind::softplus:
    return second_moment(Activation(ActivationKind::sigmoid), s);
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::silu:
    break;
  }
  return mean_square(sigma, s, [&sigma](std::span<double> u) { sigma.apply_derivative(u); });
}

GaussianEquivalent gaussian_equivalent(const Activation& sigma, double s) {
  require_variance(s);
  if (s == 0.0) throw std::invalid_argument("gaussian_equivalent needs a positive pre-activation variance");
  const std::vector<double> mu = hermite_coefficients(sigma, 2, s);
  const double root = std::sqrt(s);
  GaussianEquivalent result{mu[0], mu[1] / root, 0.0, 0.0};
  const double ramp_noise = s * (0.25 - 0.5 / pi);
  switch (sigma.kind()) {
  case ActivationKind::relu:
    result.noise_variance = ramp_noise;
    break;
  case ActivationKind::leaky: {
    const double bend = 1.0 - sigma.parameter();
    result.noise_variance = bend * bend * ramp_noise;
    break;
  }
  case ActivationKind::abs:
    result.noise_variance = 4.0 * ramp_noise;
    break;
  case ActivationKind::sign:
    result.noise_variance = 1.0 - 2.0 / pi;
    break;
  case ActivationKind::step:
    result.noise_variance = 0.25 - 0.5 / pi;
    break;
  case ActivationKind::sin:
    result.noise_variance = damped_sinh_remainder(s);
    break;
  case ActivationKind::cos:
    result.noise_variance = 0.5 * std::expm1(-s) * std::expm1(-s);
    break;
  case ActivationKind::exp:
    result.noise_variance = std::exp(s) * exponential_remainder(s);
    break;
  case ActivationKind::quadratic:
    result.noise_variance = 2.0 * s * s;
    break;
  case ActivationKind::cubic:
    result.noise_variance = 6.0 * s * s * s;
    break;
  case ActivationKind::shifted_relu: {
    // max(Z - x, 0) and max(-Z + x, 0) differ by a linear function: same noise, and for x >= 0 the difference
    // below is harmless.
    const double x = std::abs(sigma.parameter()) / root;
    const double mean = ramp_mean(x);
    const double slope = normal_tail(x);
    result.noise_variance = s * (ramp_second_moment(x) - mean * mean - slope * slope);
    break;
  }
  case ActivationKind::tanh:
  case ActivationKind::erf:
  case ActivationKind::sigmoid:
  case ActivationKind::softplus:
  case ActivationKind::gelu:
  case ActivationKind::silu:
    result.noise_variance = mean_square(sigma, s, [&](std::span<double> u) {
      std::vector<double> linear(u.begin(), u.end());
      sigma.apply(u);
      for (std::size_t i = 0; i < u.size(); ++i) u[i] -= result.mean + result.slope * linear[i];
    });
    break;
  }
  result.variance = result.noise_variance + s * result.slope * result.slope;
  return result;
}

} // namespace pastur::theory
