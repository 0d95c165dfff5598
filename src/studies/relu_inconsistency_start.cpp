// SPDX-License-Identifier: BSD-3-Clause
// Initial weights and biases, and the minibatches of a training.
#include <pastur/random/fill.hpp>
#include <pastur/studies/relu_inconsistency_law.hpp>
#include <pastur/studies/relu_inconsistency_training.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies::relu_inconsistency {

StartLaw::StartLaw(const study::Parameters& point, const random::Streams& streams)
    : n_(point.integer("n")), d_(input_dimension(point)), a_(streams.stream("weights_a")),
      w_(streams.stream("weights_w")), b_(streams.stream("bias")) {
  const double inner = std::sqrt(2.0 / static_cast<double>(d_));
  const double outer = std::sqrt(2.0 / static_cast<double>(n_));
  const bool ntk = point.is("weights", "ntk");
  const bool swapped = point.is("weights", "swapped");
  scale_a_ = ntk ? 1.0 : swapped ? outer : inner;
  scale_w_ = ntk ? 1.0 : swapped ? inner : outer;
  input_scale_ = ntk ? inner : 1.0;
  bias_ = point.is("bias", "zero") ? Bias::zero : point.is("bias", "uniform") ? Bias::uniform : Bias::kink;
  if (point.is("weights", "list")) {
    given_a_ = point.reals("weights_a");
    given_w_ = point.reals("weights_w");
  }
}

void StartLaw::fill(std::int64_t network, std::int64_t first, std::int64_t count, double* a,
                    double* w) const {
  if (!given_a_.empty()) {
    std::copy_n(given_a_.begin() + static_cast<std::ptrdiff_t>(first), count, a);
    std::copy_n(given_w_.begin() + static_cast<std::ptrdiff_t>(first), count, w);
    return;
  }
  random::fill_normal(a_, {network, 1, first * d_, count * d_}, a, 1);
  random::fill_normal(w_, {network, 1, first, count}, w, 1);
  for (std::int64_t i = 0; i < count * d_; ++i) a[i] *= scale_a_;
  for (std::int64_t i = 0; i < count; ++i) w[i] *= scale_w_;
}

std::vector<double> StartLaw::biases(std::int64_t network, std::span<const double> a,
                                     const Points& points) const {
  std::vector<double> b(static_cast<std::size_t>(n_), 0.0);
  if (bias_ == Bias::zero) return b;
  random::fill_uniform(b_, {network, 1, 0, n_}, b.data(), 1);
  if (bias_ == Bias::uniform) {
    const double width = 1.0 / std::sqrt(static_cast<double>(d_));
    for (double& value : b) value = (2.0 * value - 1.0) * width;
    return b;
  }
  std::vector<double> cumulative(points.weight);
  for (std::size_t j = 1; j < cumulative.size(); ++j) cumulative[j] += cumulative[j - 1];
  const std::size_t d = static_cast<std::size_t>(d_);
  for (std::size_t i = 0; i < b.size(); ++i) {
    const auto found = std::upper_bound(cumulative.begin(), cumulative.end() - 1, b[i]);
    const std::size_t j = static_cast<std::size_t>(found - cumulative.begin());
    double product = 0.0;
    for (std::size_t k = 0; k < d; ++k) product += a[i * d + k] * (input_scale_ * points.x[j * d + k]);
    b[i] = -product;
  }
  return b;
}

StartSummary summarise_start(const StartLaw& law, std::int64_t network, std::int64_t n) {
  constexpr std::int64_t chunk = 2048;
  std::array<double, chunk> a, w;
  StartSummary result;
  for (std::int64_t first = 0; first < n; first += chunk) {
    const std::int64_t count = std::min(chunk, n - first);
    law.fill(network, first, count, a.data(), w.data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::size_t side = a[i] > 0.0 ? 0 : 1;
      StartMoments& sums = result.moments;
      sums.aa[side] += a[i] * a[i];
      sums.aw[side] += a[i] * w[i];
      sums.ww[side] += w[i] * w[i];
      const double ratio = w[i] / a[i];
      if (sums.count[side]++ == 0) result.lowest_ratio[side] = result.highest_ratio[side] = ratio;
      result.lowest_ratio[side] = std::min(result.lowest_ratio[side], ratio);
      result.highest_ratio[side] = std::max(result.highest_ratio[side], ratio);
    }
  }
  return result;
}

bool degenerate(const StartMoments& start, const Sides& sides) {
  return start.count[0] == 0 || start.count[1] == 0 || !sides[0].two_points || !sides[1].two_points;
}

Minibatches::Minibatches(const random::Stream& stream, std::int64_t network, std::int64_t batch,
                         std::span<const double> weights)
    : stream_(stream), network_(network), batch_(batch), thresholds_(weights.begin(), weights.end()) {
  for (std::size_t j = 1; j < thresholds_.size(); ++j) thresholds_[j] += thresholds_[j - 1];
  // The last point of positive weight takes what rounding leaves.
  while (thresholds_.size() > 1 && weights[thresholds_.size() - 1] == 0.0) thresholds_.pop_back();
  thresholds_.pop_back();
}

void Minibatches::shares(std::int64_t first, std::int64_t steps, double* out) {
  const std::size_t rows = static_cast<std::size_t>(steps);
  const std::size_t points = thresholds_.size() + 1;
  uniforms_.resize(rows * static_cast<std::size_t>(batch_));
  random::fill_uniform(stream_, {first, steps, network_ * batch_, batch_}, uniforms_.data(), steps);
  // Samples beyond each threshold, then differences.
  const double one = 1.0 / static_cast<double>(batch_);
  std::vector<double> beyond((points + 1) * rows, 0.0);
  std::fill_n(beyond.begin(), rows, static_cast<double>(batch_));
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(batch_); ++sample) {
    const double* u = uniforms_.data() + sample * rows;
    for (std::size_t j = 0; j + 1 < points; ++j) {
      double* count = beyond.data() + (j + 1) * rows;
      for (std::size_t row = 0; row < rows; ++row) count[row] += u[row] >= thresholds_[j] ? 1.0 : 0.0;
    }
  }
  for (std::size_t j = 0; j < points; ++j)
    for (std::size_t row = 0; row < rows; ++row)
      out[j * rows + row] = (beyond[j * rows + row] - beyond[(j + 1) * rows + row]) * one;
}

void Minibatches::members(std::int64_t step, std::vector<std::int64_t>& out) {
  uniforms_.resize(static_cast<std::size_t>(batch_));
  random::fill_uniform(stream_, {step, 1, network_ * batch_, batch_}, uniforms_.data(), 1);
  out.resize(uniforms_.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = std::upper_bound(thresholds_.begin(), thresholds_.end(), uniforms_[k]) - thresholds_.begin();
  }
}

} // namespace pastur::studies::relu_inconsistency
