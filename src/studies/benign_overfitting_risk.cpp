// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_risk.hpp"

#include <pastur/linalg/congruence.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/stopwatch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

namespace pastur::studies::benign_overfitting {

namespace {

/// At ridge 0, eigenvalues at or below this share of the greatest count as 0.
constexpr double rank_cut = 1e-11;
/// Below this bias, or when rounding may reach the digits beyond this share of it, the residual vector is
/// formed instead.
constexpr double least_bias = 1e-10;
constexpr double wanted_accuracy = 1e-9;

double dot(std::span<const double> x, std::span<const double> y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

void append(std::vector<double>& columns, const std::vector<double>& column) {
  columns.insert(columns.end(), column.begin(), column.end());
}

std::vector<double> products(std::span<const double> x, std::span<const double> y) {
  std::vector<double> result(x.begin(), x.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] *= y[i];
  return result;
}

} // namespace

ConditionalRisk::ConditionalRisk(const Sample& sample, double noise_variance, std::span<const double> noise,
                                 const parallel::Communicator& team)
    : sample_(sample), team_(team), noise_variance_(noise_variance),
      nulls_(static_cast<std::size_t>(std::max<std::int64_t>(0, sample.n() - sample.population().p()))),
      vectors_(linalg::ProcessGrid::create(team), 0, 0), weighted_(vectors_.shared_grid(), 0, 0) {
  Moments found = moments(sample, vectors_.shared_grid(), column_split(sample.population(), sample.n()));
  const std::size_t size = found.signal.size();
  const parallel::Stopwatch watch;
  linalg::EigenDecomposition eigen = linalg::eigen_decomposition(std::move(found.gram));
  decomposition_ = {.step = "eigendecomposition", .how = std::move(eigen.route), .seconds = watch.seconds()};
  values_ = std::move(eigen.values);
  team.broadcast(std::span<double>(values_)); // every rank decides from the same bits
  vectors_ = std::move(eigen.vectors);
  for (std::size_t i = 0; i < size; ++i) values_[i] = i < nulls_ ? 0.0 : std::max(values_[i], 0.0);
  weighted_ = rotated_weighted(sample, std::move(found.weighted), values_, vectors_);

  std::vector<double> columns(found.signal);
  for (std::size_t i = 0; i < size; ++i) columns.push_back(found.signal[i] + noise[i]);
  columns.insert(columns.end(), found.weighted_signal.begin(), found.weighted_signal.end());
  const std::vector<double> rotated = linalg::multiply_transposed_replicated(vectors_, columns, 3);
  const std::span<const double> all(rotated);
  signal_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
  const std::span<const double> labels = all.subspan(size, size);
  labels_.assign(labels.begin(), labels.end());
  const std::span<const double> weighted = all.subspan(2 * size, size);

  weighted_diagonal_ = linalg::diagonal(weighted_);
  for (std::size_t i = 0; i < size; ++i) {
    weighted_diagonal_[i] = i < nulls_ ? 0.0 : std::max(weighted_diagonal_[i], 0.0);
    if (i < nulls_) signal_[i] = 0.0;
  }
  determined_ = sample.population().p() <= sample.n() && values_[nulls_] > rank_cut * values_.back();
  if (determined_) {
    origin_ = {.ridge = 0.0,
               .distance = values_.front(),
               .weights = weights(0.0),
               .g = std::vector<double>(size, 0.0),
               .value = 0.0};
  } else {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    origin_ = {.ridge = infinite,
               .distance = infinite,
               .weights = {},
               .g = {weighted.begin(), weighted.end()},
               .value = 1.0};
  }
}

std::vector<double> ConditionalRisk::weights(double ridge) const {
  std::vector<double> w(n());
  for (std::size_t i = 0; i < n(); ++i) {
    const bool dropped = ridge == 0.0 && values_[i] <= rank_cut * lambda_max();
    w[i] = dropped ? 0.0 : 1.0 / (values_[i] + ridge);
  }
  return w;
}

/// At ridge = distance - lambda_min.
std::vector<double> ConditionalRisk::weights_above_edge(double distance) const {
  std::vector<double> w(n());
  for (std::size_t i = 0; i < n(); ++i)
    w[i] = i < nulls_ ? 0.0 : 1.0 / ((values_[i] - lambda_min()) + distance);
  return w;
}

/// c - (c at the reference), without cancellation: w - w' = (ridge' - ridge) w w'. `difference` = ridge' -
/// ridge.
std::vector<double> ConditionalRisk::shift(const Reference& reference, double difference,
                                           std::span<const double> weights) const {
  std::vector<double> shifted = products(weights, signal_);
  if (reference.weights.empty()) return shifted;
  for (std::size_t i = 0; i < n(); ++i) shifted[i] *= difference * reference.weights[i];
  return shifted;
}

/// The errors at `shifts` (n x points).
std::vector<double> ConditionalRisk::quadratic(const Reference& reference,
                                               std::span<const double> shifts) const {
  const std::size_t points = shifts.size() / n();
  std::vector<double> values =
      linalg::bilinear_forms(weighted_, shifts, shifts, static_cast<std::int64_t>(points));
  for (std::size_t k = 0; k < points; ++k)
    values[k] = (values[k] - 2.0 * dot(reference.g, shifts.subspan(k * n(), n()))) + reference.value;
  return values;
}

double ConditionalRisk::noise_part(std::span<const double> weights) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < n(); ++i) sum += weighted_diagonal_[i] * weights[i] * weights[i];
  return noise_variance_ * sum;
}

/// Whether rounding in 1 - 2 g^T c + c^T P c may reach the digits wanted of its value.
bool ConditionalRisk::uncertain(double value, std::span<const double> coefficients) const {
  double linear = 0.0;
  double root = 0.0;
  for (std::size_t i = 0; i < n(); ++i) {
    linear += std::abs(origin_.g[i] * coefficients[i]);
    root += std::sqrt(weighted_diagonal_[i]) * std::abs(coefficients[i]);
  }
  const double rounding =
      std::numeric_limits<double>::epsilon() * (root * root + 2.0 * linear + origin_.value);
  return value < least_bias || rounding > wanted_accuracy * value;
}

/// Replaces the doubtful ones by r' Sigma r, r = theta* - X^T U c.
void ConditionalRisk::repeat_uncertain(std::span<const double> coefficients,
                                       std::vector<double>& errors) const {
  if (determined_) return;
  std::vector<std::size_t> doubtful;
  std::vector<double> columns;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const std::span<const double> c = coefficients.subspan(k * n(), n());
    if (!uncertain(errors[k], c)) continue;
    doubtful.push_back(k);
    columns.insert(columns.end(), c.begin(), c.end());
  }
  if (doubtful.empty()) return;
  const auto count = static_cast<std::int64_t>(doubtful.size());
  const std::vector<double> alphas = linalg::multiply_replicated(vectors_, columns, count);
  const Residuals found = residuals(sample_, alphas, {}, team_);
  for (std::size_t k = 0; k < doubtful.size(); ++k) errors[doubtful[k]] = found.energies[k];
}

RidgeErrors ConditionalRisk::errors(std::span<const double> ridges) const {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> empty(ridges.size(), nan);
  RidgeErrors result{empty, empty, empty, empty};
  std::vector<double> columns; // shifts of the bias, then of the excess risk, for each ridge
  std::vector<double*> places;
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    const double ridge = ridges[k];
    if (!admissible(ridge)) continue;
    const std::vector<double> w = weights(ridge);
    result.variance[k] = noise_part(w);
    double train = 0.0;
    for (std::size_t i = 0; i < n(); ++i) {
      // 1 - D w without cancellation
      const double left = ridge == 0.0 ? (w[i] == 0.0 ? 1.0 : 0.0) : ridge * w[i];
      train += left * labels_[i] * (left * labels_[i]);
    }
    result.train_error[k] = train / static_cast<double>(n());
    const std::vector<double> signal = shift(origin_, origin_.ridge - ridge, w);
    append(columns, signal);
    places.push_back(&result.bias[k]);
    if (noise_variance_ == 0.0) continue;
    std::vector<double> fit(signal);
    for (std::size_t i = nulls_; i < n(); ++i) fit[i] += w[i] * (labels_[i] - signal_[i]);
    append(columns, fit);
    places.push_back(&result.test_error[k]);
  }
  std::vector<double> values = quadratic(origin_, columns);
  repeat_uncertain(columns, values);
  for (std::size_t k = 0; k < places.size(); ++k) *places[k] = values[k];
  if (noise_variance_ == 0.0) result.test_error = result.bias;
  return result;
}

ConditionalRisk::Reference ConditionalRisk::reference_at(double distance) const {
  Reference reference;
  reference.ridge = distance - lambda_min();
  reference.distance = distance;
  reference.weights = weights_above_edge(distance);
  const std::vector<double> alpha =
      linalg::multiply_replicated(vectors_, products(reference.weights, signal_), 1);
  const Residuals found = residuals(sample_, alpha, {}, team_);
  reference.g = linalg::multiply_transposed_replicated(vectors_, found.products, 1);
  reference.value = found.energies.front();
  return reference;
}

ConditionalRisk::Evaluation ConditionalRisk::evaluate(const Reference& reference,
                                                      std::span<const double> log_distances) const {
  Evaluation result;
  std::vector<double> shifts;
  for (const double t : log_distances) {
    const double distance = std::exp(t);
    const std::vector<double> w = weights_above_edge(distance);
    append(shifts, shift(reference, reference.distance - distance, w));
    result.variance.push_back(noise_part(w));
  }
  result.bias = quadratic(reference, shifts);
  return result;
}

/// d(bias + variance)/dt at ridge = e^t - lambda_min.
double ConditionalRisk::slope(const Reference& reference, double log_distance) const {
  const double distance = std::exp(log_distance);
  const std::vector<double> w = weights_above_edge(distance);
  const std::vector<double> shifted = shift(reference, reference.distance - distance, w);
  std::vector<double> change(n());
  double variance = 0.0;
  for (std::size_t i = 0; i < n(); ++i) {
    change[i] = -w[i] * w[i] * signal_[i];
    variance -= weighted_diagonal_[i] * w[i] * w[i] * w[i];
  }
  const double bias =
      linalg::bilinear_forms(weighted_, change, shifted, 1).front() - dot(reference.g, change);
  return 2.0 * distance * (bias + noise_variance_ * variance);
}

/// Secant steps on the slope: values alone locate a minimum to half the digits only.
double ConditionalRisk::refined(const Reference& reference, double log_distance) const {
  constexpr double reach = 1e-4;
  double before = log_distance - reach;
  double here = log_distance + reach;
  double slope_before = slope(reference, before);
  double slope_here = slope(reference, here);
  if (!(slope_before < 0.0) || !(slope_here > 0.0)) return log_distance; // the best was an end
  for (int step = 0; step < 6 && slope_here != slope_before; ++step) {
    const double next = here - slope_here * (here - before) / (slope_here - slope_before);
    if (!(std::abs(next - log_distance) <= reach)) return log_distance;
    before = here;
    slope_before = slope_here;
    here = next;
    slope_here = slope(reference, here);
  }
  return here;
}

SampleOptimum ConditionalRisk::optimum(double expected) const {
  if (noise_variance_ == 0.0 && sample_.population().p() <= sample_.n()) return {};
  constexpr std::size_t points = 61;
  constexpr double half_width = 6.0;
  constexpr double spacing = 2.0 * half_width / (points - 1);
  const double centre =
      std::log(std::max(expected + lambda_min(), 1e-3 * lambda_max() / static_cast<double>(n())));
  std::vector<double> grid(points);
  for (std::size_t i = 0; i < points; ++i) grid[i] = centre - half_width + spacing * static_cast<double>(i);

  std::optional<Reference> shifted;
  const auto reference = [&]() -> const Reference& { return shifted ? *shifted : origin_; };
  const auto best_of = [&](const Evaluation& found) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < points; ++i) {
      if (found.bias[i] + found.variance[i] < found.bias[best] + found.variance[best]) best = i;
    }
    return best;
  };
  const Evaluation first = evaluate(origin_, grid);
  std::size_t best = best_of(first);
  const double distance = std::exp(grid[best]);
  if (!determined_ && uncertain(first.bias[best], products(weights_above_edge(distance), signal_))) {
    shifted = reference_at(distance);
    best = best_of(evaluate(*shifted, grid));
  }

  const auto error = [&](double t) {
    const Evaluation found = evaluate(reference(), std::span<const double>(&t, 1));
    return found.bias.front() + found.variance.front();
  };
  double low = grid[best > 0 ? best - 1 : 0];
  double high = grid[std::min(best + 1, points - 1)];
  constexpr double ratio = std::numbers::phi - 1.0;
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double error_left = error(left);
  double error_right = error(right);
  while (high - low > 1e-6) {
    if (error_left <= error_right) {
      high = right;
      right = left;
      error_right = error_left;
      left = high - ratio * (high - low);
      error_left = error(left);
    } else {
      low = left;
      left = right;
      error_left = error_right;
      right = low + ratio * (high - low);
      error_right = error(right);
    }
  }
  const double t = refined(reference(), 0.5 * (low + high));
  return {.ridge = std::exp(t) - lambda_min(), .test_error = error(t)};
}

} // namespace pastur::studies::benign_overfitting
