// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/activation.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

namespace pastur::theory {
namespace {

constexpr std::array<std::pair<std::string_view, ActivationKind>, 17> names{{
    {"relu", ActivationKind::relu},
    {"shifted_relu", ActivationKind::shifted_relu},
    {"leaky", ActivationKind::leaky},
    {"abs", ActivationKind::abs},
    {"sign", ActivationKind::sign},
    {"step", ActivationKind::step},
    {"tanh", ActivationKind::tanh},
    {"erf", ActivationKind::erf},
    {"sigmoid", ActivationKind::sigmoid},
    {"softplus", ActivationKind::softplus},
    {"sin", ActivationKind::sin},
    {"cos", ActivationKind::cos},
    {"quadratic", ActivationKind::quadratic},
    {"cubic", ActivationKind::cubic},
    {"gelu", ActivationKind::gelu},
    {"silu", ActivationKind::silu},
    {"exp", ActivationKind::exp},
}};

double logistic(double u) {
  return 1.0 / (1.0 + std::exp(-u));
}

/// logistic' = e / (1 + e)^2 with e = exp(-|u|): keeps its relative accuracy where 1 - logistic rounds to 0.
double logistic_slope(double u) {
  const double e = std::exp(-std::abs(u));
  return e / ((1.0 + e) * (1.0 + e));
}

double normal_density(double u) {
  constexpr double scale = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
  return scale * std::exp(-0.5 * u * u);
}

double normal_distribution(double u) {
  return 0.5 * std::erfc(-u * (0.5 * std::numbers::sqrt2));
}

// Values compare with `<` so that a NaN passes through instead of turning into 0.
struct Ramp {
  double shift;
  double value(double u) const { return u - shift < 0.0 ? 0.0 : u - shift; }
  double derivative(double u) const { return u > shift ? 1.0 : 0.0; }
  double second(double) const { return 0.0; }
};
struct Leaky {
  double slope;
  double value(double u) const { return u < 0.0 ? slope * u : u; }
  double derivative(double u) const { return u > 0.0 ? 1.0 : slope; }
  double second(double) const { return 0.0; }
};
struct Abs {
  static double value(double u) { return std::abs(u); }
  static double derivative(double u) { return u > 0.0 ? 1.0 : -1.0; }
  static double second(double) { return 0.0; }
};
struct Jump {
  double low;
  double value(double u) const { return u > 0.0 ? 1.0 : low; }
  [[noreturn]] static void undefined() {
    throw std::domain_error("the activations sign and step have no derivative");
  }
  static double derivative(double) { undefined(); }
  static double second(double) { undefined(); }
};
struct Tanh {
  static double value(double u) { return std::tanh(u); }
  static double derivative(double u) { return 4.0 * logistic_slope(2.0 * u); }
  static double second(double u) { return -2.0 * std::tanh(u) * derivative(u); }
};
struct Erf {
  static double value(double u) { return std::erf(u); }
  static double derivative(double u) { return 2.0 * std::numbers::inv_sqrtpi * std::exp(-u * u); }
  static double second(double u) { return -2.0 * u * derivative(u); }
};
struct Sigmoid {
  static double value(double u) { return logistic(u); }
  static double derivative(double u) { return logistic_slope(u); }
  static double second(double u) { return -logistic_slope(u) * std::tanh(0.5 * u); }
};
struct Softplus {
  static double value(double u) { return (u < 0.0 ? 0.0 : u) + std::log1p(std::exp(-std::abs(u))); }
  static double derivative(double u) { return logistic(u); }
  static double second(double u) { return logistic_slope(u); }
};
struct Sin {
  static double value(double u) { return std::sin(u); }
  static double derivative(double u) { return std::cos(u); }
  static double second(double u) { return -std::sin(u); }
};
struct Cos {
  static double value(double u) { return std::cos(u); }
  static double derivative(double u) { return -std::sin(u); }
  static double second(double u) { return -std::cos(u); }
};
struct Quadratic {
  static double value(double u) { return u * u; }
  static double derivative(double u) { return 2.0 * u; }
  static double second(double) { return 2.0; }
};
struct Cubic {
  static double value(double u) { return u * u * u; }
  static double derivative(double u) { return 3.0 * u * u; }
  static double second(double u) { return 6.0 * u; }
};
struct Gelu {
  static double value(double u) { return u * normal_distribution(u); }
  static double derivative(double u) { return normal_distribution(u) + u * normal_density(u); }
  static double second(double u) { return (2.0 - u * u) * normal_density(u); }
};
struct Silu {
  static double value(double u) { return u * logistic(u); }
  static double derivative(double u) { return logistic(u) + u * logistic_slope(u); }
  static double second(double u) { return logistic_slope(u) * (2.0 - u * std::tanh(0.5 * u)); }
};
struct Exp {
  static double value(double u) { return std::exp(u); }
  static double derivative(double u) { return std::exp(u); }
  static double second(double u) { return std::exp(u); }
};

/// Calls `use` with the formulas of one kind, so that loops over many u carry no switch inside.
template <class Use>
auto with_formulas(ActivationKind kind, double parameter, Use&& use) {
  switch (kind) {
  case ActivationKind::relu:
    return use(Ramp{0.0});
  case ActivationKind::shifted_relu:
    return use(Ramp{parameter});
  case ActivationKind::leaky:
    return use(Leaky{parameter});
  case ActivationKind::abs:
    return use(Abs{});
  case ActivationKind::sign:
    return use(Jump{-1.0});
  case ActivationKind::step:
    return use(Jump{0.0});
  case ActivationKind::tanh:
    return use(Tanh{});
  case ActivationKind::erf:
    return use(Erf{});
  case ActivationKind::sigmoid:
    return use(Sigmoid{});
  case ActivationKind::softplus:
    return use(Softplus{});
  case ActivationKind::sin:
    return use(Sin{});
  case ActivationKind::cos:
    return use(Cos{});
  case ActivationKind::quadratic:
    return use(Quadratic{});
  case ActivationKind::cubic:
    return use(Cubic{});
  case ActivationKind::gelu:
    return use(Gelu{});
  case ActivationKind::silu:
    return use(Silu{});
  case ActivationKind::exp:
    return use(Exp{});
  }
  throw std::invalid_argument("unknown activation kind");
}

} // namespace

Activation::Activation(ActivationKind kind, double parameter) : kind_(kind), parameter_(parameter) {
  if (!std::isfinite(parameter)) throw std::invalid_argument("the parameter of an activation must be finite");
}

Activation Activation::named(std::string_view name, double parameter) {
  for (const auto& [known, kind] : names) {
    if (known == name) return Activation(kind, parameter);
  }
  std::string message = "unknown activation '";
  message.append(name).append("'; known are");
  for (const auto& [known, kind] : names) message.append(" ").append(known);
  throw std::invalid_argument(message);
}

std::string_view Activation::name() const {
  for (const auto& [known, kind] : names) {
    if (kind == kind_) return known;
  }
  throw std::invalid_argument("unknown activation kind");
}

double Activation::value(double u) const {
  return with_formulas(kind_, parameter_, [u](const auto& sigma) { return sigma.value(u); });
}

double Activation::derivative(double u) const {
  return with_formulas(kind_, parameter_, [u](const auto& sigma) { return sigma.derivative(u); });
}

double Activation::second_derivative(double u) const {
  return with_formulas(kind_, parameter_, [u](const auto& sigma) { return sigma.second(u); });
}

std::vector<double> Activation::kinks() const {
  switch (kind_) {
  case ActivationKind::relu:
  case ActivationKind::leaky:
  case ActivationKind::abs:
  case ActivationKind::sign:
  case ActivationKind::step:
    return {0.0};
  case ActivationKind::shifted_relu:
    return {parameter_};
  default:
    return {};
  }
}

bool Activation::has_two_slopes() const {
  return kind_ == ActivationKind::relu || kind_ == ActivationKind::shifted_relu ||
         kind_ == ActivationKind::leaky || kind_ == ActivationKind::abs;
}

void Activation::apply(std::span<double> u) const {
  with_formulas(kind_, parameter_, [u](const auto& sigma) {
    for (double& x : u) x = sigma.value(x);
  });
}

void Activation::apply_derivative(std::span<double> u) const {
  with_formulas(kind_, parameter_, [u](const auto& sigma) {
    for (double& x : u) x = sigma.derivative(x);
  });
}

void Activation::apply_second_derivative(std::span<double> u) const {
  with_formulas(kind_, parameter_, [u](const auto& sigma) {
    for (double& x : u) x = sigma.second(x);
  });
}

} // namespace pastur::theory
