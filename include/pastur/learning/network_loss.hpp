// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network_pass.hpp>

#include <span>

namespace pastur::learning {

// Squared loss L = scale sum_g |f(x_g) - y_g|^2 over the columns of a pass: scale = 1/samples for the mean,
// 1/(2 samples) or 1/2 for the other conventions. Local to the rank: sum results over a team. `targets` is
// outputs() x samples, gradients and directions have one entry a parameter (std::invalid_argument otherwise).

double squared_loss(const Pass& pass, SamplesView targets, double scale);

/// Gradient of L at the pass, written to `gradient`; returns L.
double loss_gradient(const Network& network, std::span<const double> parameters, const Pass& pass,
                     SamplesView targets, double scale, std::span<double> gradient);

/// H v with the Hessian H of L, exact, forward over reverse, written to `result`. Point masses of phi'' at
/// kinks do not count, so for piecewise linear activations H is the Hessian inside the region.
void hessian_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                     SamplesView targets, double scale, std::span<const double> direction,
                     std::span<double> result);

/// 2 scale J^T J v, the Gauss-Newton part of H v.
void gauss_newton_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                          double scale, std::span<const double> direction, std::span<double> result);

} // namespace pastur::learning
