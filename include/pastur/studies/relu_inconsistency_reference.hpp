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

/// How far the recursion moves the parameters of the two sides, to first order: b_i = w_i(0) S and a_i =
/// a_i(0) + w_i(0) R with S = h sum_{j < k} s(j), R = h sum_{j < k} r(j).
struct Displacements {
  std::array<double, 2> intercept{}; ///< S*: the largest |S|
  /// The largest |S| - x R and |S| + x R, x the nearest point: with rho = w_i(0)/a_i(0) the kink leaves (-x,
  /// x) when rho exceeds x over the first, or -rho exceeds x over the second.
  std::array<double, 2> reach_up{}, reach_down{};
};

/// The linear reference recursion vbar <- (I - h A M) vbar in the order (p+, q+ + c, p-, q- + c), through the
/// modes of M^{1/2} A M^{1/2}.
class ReferenceRecursion {
public:
  /// Both sides of `law` must have two distinct points.
  ReferenceRecursion(const Sides& law, const StartMoments& start);
  const std::array<double, 4>& eigenvalues() const { return eigenvalues_; } ///< of A M, ascending
  /// Over 160 log-spaced k in [1, 200 lambda_max/lambda_min] and k = inf, or over k <= `steps` when that is
  /// positive.
  Displacements largest_displacements(const Sides& law, const StartMoments& start, double h,
                                      std::int64_t steps, double nearest) const;

private:
  std::array<double, 4> eigenvalues_{};
  std::array<std::array<double, 4>, 4> modes_{}; ///< M^{1/2} V, modes_[row][mode]
};

/// 1 - prod_tau (1 - (2/pi) arctan(S*_tau/(sqrt(n) x)))^{n_tau}, x the nearest point: w_i/a_i is n^{-1/2}
/// times a Cauchy number, and a_i keeps its start value.
double crossing_probability(const Displacements& displacements, const std::array<double, 2>& neurons,
                            std::int64_t n, double nearest);
/// The same with the change of a_i: the share of neurons that cross is (arctan(up/(x sqrt(n))) +
/// arctan(down/(x sqrt(n))))/pi. It differs where |R| x exceeds |S|, that is where a_i changes its sign
/// before its kink is pushed out.
double refined_crossing_probability(const Displacements& displacements, const std::array<double, 2>& neurons,
                                    std::int64_t n, double nearest);

/// Whether the prediction of the crossing probability applies: gradient descent without momentum at the
/// spectral step, he weights and zero biases, one-dimensional atoms.
bool crossing_is_predicted(const study::Parameters& point);
/// Averages of both over 20 000 limiting starts (sum aa = n, sum ww = 1, sum aw ~ N(0, 2) on each side) and
/// multiplicities, from a fixed stream.
struct CrossingProbabilities {
  double leading = 0.0, refined = 0.0;
};
CrossingProbabilities asymptotic_crossing_probabilities(const study::Parameters& point);

} // namespace pastur::studies::relu_inconsistency
