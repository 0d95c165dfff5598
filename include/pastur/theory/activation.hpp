// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pastur::theory {

enum class ActivationKind { relu, shifted_relu, leaky, abs, sign, step, tanh, erf, sigmoid, softplus, sin, cos, quadratic, cubic, gelu, silu, exp };

/// An activation with its derivative. `parameter`: the shift t of shifted_relu (sigma(u) = max(u - t, 0)), the slope of leaky; unused elsewhere.
class Activation {
public:
  explicit Activation(ActivationKind kind, double parameter = 0.0);
  /// By name ("relu", "tanh", ...); throws std::invalid_argument for an unknown one.
  static Activation named(std::string_view name, double parameter = 0.0);

  ActivationKind kind() const { return kind_; }
  double parameter() const { return parameter_; }
  std::string_view name() const;
  double value(double u) const;
  /// sigma'(u); at a kink the value from the right-open convention 1{u > t}. Throws std::domain_error for sign and step, which have none.
  double derivative(double u) const;
  /// Points where sigma or sigma' is not smooth: quadrature panels break there.
  std::vector<double> kinks() const;
  /// Whether sigma' takes two values only (relu, shifted_relu, leaky, abs).
  bool has_two_slopes() const;
  /// u -> sigma(u) and u -> sigma'(u), in place, vectorised.
  void apply(std::span<double> u) const;
  void apply_derivative(std::span<double> u) const;

private:
  ActivationKind kind_;
  double parameter_;
};

} // namespace pastur::theory
