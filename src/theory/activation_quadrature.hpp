// SPDX-License-Identifier: BSD-3-Clause
// Gaussian averages of functions of sqrt(s) Z, on panels that suit the activation and the scale. Private to
// the theory layer.
#pragma once

#include <pastur/theory/activation.hpp>
#include <pastur/theory/quadrature.hpp>

#include <span>
#include <vector>

namespace pastur::theory {

double normal_density(double x);
/// P(Z > x).
double normal_tail(double x);
/// E max(Z - x, 0) and E max(Z - x, 0)^2, to full relative accuracy in the tail too.
double ramp_mean(double x);
double ramp_second_moment(double x);
/// Throws std::invalid_argument unless the variance is finite and >= 0.
void require_variance(double variance);

/// Nodes z and weights for E f(sqrt(s) Z), f built from the activation or its derivatives: kinks of sigma at
/// scale s are panel borders.
QuadratureRule rule_for(const Activation& sigma, double variance);
/// sqrt(s) z at the rule's nodes.
std::vector<double> scaled_nodes(const QuadratureRule& rule, double variance);
/// sum_i weights_i values_i, panel by panel, which keeps the rounding of 2000 terms below 1e-15.
double panel_sum(std::span<const double> weights, std::span<const double> values);

} // namespace pastur::theory
