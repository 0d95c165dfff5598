// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/random/stream.hpp>
#include <pastur/study/parameters.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace pastur::studies::relu_inconsistency {

/// A finite set of weighted points: the atoms of a law with their probabilities, or samples of weight 1/N.
struct Points {
  std::int64_t d = 1;
  std::vector<double> x;      ///< size() x d, row-major
  std::vector<double> y;      ///< with the shift
  std::vector<double> weight; ///< sums to 1
  std::size_t size() const { return y.size(); }
};

/// Dimension of the inputs: 2 for star, `d` for radial, 1 for the others.
std::int64_t input_dimension(const study::Parameters& point);
/// Whether the data law has finitely many atoms (six, star, points).
bool has_atoms(const study::Parameters& point);
/// The atoms with their probabilities.
Points atoms(const study::Parameters& point);
/// The samples of one network: the atoms with weights Multinomial(N, p)/N (the probabilities themselves for N
/// = "inf"), or N fresh points of weight 1/N (radial, wave).
Points training_points(const study::Parameters& point, const random::Streams& streams, std::int64_t network);
/// 10 000 fresh points of radial or wave, noise-free targets.
Points test_points(const study::Parameters& point, const random::Streams& streams);
/// N, or round(n^sample_exponent) for N = 0; 0 for N = "inf".
std::int64_t sample_count(const study::Parameters& point);

/// The gap of one-dimensional points around 0: (-below, above) holds none, drawn or not.
struct Gap {
  double below, above;
  double nearest() const { return below < above ? below : above; }
};
Gap gap(const Points& points);

/// Weighted moments of the points on one side of 0.
struct SideMoments {
  double xx = 0.0, x = 0.0, one = 0.0; ///< M = (xx x; x one)
  double xy = 0.0, y = 0.0;            ///< u0
  bool two_points = false;             ///< at least two distinct points of positive weight
};
/// x > 0, then x < 0.
using Sides = std::array<SideMoments, 2>;
Sides side_moments(const Points& points);

/// Loss of the best separate affine fits: on x > 0 and x < 0 (d = 1), on each ray in the radius (star). Half
/// the weighted mean square.
double loss_of_linear_fits(const study::Parameters& point, const Points& points);
/// The same fits to one-dimensional points, evaluated at every x; NaN at x = 0 and on a side without points.
std::vector<double> linear_fits(const Points& points, std::span<const double> x);

/// A sequence of uniform numbers on (0, 1): row `row` of a stream.
class UniformSequence {
public:
  UniformSequence(const random::Stream& stream, std::int64_t row)
      : stream_(stream), row_(static_cast<std::uint32_t>(row)) {}
  double next();

private:
  random::Stream stream_;
  std::uint32_t row_;
  std::uint32_t block_ = 0;
  std::array<double, 2> ready_{};
  int left_ = 0;
};

/// Binomial(trials, p): inversion below a mean of 10, Hörmann's transformed rejection (BTRS, 1993) above.
std::int64_t binomial(std::int64_t trials, double p, UniformSequence& uniforms);
/// Multinomial(trials, p)/trials, by conditional binomials.
std::vector<double> multinomial_shares(std::int64_t trials, std::span<const double> p,
                                       UniformSequence& uniforms);

/// The initial weights of the networks of one draw.
class StartLaw {
public:
  StartLaw(const study::Parameters& point, const random::Streams& streams);
  /// Neurons [first, first + count) of one network: a is count x d (row-major), w has `count` entries.
  void fill(std::int64_t network, std::int64_t first, std::int64_t count, double* a, double* w) const;
  /// All biases of a network, given its weights a (n x d, row-major) and its points.
  std::vector<double> biases(std::int64_t network, std::span<const double> a, const Points& points) const;

private:
  enum class Bias { zero, uniform, kink };
  std::int64_t n_, d_;
  double scale_a_, scale_w_, input_scale_;
  Bias bias_;
  std::vector<double> given_a_, given_w_;
  random::Stream a_, w_, b_;
};

/// Minibatches of one network: batch m of step k is Multinomial(m, weights)/m, whoever asks.
class Minibatches {
public:
  Minibatches(const random::Stream& stream, std::int64_t network, std::int64_t batch,
              std::span<const double> weights);
  /// Shares in steps [first, first + steps): steps x points(), column-major.
  void shares(std::int64_t first, std::int64_t steps, double* out);
  /// Points that can be drawn: all up to the last of positive weight.
  std::size_t points() const { return thresholds_.size() + 1; }
  /// The points of one step, `batch` of them, with repetition.
  void members(std::int64_t step, std::vector<std::int64_t>& out);

private:
  random::Stream stream_;
  std::int64_t network_, batch_;
  std::vector<double> thresholds_; ///< cumulative weights without the last
  std::vector<double> uniforms_;
};

} // namespace pastur::studies::relu_inconsistency
