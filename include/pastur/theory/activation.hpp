// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace pastur::theory {

enum class ActivationKind {
  relu,
  shifted_relu,
  leaky,
  abs,
  sign,
  step,
  tanh,
  erf,
  sigmoid,
  softplus,
  sin,
  cos,
  quadratic,
  cubic,
  gelu,
  silu,
  exp
};

/// An activation with its derivatives. `parameter`: the shift t of shifted_relu (sigma(u) = max(u - t, 0)),
/// the slope of leaky below 0; unused elsewhere. Conventions where a function jumps are right-open: step(u) =
/// 1{u > 0}, sign = 2 step - 1.
class Activation {
public:
  /// Throws std::invalid_argument for a parameter that is not finite.
  explicit Activation(ActivationKind kind, double parameter = 0.0);
  /// By name ("relu", "tanh", ...); throws std::invalid_argument for an unknown one.
  static Activation named(std::string_view name, double parameter = 0.0);

  ActivationKind kind() const { return kind_; }
  double parameter() const { return parameter_; }
  std::string_view name() const;
  double value(double u) const;
  /// sigma'(u); at a kink the value from the right-open convention 1{u > t}. Throws std::domain_error for
  /// sign and step, which have none.
  double derivative(double u) const;
  /// sigma''(u), without the point masses at kinks (0 for piecewise linear sigma). Throws std::domain_error
  /// for sign and step.
  double second_derivative(double u) const;
  /// Whether sigma' is a function: false for sign and step.
  bool has_derivative() const { return kind_ != ActivationKind::sign && kind_ != ActivationKind::step; }
  /// Points where sigma or sigma' is not smooth: quadrature panels break there.
  std::vector<double> kinks() const;
  /// Whether sigma' takes two values only (relu, shifted_relu, leaky, abs).
  bool has_two_slopes() const;
  /// u -> sigma(u), sigma'(u), sigma''(u), in place, vectorised; the same bits as the scalar functions.
  void apply(std::span<double> u) const;
  void apply_derivative(std::span<double> u) const;
  void apply_second_derivative(std::span<double> u) const;

private:
  ActivationKind kind_;
  double parameter_;
};

} // namespace pastur::theory
