// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <span>
#include <vector>

namespace pastur::theory {

/// log of B(d, k): the number of spherical harmonics of degree k on the sphere in R^d; B_0 = 1, B_1 = d.
double log_harmonic_count(int d, int k);

/// Gegenbauer polynomials P_0..P_{count-1} of R^d at t, normalised P_k(1) = 1.
std::vector<double> gegenbauer_polynomials(int d, double t, int count);

/// The infinite-width neural-tangent kernel of a two-layer net on the sphere, K(t) = t g(t), g(t) = E sigma'(u) sigma'(v) for unit Gaussians of
/// correlation t (specs of nt_interpolation). Throws std::invalid_argument when sigma' is undefined.
class NeuralTangentKernel {
public:
  explicit NeuralTangentKernel(const Activation& sigma);
  /// K at t (clipped to [-1, 1]); K(1) = E sigma'^2 exactly. Closed forms for relu, erf; 60-node quadrature for shifted_relu; series elsewhere.
  double operator()(double t) const;
  /// In place over many t.
  void apply(std::span<double> t) const;
  /// xi_k = E[K(t) P_k(t)], t the first coordinate of a uniform point on the unit sphere of R^d, k = 0..max_degree (Funk-Hecke eigenvalues).
  std::vector<double> eigenvalues(int d, int max_degree) const;
  /// The truncated kernel sum_{k<=degree} B_k xi_k P_k(t), in place over many t.
  void apply_truncated(int d, int degree, std::span<double> t) const;

private:
  double g(double t) const;
  Activation sigma_;
  std::vector<double> squared_coefficients_;   // c_k^2
  double at_one_;
};

} // namespace pastur::theory
