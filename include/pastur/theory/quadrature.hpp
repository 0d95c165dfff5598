// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace pastur::theory {

struct QuadratureRule {
  std::vector<double> nodes;
  std::vector<double> weights;
};

/// n-point Gauss-Legendre on [a, b].
QuadratureRule gauss_legendre(int n, double a = -1.0, double b = 1.0);

/// Nodes and weights for E f(Z), Z ~ N(0, 1): Gauss-Legendre panels of width 1/2 on [-12, 12], 40 nodes each,
/// broken at every kink.
QuadratureRule gaussian_panels(std::span<const double> kinks = {});

/// E f(Z) by gaussian_panels.
double gaussian_mean(const std::function<double(double)>& f, std::span<const double> kinks = {});

} // namespace pastur::theory
