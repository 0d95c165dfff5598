// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_krylov.hpp"

#include <pastur/linalg/congruence.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace pastur::studies::benign_overfitting {

namespace {

/// A least eigenvalue at or below this share of the greatest counts as 0.
constexpr double rank_cut = 1e-11;

/// Mean and its standard error.
struct Estimate {
  double mean, error;
};
Estimate estimate(std::span<const double> values) {
  const double count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count * (count - 1.0)))};
}

} // namespace

KrylovRisk::KrylovRisk(const Sample& sample, double noise_variance, std::span<const double> noise,
                       const parallel::Communicator& team)
    : sample_(sample), team_(team), noise_variance_(noise_variance),
      gram_(linalg::ProcessGrid::create(team), 0, 0), operator_{.comm = team,
                                                                .global_size = sample.n(),
                                                                .local_size = 0,
                                                                .apply = {}} {
  Moments found = moments(sample, gram_.shared_grid(), {.head = 0, .heavy = 0});
  gram_ = std::move(found.gram);
  gram_.symmetrize_from_lower();
  signal_ = std::move(found.signal);
  labels_ = signal_;
  for (std::size_t i = 0; i < labels_.size(); ++i) labels_[i] += noise[i];

  std::tie(begin_, end_) = linalg::even_range(sample.n(), team.rank(), team.size());
  operator_.local_size = end_ - begin_;
  operator_.apply = [this](std::span<const double> x, std::span<double> y) {
    const std::vector<double> product = linalg::multiply_replicated(gram_, team_.all_gather(x), 1);
    std::copy(product.begin() + begin_, product.begin() + end_, y.begin());
  };
  const linalg::ExtremeEigenvalues extremes = linalg::extreme_eigenvalues(operator_);
  lambda_max_ = extremes.lambda_max;
  const bool full_rank =
      sample.population().p() >= sample.n() && extremes.lambda_min > rank_cut * extremes.lambda_max;
  lambda_min_ = full_rank ? extremes.lambda_min : 0.0;
}

std::vector<double> KrylovRisk::solve(std::span<const double> right_hand_side, double ridge) const {
  const linalg::KrylovSolution solution = linalg::krylov_ridge(
      operator_,
      right_hand_side.subspan(static_cast<std::size_t>(begin_), static_cast<std::size_t>(end_ - begin_)),
      ridge, {}, {.tolerance = 1e-12, .max_iterations = 100'000});
  return team_.all_gather(std::span<const double>(solution.coefficients));
}

KrylovErrors KrylovRisk::errors(std::span<const double> ridges, std::int64_t probes,
                                const random::Stream& signs) const {
  const std::int64_t n = sample_.n();
  const std::vector<double> empty(ridges.size(), std::numeric_limits<double>::quiet_NaN());
  KrylovErrors result{.path = {empty, empty, empty, empty}, .variance_error = empty};
  std::vector<double> z(static_cast<std::size_t>(n * probes));
  random::fill_signs(signs, {.row = 0, .rows = n, .column = 0, .columns = probes}, z.data(), n);
  const bool noisy = noise_variance_ > 0.0;

  std::vector<double> fits, probed; // coefficient vectors alpha
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    if (!admissible(ridges[k])) continue;
    places.push_back(k);
    const std::vector<double> signal = solve(signal_, ridges[k]);
    const std::vector<double> labels = noisy ? solve(labels_, ridges[k]) : signal;
    fits.insert(fits.end(), signal.begin(), signal.end());
    fits.insert(fits.end(), labels.begin(), labels.end());
    // X X^T alpha - y = -ridge alpha
    double train = 0.0;
    for (const double value : labels) train += (ridges[k] * value) * (ridges[k] * value);
    result.path.train_error[k] = train / static_cast<double>(n);
    for (std::size_t probe = 0; noisy && probe < static_cast<std::size_t>(probes); ++probe) {
      const std::vector<double> alpha =
          solve(std::span<const double>(z).subspan(probe * static_cast<std::size_t>(n),
                                                   static_cast<std::size_t>(n)),
                ridges[k]);
      probed.insert(probed.end(), alpha.begin(), alpha.end());
    }
  }
  const std::vector<double> energies = residuals(sample_, fits, probed, team_).energies;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t k = places[i];
    result.path.bias[k] = energies[2 * i];
    result.path.test_error[k] = energies[2 * i + 1];
    const auto count = static_cast<std::size_t>(probes);
    const Estimate variance =
        noisy ? estimate(std::span(energies).subspan(2 * places.size() + i * count, count))
              : Estimate{0.0, 0.0};
    result.path.variance[k] = noise_variance_ * variance.mean;
    result.variance_error[k] = noise_variance_ * variance.error;
  }
  return result;
}

} // namespace pastur::studies::benign_overfitting
