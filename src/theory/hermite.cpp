// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"

#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

void require_count(int count) {
  if (count < 1) throw std::invalid_argument("at least one Hermite coefficient must be asked for");
}

/// E[1{Z > t} h_k(Z)]: Q(t), then phi(t) h_{k-1}(t) / sqrt(k).
std::vector<double> step_coefficients(double t, int count) {
  std::vector<double> h = hermite_functions(t, count);
  std::vector<double> c(h.size());
  c[0] = normal_tail(t);
  for (std::size_t k = 1; k < c.size(); ++k) {
    c[k] = normal_density(t) * h[k - 1] / std::sqrt(static_cast<double>(k));
  }
  return c;
}

/// E[max(Z - t, 0) h_k(Z)] = c_{k-1} / sqrt(k), c the step's, by parts.
std::vector<double> ramp_coefficients(double t, int count) {
  const std::vector<double> c = step_coefficients(t, count);
  std::vector<double> mu(c.size());
  mu[0] = ramp_mean(t);
  for (std::size_t k = 1; k < mu.size(); ++k) mu[k] = c[k - 1] / std::sqrt(static_cast<double>(k));
  return mu;
}

/// Fills mu[first], mu[first + 2], ... by mu_{k+2} = -ratio(k) mu_k / sqrt((k+1)(k+2)).
template <class Ratio>
void fill_alternating(std::vector<double>& mu, std::size_t first, double start, Ratio ratio) {
  double term = start;
  for (std::size_t k = first; k < mu.size(); k += 2) {
    mu[k] = term;
    const double degree = static_cast<double>(k);
    term *= -ratio(degree) / std::sqrt((degree + 1.0) * (degree + 2.0));
  }
}

/// erf(c z): odd k, first term 2 c / sqrt(pi (1 + 2 c^2)), ratio 2 k c^2 / (1 + 2 c^2).
std::vector<double> erf_coefficients(double c, int count) {
  std::vector<double> mu(static_cast<std::size_t>(count), 0.0);
  const double spread = 1.0 + 2.0 * c * c;
  fill_alternating(mu, 1, 2.0 * c / std::sqrt(pi * spread),
                   [&](double k) { return 2.0 * k * (c * c / spread); });
  return mu;
}

/// z Phi(sqrt(s) z) sqrt(s): the two neighbours g_{k+1}, g_{k-1} of erf's coefficients nearly cancel at large
/// s, so their sum is taken in closed form: mu_k = sqrt(k) g_{k-1} (1 + (k-1)/(1+s)) / k for even k >= 2.
std::vector<double> gelu_coefficients(double s, int count) {
  const double root = std::sqrt(s);
  const std::vector<double> e = erf_coefficients(root * (0.5 * std::numbers::sqrt2), count + 1);
  std::vector<double> mu(static_cast<std::size_t>(count), 0.0);
  mu[0] = root * 0.5 * e[1];
  for (std::size_t k = 1; k < mu.size(); ++k) {
    const double degree = static_cast<double>(k);
    if (k == 1) mu[k] = 0.5 * root;
    if (k % 2 == 0) mu[k] = root * 0.5 * e[k - 1] * (1.0 + (degree - 1.0) / (1.0 + s)) / std::sqrt(degree);
  }
  return mu;
}

void scale(std::vector<double>& values, double factor) {
  for (double& x : values) x *= factor;
}

void advance(std::span<const double> nodes, double up, double back, std::span<double> previous,
             std::span<double> current) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const double next = up * nodes[i] * current[i] - back * previous[i];
    previous[i] = current[i];
    current[i] = next;
  }
}

/// E[f(sqrt(s) Z) h_k(Z)] with the values f(sqrt(s) z_i) given: the recurrence runs over all nodes at once.
std::vector<double> project(const QuadratureRule& rule, const std::vector<double>& values, int count) {
  const std::size_t nodes = rule.nodes.size();
  std::vector<double> previous(nodes, 0.0);
  std::vector<double> current(nodes, 1.0);
  std::vector<double> weighted(nodes);
  for (std::size_t i = 0; i < nodes; ++i) weighted[i] = rule.weights[i] * values[i];
  std::vector<double> mu(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < mu.size(); ++k) {
    mu[k] = panel_sum(weighted, current);
    const double degree = static_cast<double>(k);
    const double up = 1.0 / std::sqrt(degree + 1.0);
    const double back = std::sqrt(degree) * up;
    advance(rule.nodes, up, back, previous, current);
  }
  return mu;
}

} // namespace

std::vector<double> hermite_functions(double x, int count) {
  require_count(count);
  std::vector<double> h(static_cast<std::size_t>(count));
  h[0] = 1.0;
  if (count > 1) h[1] = x;
  for (std::size_t k = 1; k + 1 < h.size(); ++k) {
    const double degree = static_cast<double>(k);
    h[k + 1] = (x * h[k] - std::sqrt(degree) * h[k - 1]) / std::sqrt(degree + 1.0);
  }
  return h;
}

std::vector<double> hermite_coefficients(const Activation& sigma, int count, double variance) {
  require_count(count);
  require_variance(variance);
  const std::size_t size = static_cast<std::size_t>(count);
  const double s = variance;
  const double root = std::sqrt(s);
  std::vector<double> mu(size, 0.0);
  const auto put = [&mu](std::size_t k, double value) {
    if (k < mu.size()) mu[k] += value;
  };
  if (s == 0.0) {
    mu[0] = sigma.value(0.0);
    return mu;
  }
  switch (sigma.kind()) {
  case ActivationKind::relu:
  case ActivationKind::shifted_relu: {
    const double shift = sigma.kind() == ActivationKind::relu ? 0.0 : sigma.parameter() / root;
    mu = ramp_coefficients(shift, count);
    scale(mu, root);
    break;
  }
  case ActivationKind::leaky:
    mu = ramp_coefficients(0.0, count);
    scale(mu, root * (1.0 - sigma.parameter()));
    put(1, root * sigma.parameter());
    break;
  case ActivationKind::abs:
    mu = ramp_coefficients(0.0, count);
    scale(mu, 2.0 * root);
    if (size > 1) mu[1] = 0.0;
    break;
  case ActivationKind::step:
    mu = step_coefficients(0.0, count);
    break;
  case ActivationKind::sign:
    mu = step_coefficients(0.0, count);
    scale(mu, 2.0);
    mu[0] = 0.0;
    break;
  case ActivationKind::erf:
    mu = erf_coefficients(root, count);
    break;
  case ActivationKind::sin:
    fill_alternating(mu, 1, root * std::exp(-0.5 * s), [s](double) { return s; });
    break;
  case ActivationKind::cos:
    fill_alternating(mu, 0, std::exp(-0.5 * s), [s](double) { return s; });
    break;
  case ActivationKind::exp:
    mu[0] = std::exp(0.5 * s);
    for (std::size_t k = 1; k < size; ++k) mu[k] = mu[k - 1] * root / std::sqrt(static_cast<double>(k));
    break;
  case ActivationKind::quadratic:
    put(0, s);
    put(2, s * std::numbers::sqrt2);
    break;
  case ActivationKind::cubic:
    put(1, 3.0 * s * root);
    put(3, s * root * std::sqrt(6.0));
    break;
  case ActivationKind::gelu:
    mu = gelu_coefficients(s, count);
    break;
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::softplus:
  case ActivationKind::silu: {
    const QuadratureRule rule = rule_for(sigma, s);
    std::vector<double> values = scaled_nodes(rule, s);
    sigma.apply(values);
    mu = project(rule, values, count);
    // tanh and sigmoid - 1/2 are odd; softplus(u) - u/2 and silu(u) - u/2 are even.
    const bool odd = sigma.kind() == ActivationKind::tanh || sigma.kind() == ActivationKind::sigmoid;
    for (std::size_t k = 0; k < size; ++k) {
      if ((k % 2 == 1) != odd) mu[k] = 0.0;
    }
    if (sigma.kind() == ActivationKind::sigmoid) mu[0] = 0.5;
    if (!odd && size > 1) mu[1] = 0.5 * root;
    break;
  }
  }
  return mu;
}

std::vector<double> derivative_hermite_coefficients(const Activation& sigma, int count, double variance) {
  require_count(count);
  require_variance(variance);
  std::vector<double> c(static_cast<std::size_t>(count), 0.0);
  if (variance == 0.0) {
    c[0] = sigma.derivative(0.0);
    return c;
  }
  const double root = std::sqrt(variance);
  switch (sigma.kind()) {
  case ActivationKind::sign:
  case ActivationKind::step:
    throw std::domain_error("the activations sign and step have no derivative");
  case ActivationKind::relu:
    return step_coefficients(0.0, count);
  case ActivationKind::shifted_relu:
    return step_coefficients(sigma.parameter() / root, count);
  case ActivationKind::leaky:
    c = step_coefficients(0.0, count);
    scale(c, 1.0 - sigma.parameter());
    c[0] += sigma.parameter();
    return c;
  case ActivationKind::abs:
    c = step_coefficients(0.0, count);
    scale(c, 2.0);
    c[0] = 0.0;
    return c;
  case ActivationKind::softplus:
    return hermite_coefficients(Activation(ActivationKind::sigmoid), count, variance);
  case ActivationKind::exp:
    return hermite_coefficients(sigma, count, variance);
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::silu: {
    // sigma' itself is integrated: sqrt(k+1) mu_{k+1} would amplify the rounding of mu.
    const QuadratureRule rule = rule_for(sigma, variance);
    std::vector<double> values = scaled_nodes(rule, variance);
    sigma.apply_derivative(values);
    c = project(rule, values, count);
    // The derivatives of tanh and sigmoid are even, silu' - 1/2 is odd.
    const bool even = sigma.kind() != ActivationKind::silu;
    for (std::size_t k = 0; k < c.size(); ++k) {
      if ((k % 2 == 0) != even) c[k] = 0.0;
    }
    if (!even) c[0] = 0.5;
    return c;
  }
  default:
    break;
  }
  const std::vector<double> mu = hermite_coefficients(sigma, count + 1, variance);
  for (std::size_t k = 0; k < c.size(); ++k) c[k] = std::sqrt(static_cast<double>(k + 1)) * mu[k + 1] / root;
  return c;
}

} // namespace pastur::theory
