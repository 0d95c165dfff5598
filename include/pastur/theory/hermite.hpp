// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <vector>

namespace pastur::theory {

/// Orthonormal Hermite functions h_0..h_{count-1} at x: h_{k+1} = (x h_k - sqrt(k) h_{k-1}) / sqrt(k+1).
std::vector<double> hermite_functions(double x, int count);

/// mu_k = E[sigma(Z) h_k(Z)], k = 0..count-1: closed forms where they exist, panels elsewhere.
std::vector<double> hermite_coefficients(const Activation& sigma, int count);

/// c_k = E[sigma'(Z) h_k(Z)] = sqrt(k+1) mu_{k+1}, k = 0..count-1; closed forms for step-like sigma'.
std::vector<double> derivative_hermite_coefficients(const Activation& sigma, int count);

/// E sigma(Z)^2 and E sigma'(Z)^2.
double second_moment(const Activation& sigma);
double derivative_second_moment(const Activation& sigma);

/// The Gaussian equivalent sigma(W x) - mean ~ slope W x + noise u at pre-activation variance s (numerics sheet, section 2).
struct GaussianEquivalent {
  double mean, slope, variance, noise_variance;   ///< m, a, eta, b^2 = eta - s a^2
};
GaussianEquivalent gaussian_equivalent(const Activation& sigma, double s);

} // namespace pastur::theory
