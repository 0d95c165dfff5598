// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/relu_inconsistency_law.hpp>
#include <pastur/studies/relu_inconsistency_reference.hpp>

#include <cstdint>
#include <vector>

namespace pastur::studies::relu_inconsistency {

enum class Optimizer { gd, sgd, adam };
enum class StepRule { spectral, small, fixed };

/// How networks are trained, read once from a point.
struct Schedule {
  explicit Schedule(const study::Parameters& point);
  Optimizer optimizer;
  StepRule rule;
  std::int64_t n;
  double step_size, momentum;
  std::int64_t batch, steps;
  std::vector<std::int64_t> times;    ///< ascending
  std::vector<std::size_t> positions; ///< of times[k] in the parameter's list
  std::vector<double> fit_x;          ///< inputs at which f is recorded at each time (d = 1)
  double step(double lambda_max) const;
};

enum class Status { settled = 0, crossed = 1, degenerate = 2, budget = 3, done = 4 };

/// What became of one network. Paths follow the parameter `times`.
struct Outcome {
  Status status = Status::degenerate;
  double
      max_kink; ///< NaN after a change of sign of some a_i, and for degenerate networks like all that follow
  std::int64_t stop_step = 0;
  double loss, loss_linear;
  std::vector<double> loss_path, kink_path;
  std::vector<double> fit_path;    ///< f: times x fit_x
  std::vector<double> fit_linear;  ///< the linear fits at fit_x
  double crossing_predicted = 1.0; ///< where crossing_is_predicted()
  double test_error;               ///< radial, wave: mean square
  /// Parameters at the end when asked for: a (n x d), b, w, c.
  std::vector<double> a, b, w;
  double c = 0.0;
  explicit Outcome(std::size_t times = 0, std::size_t fit_points = 0);
  bool crossed_by(std::int64_t step) const {
    return status == Status::degenerate || (status == Status::crossed && stop_step <= step);
  }
};

/// Networks [first, first + count) of a draw by the exact recursion, several side by side. Networks stop at
/// their crossing.
std::vector<Outcome> train_reduced(const study::Parameters& point, const random::Streams& streams,
                                   std::int64_t first, std::int64_t count, bool keep_parameters = false);

/// One network on the star by the recursion with one map for each activation pattern, up to the first change
/// of any: O(n) work a step to test the patterns, O(1) for the rest.
Outcome train_star(const study::Parameters& point, const random::Streams& streams, std::int64_t network,
                   bool keep_parameters = false);

/// The greatest eigenvalue of the weighted tangent kernel of a network at its start.
double largest_tangent_eigenvalue(const study::Parameters& point, const random::Streams& streams,
                                  std::int64_t network);

/// One network by plain training of all its parameters. `test`: where the test error is wanted, else empty.
Outcome train_full(const study::Parameters& point, const random::Streams& streams, std::int64_t network,
                   const Points& test, bool keep_parameters = false);

/// Sums over the start of a one-dimensional network, and the extreme w/a of each sign of a.
struct StartSummary {
  StartMoments moments;
  std::array<double, 2> lowest_ratio{}, highest_ratio{};
};
StartSummary summarise_start(const StartLaw& law, std::int64_t network, std::int64_t n);

/// Degenerate: a sign of a that no neuron has, or fewer than two distinct drawn points on a side.
bool degenerate(const StartMoments& start, const Sides& sides);

} // namespace pastur::studies::relu_inconsistency
