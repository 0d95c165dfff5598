// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <vector>

namespace pastur::theory {

// Z ~ N(0, 1) throughout; `variance` is the pre-activation variance s, finite and >= 0 (std::invalid_argument
// otherwise). sigma' is undefined for sign and step: std::domain_error.

/// Orthonormal Hermite functions h_0..h_{count-1} at x: h_{k+1} = (x h_k - sqrt(k) h_{k-1}) / sqrt(k+1).
std::vector<double> hermite_functions(double x, int count);

/// mu_k = E[sigma(sqrt(s) Z) h_k(Z)], k = 0..count-1: closed forms where they exist, panels elsewhere; exact
/// zeros where parity asks for them.
std::vector<double> hermite_coefficients(const Activation& sigma, int count, double variance = 1.0);

/// c_k = E[sigma'(sqrt(s) Z) h_k(Z)] = sqrt((k+1)/s) mu_{k+1}, k = 0..count-1; closed forms for step-like
/// sigma'.
std::vector<double> derivative_hermite_coefficients(const Activation& sigma, int count,
                                                    double variance = 1.0);

/// E sigma(sqrt(s) Z)^2 and E sigma'(sqrt(s) Z)^2.
double second_moment(const Activation& sigma, double variance = 1.0);
double derivative_second_moment(const Activation& sigma, double variance = 1.0);

/// The Gaussian equivalent sigma(W x) - mean ~ slope W x + noise u at pre-activation variance s (numerics
/// sheet, section 2).
struct GaussianEquivalent {
  double mean, slope, variance, noise_variance; ///< m, a, eta, b^2 = eta - s a^2
};
/// For s > 0. noise_variance is formed without the cancellation of eta - s a^2. slope = E[Z sigma(sqrt(s)
/// Z)]/sqrt(s), so sign and step have one.
GaussianEquivalent gaussian_equivalent(const Activation& sigma, double s);

} // namespace pastur::theory
