// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"
#include "bivariate_tail.hpp"
#include "dual_series.hpp"

#include <pastur/theory/dual_activation.hpp>
#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

/// exp(-m) sinh(c) and exp(-m) cosh(c), m >= |c|: neither overflow at large c nor cancellation at small c.
double damped_sinh(double m, double c) {
  return std::abs(c) < 1.0 ? std::exp(-m) * std::sinh(c) : 0.5 * (std::exp(c - m) - std::exp(-c - m));
}
double damped_cosh(double m, double c) {
  return 0.5 * (std::exp(c - m) + std::exp(-c - m));
}

/// One of the two Gaussians is constant 0: the averages factor.
DualValue product_of_means(const Activation& sigma, double a, double b) {
  const auto first = [](const std::vector<double>& x) { return x.front(); };
  DualValue value{first(hermite_coefficients(sigma, 1, a)) * first(hermite_coefficients(sigma, 1, b)), 0.0};
  value.derivative = sigma.has_derivative() ? first(derivative_hermite_coefficients(sigma, 1, a)) *
                                                  first(derivative_hermite_coefficients(sigma, 1, b))
                                            : INFINITY;
  return value;
}

/// sqrt(a b), exactly a when the variances are equal, so that equal inputs have angle 0.
double geometric_mean(double a, double b) {
  return a == b ? a : std::sqrt(a * b);
}

/// sin(theta), 0 at theta = pi, which rounds.
double sine(double theta) {
  return theta >= pi ? 0.0 : std::sin(theta);
}

double angle_of(double a, double b, double c) {
  const double size = geometric_mean(a, b);
  const double clipped = std::min(size, std::max(-size, c));
  return correlation_angle(size - clipped, size + clipped);
}

} // namespace

double arc_cosine(int order, double theta) {
  const double c = std::cos(theta);
  const double s = std::sin(theta);
  switch (order) {
  case 0:
    return (pi - theta) / pi;
  case 1:
    return (s + (pi - theta) * c) / pi;
  case 2:
    return (3.0 * s * c + (pi - theta) * (1.0 + 2.0 * c * c)) / pi;
  default:
    throw std::invalid_argument("arc-cosine functions are there for orders 0, 1 and 2");
  }
}

double correlation_angle(double one_minus_rho, double one_plus_rho) {
  return 2.0 * std::atan2(std::sqrt(one_minus_rho), std::sqrt(one_plus_rho));
}

DualActivation::DualActivation(const Activation& sigma) : sigma_(sigma) {}

bool DualActivation::has_closed_form() const {
  switch (sigma_.kind()) {
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::softplus:
  case ActivationKind::silu:
    return false;
  default:
    return true;
  }
}

DualValue DualActivation::closed_form(double a, double b, double c, double theta) const {
  const double size = geometric_mean(a, b);
  const double arcsine = 0.5 * pi - theta;
  switch (sigma_.kind()) {
  case ActivationKind::relu:
    return {0.5 * size * arc_cosine(1, theta), 0.5 * arc_cosine(0, theta)};
  case ActivationKind::shifted_relu: {
    const double t = sigma_.parameter();
    if (t == 0.0) return {0.5 * size * arc_cosine(1, theta), 0.5 * arc_cosine(0, theta)};
    const RampMoments moments = ramp_moments(t / std::sqrt(a), t / std::sqrt(b), theta);
    return {size * moments.product, moments.probability};
  }
  case ActivationKind::leaky: {
    const double slope = sigma_.parameter();
    const double bend = 0.5 * (1.0 - slope) * (1.0 - slope);
    return {bend * size * arc_cosine(1, theta) + slope * c, bend * arc_cosine(0, theta) + slope};
  }
  case ActivationKind::abs:
    return {2.0 / pi * size * (std::sin(theta) + std::cos(theta) * arcsine), 2.0 / pi * arcsine};
  case ActivationKind::sign:
    return {2.0 / pi * arcsine, 2.0 / (pi * size * sine(theta))};
  case ActivationKind::step:
    return {0.5 * arc_cosine(0, theta), 0.5 / (pi * size * sine(theta))};
  case ActivationKind::erf: {
    const double spread = (1.0 + 2.0 * a) * (1.0 + 2.0 * b);
    return {2.0 / pi * std::asin(2.0 * c / std::sqrt(spread)), 4.0 / (pi * std::sqrt(spread - 4.0 * c * c))};
  }
  case ActivationKind::sin:
    return {damped_sinh(0.5 * (a + b), c), damped_cosh(0.5 * (a + b), c)};
  case ActivationKind::cos:
    return {damped_cosh(0.5 * (a + b), c), damped_sinh(0.5 * (a + b), c)};
  case ActivationKind::exp: {
    const double value = std::exp(0.5 * (a + b) + c);
    return {value, value};
  }
  case ActivationKind::quadratic:
    return {a * b + 2.0 * c * c, 4.0 * c};
  case ActivationKind::cubic:
    return {c * (9.0 * a * b + 6.0 * c * c), 9.0 * (a * b + 2.0 * c * c)};
  case ActivationKind::gelu: {
    const double A = 1.0 + a;
    const double B = 1.0 + b;
    const double D = A * B - c * c;
    const double root = std::sqrt(D);
    const double h = 1.0 / A + 1.0 / B - 1.0;
    const double angle = std::asin(c / std::sqrt(A * B)) / (2.0 * pi);
    const double numerator = a * b + c * c * h;
    return {c * (0.25 + angle) + numerator / (2.0 * pi * root),
            0.25 + angle + c * (1.0 + 2.0 * h) / (2.0 * pi * root) + c * numerator / (2.0 * pi * D * root)};
  }
  case ActivationKind::tanh:
  case ActivationKind::sigmoid:
  case ActivationKind::softplus:
  case ActivationKind::silu:
    break;
  }
  throw std::logic_error("no closed form");
}

DualValue DualActivation::operator()(double a, double b, double c) const {
  require_variance(a);
  require_variance(b);
  if (!std::isfinite(c)) throw std::invalid_argument("a covariance must be finite");
  return at_angle(a, b, angle_of(a, b, c));
}

DualValue DualActivation::at_angle(double a, double b, double theta) const {
  require_variance(a);
  require_variance(b);
  if (!(theta >= 0.0 && theta <= pi)) throw std::invalid_argument("an angle must lie in [0, pi]");
  if (a == 0.0 || b == 0.0) return product_of_means(sigma_, a, b);
  const double c = geometric_mean(a, b) * std::cos(theta);
  if (has_closed_form()) return closed_form(a, b, c, theta);
  const DualProfile x(sigma_, a);
  const std::optional<DualValue> sum =
      a == b ? dual_series(x, x, std::cos(theta)) : dual_series(x, DualProfile(sigma_, b), std::cos(theta));
  return sum ? *sum : dual_by_quadrature(sigma_, a, b, c);
}

void DualActivation::apply_block(std::span<const double> row_variance,
                                 std::span<const double> column_variance, std::span<double> covariance,
                                 std::span<double> derivative) const {
  const std::size_t rows = row_variance.size();
  if (covariance.size() != rows * column_variance.size() || derivative.size() != covariance.size()) {
    throw std::invalid_argument("apply_block: sizes of variances and block differ");
  }
  for (double variance : row_variance) require_variance(variance);
  for (double variance : column_variance) require_variance(variance);
  std::map<double, DualProfile> profiles;
  if (!has_closed_form()) {
    for (double variance : row_variance) profiles.try_emplace(variance, sigma_, variance);
    for (double variance : column_variance) profiles.try_emplace(variance, sigma_, variance);
  }
  std::vector<const DualProfile*> row_profile;
  for (std::size_t i = 0; i < rows && !profiles.empty(); ++i)
    row_profile.push_back(&profiles.at(row_variance[i]));
  for (std::size_t j = 0; j < column_variance.size(); ++j) {
    const double b = column_variance[j];
    const DualProfile* column_profile = profiles.empty() ? nullptr : &profiles.at(b);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t at = i + j * rows;
      const double a = row_variance[i];
      const double c = covariance[at];
      DualValue value{};
      if (a == 0.0 || b == 0.0) {
        value = product_of_means(sigma_, a, b);
      } else if (column_profile == nullptr) {
        const double size = geometric_mean(a, b);
        value = closed_form(a, b, std::min(size, std::max(-size, c)), angle_of(a, b, c));
      } else {
        const double rho = std::min(1.0, std::max(-1.0, c / (geometric_mean(a, b))));
        const std::optional<DualValue> sum = dual_series(*row_profile[i], *column_profile, rho);
        value = sum ? *sum : dual_by_quadrature(sigma_, a, b, c);
      }
      covariance[at] = value.kernel;
      derivative[at] = value.derivative;
    }
  }
}

} // namespace pastur::theory
