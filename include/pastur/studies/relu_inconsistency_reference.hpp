// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/relu_inconsistency_law.hpp>

#include <array>
#include <cstdint>

namespace pastur::studies::relu_inconsistency {

/// Second moments of the start on the two sides: sums over the neurons with a > 0, then a < 0.
struct StartMoments {
  std::array<double, 2> aa{}, aw{}, ww{};
  std::array<std::int64_t, 2> count{};
};

/// The linear reference recursion vbar <- (I - h A M) vbar in the order (p+, q+ + c, p-, q- + c), through the
/// modes of M^{1/2} A M^{1/2}.
class ReferenceRecursion {
public:
  /// Both sides of `law` must have two distinct points.
  ReferenceRecursion(const Sides& law, const StartMoments& start);
  const std::array<double, 4>& eigenvalues() const { return eigenvalues_; } ///< of A M, ascending
  /// S*: the largest |h sum_{j < k} s_tau(j)| over 160 log-spaced k in [1, 200 lambda_max/lambda_min] and k =
  /// inf, or over k <= `steps` when that is positive.
  std::array<double, 2> largest_displacements(const Sides& law, const StartMoments& start, double h,
                                              std::int64_t steps) const;

private:
  std::array<double, 4> eigenvalues_{};
  std::array<std::array<double, 4>, 4> modes_{}; ///< M^{1/2} V, modes_[row][mode]
};

/// 1 - prod_tau (1 - (2/pi) arctan(S*_tau/(sqrt(n) x_min)))^{n_tau}: b_i = w_i(0) S, and w_i/a_i is n^{-1/2}
/// times a Cauchy number.
double crossing_probability(const std::array<double, 2>& displacements, const std::array<double, 2>& neurons,
                            std::int64_t n, double nearest);

/// Whether the prediction of the crossing probability applies: gradient descent without momentum at the
/// spectral step, he weights and zero biases, one-dimensional atoms.
bool crossing_is_predicted(const study::Parameters& point);
/// Its average over 20 000 limiting starts (sum aa = n, sum ww = 1, sum aw ~ N(0, 2) on each side) and
/// multiplicities, from a fixed stream.
double asymptotic_crossing_probability(const study::Parameters& point);

} // namespace pastur::studies::relu_inconsistency
