// SPDX-License-Identifier: BSD-3-Clause
// The linear reference recursion of Holzmüller and Steinwart and the crossing probability that follows from
// it.
#include <pastur/random/fill.hpp>
#include <pastur/studies/relu_inconsistency_reference.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace pastur::studies::relu_inconsistency {

namespace {

constexpr int grid_points = 160;
constexpr double grid_reach = 200.0; ///< in units of lambda_max/lambda_min
constexpr std::int64_t theory_samples = 20'000;

using Matrix4 = Eigen::Matrix4d;

/// Root of a symmetric positive definite 2 x 2 matrix.
Eigen::Matrix2d root(const SideMoments& m) {
  const double determinant = std::sqrt(std::max(0.0, m.xx * m.one - m.x * m.x));
  const double scale = std::sqrt(m.xx + m.one + 2.0 * determinant);
  Eigen::Matrix2d result;
  result << m.xx + determinant, m.x, m.x, m.one + determinant;
  return result / scale;
}

/// Best affine fit (slope, intercept) of one side.
std::array<double, 2> best_fit(const SideMoments& m) {
  const double determinant = m.xx * m.one - m.x * m.x;
  return {(m.one * m.xy - m.x * m.y) / determinant, (m.xx * m.y - m.x * m.xy) / determinant};
}

} // namespace

ReferenceRecursion::ReferenceRecursion(const Sides& law, const StartMoments& start) {
  Matrix4 a = Matrix4::Zero();
  Matrix4 half = Matrix4::Zero();
  for (int side = 0; side < 2; ++side) {
    const std::size_t s = static_cast<std::size_t>(side);
    a(2 * side, 2 * side) = start.aa[s] + start.ww[s];
    a(2 * side + 1, 2 * side + 1) = start.ww[s];
    half.block<2, 2>(2 * side, 2 * side) = root(law[s]);
  }
  for (const int i : {1, 3})
    for (const int j : {1, 3}) a(i, j) += 1.0;
  const Eigen::SelfAdjointEigenSolver<Matrix4> solver(half * a * half);
  const Matrix4 modes = half * solver.eigenvectors();
  for (int i = 0; i < 4; ++i) {
    eigenvalues_[static_cast<std::size_t>(i)] = solver.eigenvalues()(i);
    for (int j = 0; j < 4; ++j)
      modes_[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = modes(i, j);
  }
}

Displacements ReferenceRecursion::largest_displacements(const Sides& law, const StartMoments& start, double h,
                                                        std::int64_t steps, double nearest) const {
  const std::array<double, 2> positive = best_fit(law[0]);
  const std::array<double, 2> negative = best_fit(law[1]);
  const std::array<double, 4> distance = {positive[0] - start.aw[0], positive[1], negative[0] - start.aw[1],
                                          negative[1]};
  std::array<double, 4> rate{};
  std::array<std::array<double, 4>, 4> weight{}; // [row][mode]
  for (std::size_t i = 0; i < 4; ++i) {
    double projection = 0.0;
    for (std::size_t j = 0; j < 4; ++j) projection += modes_[j][i] * distance[j];
    projection /= eigenvalues_[i];
    for (std::size_t j = 0; j < 4; ++j) weight[j][i] = modes_[j][i] * projection;
    rate[i] = std::log1p(-std::min(1.0, h * eigenvalues_[i]));
  }
  Displacements largest;
  const auto visit = [&](double k) {
    std::array<double, 4> moved{}; // R+, S+, R-, S-
    for (std::size_t i = 0; i < 4; ++i) {
      const double exponent = k * rate[i];
      const double grown = exponent < -40.0 ? 1.0 : 1.0 - std::exp(exponent);
      for (std::size_t j = 0; j < 4; ++j) moved[j] += weight[j][i] * grown;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const double s = std::abs(moved[2 * side + 1]);
      const double r = nearest * moved[2 * side];
      largest.intercept[side] = std::max(largest.intercept[side], s);
      largest.reach_up[side] = std::max(largest.reach_up[side], s - r);
      largest.reach_down[side] = std::max(largest.reach_down[side], s + r);
    }
  };
  double last = grid_reach * eigenvalues_[3] / eigenvalues_[0];
  if (steps > 0) last = std::min(last, static_cast<double>(steps));
  double before = 0.0;
  // exp(j log(last)/159) by repeated multiplication: only its rounding to integers matters.
  const double factor = std::exp(std::log(last) / (grid_points - 1));
  double power = 1.0;
  for (int j = 0; j < grid_points; ++j, power *= factor) {
    const double k = std::round(power);
    if (k > before) visit(k);
    before = k;
  }
  if (steps == 0) visit(std::numeric_limits<double>::infinity());
  return largest;
}

namespace {

/// 1 - prod_tau (1 - share_tau)^{n_tau}.
double at_least_one(const std::array<double, 2>& share, const std::array<double, 2>& neurons) {
  return -std::expm1(neurons[0] * std::log1p(-share[0]) + neurons[1] * std::log1p(-share[1]));
}

} // namespace

double crossing_probability(const Displacements& displacements, const std::array<double, 2>& neurons,
                            std::int64_t n, double nearest) {
  const double unit = std::sqrt(static_cast<double>(n)) * nearest;
  std::array<double, 2> share{};
  for (std::size_t side = 0; side < 2; ++side)
    share[side] = 2.0 / std::numbers::pi * std::atan(displacements.intercept[side] / unit);
  return at_least_one(share, neurons);
}

double refined_crossing_probability(const Displacements& displacements, const std::array<double, 2>& neurons,
                                    std::int64_t n, double nearest) {
  const double unit = std::sqrt(static_cast<double>(n)) * nearest;
  std::array<double, 2> share{};
  for (std::size_t side = 0; side < 2; ++side) {
    share[side] =
        (std::atan(displacements.reach_up[side] / unit) + std::atan(displacements.reach_down[side] / unit)) /
        std::numbers::pi;
  }
  return at_least_one(share, neurons);
}

bool crossing_is_predicted(const study::Parameters& point) {
  return (point.is("data", "six") || point.is("data", "points")) && point.is("weights", "he") &&
         point.is("bias", "zero") && point.is("optimizer", "gd") && point.real("momentum") == 0.0 &&
         point.is("step_rule", "spectral");
}

CrossingProbabilities asymptotic_crossing_probabilities(const study::Parameters& point) {
  const random::Streams streams("relu_inconsistency: average over limiting starts");
  const std::int64_t n = point.integer("n");
  const std::int64_t count = sample_count(point);
  const Points law = atoms(point);
  const double nearest = gap(law).nearest();
  const double size = static_cast<double>(n);
  std::vector<double> slopes(2 * static_cast<std::size_t>(theory_samples));
  random::fill_normal(streams.stream("slopes"), {0, theory_samples, 0, 2}, slopes.data(), theory_samples);
  StartMoments start{.aa = {size, size}, .aw = {}, .ww = {1.0, 1.0}, .count = {}};
  Points drawn = law;
  Sides sides = side_moments(law);
  ReferenceRecursion recursion(sides, start);
  const random::Stream multiplicities = streams.stream("multiplicities");
  CrossingProbabilities sum;
  for (std::int64_t sample = 0; sample < theory_samples; ++sample) {
    if (count > 0) {
      UniformSequence uniforms(multiplicities, sample);
      drawn.weight = multinomial_shares(count, law.weight, uniforms);
      sides = side_moments(drawn);
      if (!sides[0].two_points || !sides[1].two_points) {
        sum.leading += 1.0;
        sum.refined += 1.0;
        continue;
      }
      recursion = ReferenceRecursion(sides, start);
    }
    const std::size_t s = static_cast<std::size_t>(sample);
    start.aw = {std::numbers::sqrt2 * slopes[s],
                std::numbers::sqrt2 * slopes[s + static_cast<std::size_t>(theory_samples)]};
    const double h = 1.0 / recursion.eigenvalues()[3];
    const Displacements displacements =
        recursion.largest_displacements(sides, start, h, point.integer("steps"), nearest);
    const std::array<double, 2> neurons = {0.5 * size, 0.5 * size};
    sum.leading += crossing_probability(displacements, neurons, n, nearest);
    sum.refined += refined_crossing_probability(displacements, neurons, n, nearest);
  }
  const double samples = static_cast<double>(theory_samples);
  return {sum.leading / samples, sum.refined / samples};
}

} // namespace pastur::studies::relu_inconsistency
