// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/activation.hpp>

#include <functional>
#include <span>
#include <vector>

namespace pastur::theory {

/// B(d, k): the number of spherical harmonics of degree k on the sphere in R^d; B_0 = 1, B_1 = d. Infinite
/// when it overflows.
double harmonic_count(int d, int k);
/// log of B(d, k), for degrees where B itself overflows.
double log_harmonic_count(int d, int k);

/// Gegenbauer polynomials P_0..P_{count-1} of R^d at t, normalised P_k(1) = 1. For d >= 2.
std::vector<double> gegenbauer_polynomials(int d, double t, int count);

// Funk-Hecke eigenvalues xi_k = E[K(t) P_k(t)], t the first coordinate of a uniform point on the unit sphere
// of R^d, k = 0..max_degree, by two routes:

/// Gauss-Legendre in the angle. Absolute accuracy about 1e-16 sup|K|, so B_k xi_k is noise once xi_k is below
/// that; for d >= 2.
std::vector<double> funk_hecke_by_quadrature(const std::function<double(double)>& kernel, int d,
                                             int max_degree);
/// From the power series K(t) = sum_j a_j t^j, j = 0..coefficients.size()-1; for a_j >= 0 a sum of positive
/// terms, so to full relative accuracy at every degree, with exact zeros where parity asks for them.
std::vector<double> funk_hecke_from_series(std::span<const double> coefficients, int d, int max_degree);

/// The infinite-width neural-tangent kernel of a two-layer net on the sphere, K(t) = t g(t), g(t) = E
/// sigma'(u) sigma'(v) for unit Gaussians of correlation t (specs of nt_interpolation). Throws
/// std::invalid_argument when sigma' is undefined (sign, step).
class NeuralTangentKernel {
public:
  explicit NeuralTangentKernel(const Activation& sigma);
  /// K at t (clipped to [-1, 1]); K(1) = E sigma'^2 exactly. Closed forms for relu, leaky, abs, erf; Owen's T
  /// for shifted_relu; series elsewhere.
  double operator()(double t) const;
  /// In place over many t; the same bits as operator().
  void apply(std::span<double> t) const;
  /// xi_k, k = 0..max_degree: the positive sum, but quadrature for sigma' with jumps at d < 20, whose series
  /// converges slowly there.
  std::vector<double> eigenvalues(int d, int max_degree) const;
  /// The truncated kernel sum_{k<=degree} B_k xi_k P_k(t), in place over many t (clipped to [-1, 1]).
  void apply_truncated(int d, int degree, std::span<double> t) const;
  /// E sigma'^2 - sum_{k<=degree} B_k xi_k: the part of K(1) above the degree, the self-induced ridge of the
  /// polynomial model.
  double tail(int d, int degree) const;

private:
  double g(double t) const;
  Activation sigma_;
  std::vector<double> squared_coefficients_; // c_k^2
  std::vector<double> even_, odd_;           // of the series, in t^2
  double at_one_;
};

} // namespace pastur::theory
