// SPDX-License-Identifier: BSD-3-Clause
// Multiplicities of the atoms: binomial and multinomial numbers from counter-based streams.
#include <pastur/studies/relu_inconsistency_law.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies::relu_inconsistency {

namespace {

/// log k! - [(k + 1/2) log(k + 1) - (k + 1) + log(2 pi)/2].
double stirling_correction(double k) {
  static constexpr std::array<double, 10> table = {
      0.08106146679532726,  0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
      0.01664469118982119,  0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
      0.009255462182712733, 0.008330563433362871};
  if (k < 10.0) return table[static_cast<std::size_t>(k)];
  const double square = (k + 1.0) * (k + 1.0);
  return (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0);
}

/// p <= 1/2, mean below 10: the cumulative sum is walked up.
std::int64_t by_inversion(std::int64_t trials, double p, UniformSequence& uniforms) {
  const double n = static_cast<double>(trials);
  const double odds = p / (1.0 - p);
  double term = std::exp(n * std::log1p(-p));
  double u = uniforms.next();
  std::int64_t k = 0;
  while (u > term && k < trials) {
    u -= term;
    ++k;
    term *= odds * (n - static_cast<double>(k) + 1.0) / static_cast<double>(k);
  }
  return k;
}

/// p <= 1/2, mean of 10 or more: Hörmann's BTRS.
std::int64_t by_rejection(std::int64_t trials, double p, UniformSequence& uniforms) {
  const double n = static_cast<double>(trials);
  const double q = 1.0 - p;
  const double spread = std::sqrt(n * p * q);
  const double b = 1.15 + 2.53 * spread;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = n * p + 0.5;
  const double accept = 0.92 - 4.2 / b;
  const double odds = p / q;
  const double alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1.0) * p);
  for (;;) {
    const double u = uniforms.next() - 0.5;
    const double v = uniforms.next();
    const double edge = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / edge + b) * u + centre);
    if (edge >= 0.07 && v <= accept) return static_cast<std::int64_t>(k);
    if (k < 0.0 || k > n) continue;
    const double height = std::log(v * alpha / (a / (edge * edge) + b));
    const double bound = (mode + 0.5) * std::log((mode + 1.0) / (odds * (n - mode + 1.0))) +
                         stirling_correction(mode) + stirling_correction(n - mode) +
                         (n + 1.0) * std::log((n - mode + 1.0) / (n - k + 1.0)) +
                         (k + 0.5) * std::log(odds * (n - k + 1.0) / (k + 1.0)) - stirling_correction(k) -
                         stirling_correction(n - k);
    if (height <= bound) return static_cast<std::int64_t>(k);
  }
}

} // namespace

double UniformSequence::next() {
  if (left_ == 0) {
    const std::array<std::uint32_t, 4> words = random::philox(stream_, row_, block_++);
    for (std::size_t half = 0; half < 2; ++half) {
      const std::uint64_t word = std::uint64_t{words[2 * half + 1]} << 32 | words[2 * half];
      ready_[half] = std::max(static_cast<double>(word >> 11), 0.5) * 0x1p-53;
    }
    left_ = 2;
  }
  return ready_[static_cast<std::size_t>(2 - left_--)];
}

std::int64_t binomial(std::int64_t trials, double p, UniformSequence& uniforms) {
  if (trials <= 0 || p <= 0.0) return 0;
  if (p >= 1.0) return trials;
  if (p > 0.5) return trials - binomial(trials, 1.0 - p, uniforms);
  return static_cast<double>(trials) * p < 10.0 ? by_inversion(trials, p, uniforms)
                                                : by_rejection(trials, p, uniforms);
}

std::vector<double> multinomial_shares(std::int64_t trials, std::span<const double> p,
                                       UniformSequence& uniforms) {
  std::vector<double> shares(p.size());
  std::int64_t left = trials;
  double mass = 1.0;
  for (std::size_t j = 0; j + 1 < p.size(); ++j) {
    const std::int64_t count = binomial(left, std::min(1.0, p[j] / mass), uniforms);
    shares[j] = static_cast<double>(count) / static_cast<double>(trials);
    left -= count;
    mass -= p[j];
  }
  shares.back() = static_cast<double>(left) / static_cast<double>(trials);
  return shares;
}

} // namespace pastur::studies::relu_inconsistency
