// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/statistics.hpp>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pastur::run {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double one_sigma = 0.682689492137085897; // P(|G| <= 1)
constexpr double smallest_tail = 1e-300;           // 37.0 standard deviations of a normal law

std::vector<double> counted(std::span<const double> draws, study::MissingAs missing) {
  std::vector<double> values;
  values.reserve(draws.size());
  for (const double value : draws) {
    if (!std::isnan(value)) {
      values.push_back(value);
    } else if (missing == study::MissingAs::infinity) {
      values.push_back(infinity);
    }
  }
  return values;
}

/// An end of an interval, `share` of the way from its outer to its inner bound; the outer one where either is
/// infinite.
double between(double outer, double inner, double share) {
  if (std::isinf(outer) || std::isinf(inner)) return outer;
  return outer + share * (inner - outer);
}

Estimate mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  // Differences from the first value: equal draws have a standard error of exactly 0.
  const double origin = values.front();
  double shift = 0.0;
  for (const double value : values) shift += value - origin;
  shift /= n;
  double squares = 0.0;
  for (const double value : values) squares += (value - origin - shift) * (value - origin - shift);
  const double mean = origin + shift;
  const double error = values.size() < 2 ? 0.0 : std::sqrt(squares / (n - 1.0) / n);
  return {mean, values.size() < 2 ? nan : error, static_cast<std::int64_t>(values.size()), mean - error,
          mean + error};
}

/// P(B = k) for B binomial(n, 1/2).
double fair_binomial(double n, double k) {
  return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) - n * std::log(2.0));
}

/// The interval of sorted values (n >= 2).
std::pair<double, double> interval_of(const std::vector<double>& sorted) {
  const std::size_t n = sorted.size();
  // Coverage of [x_(k), x_(n+1-k)] is P(k <= B <= n - k): widened from the middle outwards.
  std::size_t k = n / 2;
  const auto real = [](std::size_t i) { return static_cast<double>(i); };
  const auto pair_of_steps = [&](std::size_t i) {
    return (2 * i == n ? 1.0 : 2.0) * fair_binomial(real(n), real(i));
  };
  double inner = 0.0, outer = pair_of_steps(k);
  while (outer < one_sigma && k > 1) {
    --k;
    inner = outer;
    outer += pair_of_steps(k);
  }
  // Between neighbouring order statistics: Hettmansperger and Sheather (1986).
  double weight = 0.0;
  if (outer > one_sigma && 2 * k < n) {
    const double share = (outer - one_sigma) / (outer - inner);
    weight = real(n - k) * share / (real(k) + real(n - 2 * k) * share);
  }
  const std::size_t low = k - 1, high = n - k;
  if (weight == 0.0) return {sorted[low], sorted[high]};
  return {between(sorted[low], sorted[low + 1], weight), between(sorted[high], sorted[high - 1], weight)};
}

double median_of(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  const double below = sorted[middle - 1], above = sorted[middle];
  return below == above ? below : below + 0.5 * (above - below);
}

} // namespace

std::pair<double, double> median_interval(std::span<const double> draws) {
  std::vector<double> sorted = counted(draws, study::MissingAs::ignored);
  if (sorted.size() < 2) return {nan, nan};
  std::sort(sorted.begin(), sorted.end());
  return interval_of(sorted);
}

Estimate estimate(std::span<const double> draws, study::Summary summary, study::MissingAs missing) {
  std::vector<double> values = counted(draws, missing);
  if (values.empty()) return {nan, nan, 0, nan, nan};
  if (summary == study::Summary::mean) return mean_of(values);
  std::sort(values.begin(), values.end());
  const double median = median_of(values);
  if (values.size() < 2) return {median, nan, 1, median, median};
  const auto [low, high] = interval_of(values);
  return {median, low == high ? 0.0 : 0.5 * (high - low), static_cast<std::int64_t>(values.size()), low,
          high};
}

double z_score(const Estimate& estimate, double prediction) {
  if (!(estimate.standard_error > 0.0) || !std::isfinite(estimate.standard_error)) return nan;
  if (!std::isfinite(estimate.value) || !std::isfinite(prediction) || estimate.count < 2) return nan;
  namespace math = boost::math;
  const double t = (estimate.value - prediction) / estimate.standard_error;
  const math::students_t student(static_cast<double>(estimate.count - 1));
  const double tail = std::max(math::cdf(math::complement(student, std::abs(t))), smallest_tail);
  return std::copysign(math::quantile(math::complement(math::normal(), tail)), t);
}

} // namespace pastur::run
