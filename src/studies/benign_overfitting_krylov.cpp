// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_krylov.hpp"

#include <pastur/linalg/congruence.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge_block.hpp>
#include <pastur/linalg/nystrom.hpp>
#include <pastur/parallel/stopwatch.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace pastur::studies::benign_overfitting {

namespace {

/// A least eigenvalue at or below this share of the greatest counts as 0.
constexpr double rank_cut = 1e-11;

/// Right-hand sides at a time: their products with each other grow as the square.
constexpr std::int64_t block_columns = 64;

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
  operator_.apply_block = [this](std::span<const double> x, std::span<double> y, std::int64_t columns) {
    const std::vector<double> product = linalg::multiply_replicated(gram_, whole(x, columns), columns);
    const std::int64_t n = sample_.n();
    for (std::int64_t j = 0; j < columns; ++j)
      std::copy(product.begin() + j * n + begin_, product.begin() + j * n + end_,
                y.begin() + j * operator_.local_size);
  };
  operator_.apply = [this](std::span<const double> x, std::span<double> y) {
    operator_.apply_block(x, y, 1);
  };
  const linalg::ExtremeEigenvalues extremes = linalg::extreme_eigenvalues(operator_);
  lambda_max_ = extremes.lambda_max;
  const bool full_rank =
      sample.population().p() >= sample.n() && extremes.lambda_min > rank_cut * extremes.lambda_max;
  lambda_min_ = full_rank ? extremes.lambda_min : 0.0;
}

std::vector<double> KrylovRisk::whole(std::span<const double> local, std::int64_t columns) const {
  std::vector<double> vectors(static_cast<std::size_t>(sample_.n() * columns), 0.0);
  for (std::int64_t j = 0; j < columns; ++j) {
    const auto column = local.subspan(static_cast<std::size_t>(j * operator_.local_size),
                                      static_cast<std::size_t>(operator_.local_size));
    std::ranges::copy(column, vectors.begin() + j * sample_.n() + begin_);
  }
  if (team_.size() > 1) team_.sum(std::span<double>(vectors));
  return vectors;
}

std::vector<double> KrylovRisk::right_hand_sides(std::int64_t probes, const random::Stream& signs) const {
  const std::int64_t rows = operator_.local_size;
  std::vector<double> local(signal_.begin() + begin_, signal_.begin() + end_);
  if (noise_variance_ == 0.0) return local;
  local.insert(local.end(), labels_.begin() + begin_, labels_.begin() + end_);
  local.resize(static_cast<std::size_t>(rows * (2 + probes)));
  random::fill_signs(signs, {.row = begin_, .rows = rows, .column = 0, .columns = probes},
                     local.data() + 2 * rows, rows);
  return local;
}

/// Iterations grow as the root of the condition number, which large eigenvalues raise and a sketch undoes at
/// the price of some 4 to 8 sqrt(n) products (docs/performance.md). A ridge below 0 counts as 0: what makes
/// it hard is the least eigenvalue, which no sketch sees.
bool KrylovRisk::sketch_pays(std::span<const double> ridges) const {
  double roots = 0.0;
  for (const double ridge : ridges) {
    const double shift = std::max(ridge, 0.0);
    if (admissible(ridge)) roots += std::sqrt((lambda_max_ + shift) / (lambda_min_ + shift));
  }
  return roots > 0.5 * std::sqrt(static_cast<double>(sample_.n()));
}

std::vector<double> KrylovRisk::solve(std::span<const double> local, std::int64_t columns, double ridge,
                                      const linalg::LowRankPreconditioner& preconditioner) const {
  const linalg::KrylovOptions options{.tolerance = 1e-12, .max_iterations = 100'000};
  // A sketch's rest stands above the least eigenvalue, but for rounding.
  const bool preconditioned = preconditioner.shift + ridge > 0.0;
  const linalg::LowRankPreconditioner none;
  std::vector<double> solutions;
  for (std::int64_t first = 0; first < columns; first += block_columns) {
    const std::int64_t width = std::min(block_columns, columns - first);
    const std::span<const double> block =
        local.subspan(static_cast<std::size_t>(first * operator_.local_size),
                      static_cast<std::size_t>(width * operator_.local_size));
    const linalg::KrylovBlockSolution found = linalg::krylov_ridge_block(
        operator_, block, width, ridge, preconditioned ? preconditioner : none, options);
    const std::vector<double> alpha = whole(found.coefficients, width);
    solutions.insert(solutions.end(), alpha.begin(), alpha.end());
  }
  return solutions;
}

KrylovErrors KrylovRisk::errors(std::span<const double> ridges, std::int64_t probes,
                                const random::Stream& signs, const random::Stream& sketch) const {
  const parallel::Stopwatch watch;
  const std::int64_t n = sample_.n();
  const std::vector<double> empty(ridges.size(), std::numeric_limits<double>::quiet_NaN());
  KrylovErrors result{.path = {empty, empty, empty, empty}, .variance_error = empty, .solves = {}};
  const bool noisy = noise_variance_ > 0.0;
  const std::vector<double> local = right_hand_sides(probes, signs);
  const bool sketched = sketch_pays(ridges);
  const linalg::LowRankPreconditioner preconditioner =
      sketched ? linalg::nystrom_preconditioner(operator_, sketch) : linalg::LowRankPreconditioner{};

  std::vector<double> fits, probed; // coefficient vectors alpha
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    if (!admissible(ridges[k])) continue;
    places.push_back(k);
    const std::vector<double> alpha = solve(local, noisy ? 2 + probes : 1, ridges[k], preconditioner);
    const auto signal_end = alpha.begin() + n;
    const auto labels = noisy ? signal_end : alpha.begin();
    fits.insert(fits.end(), alpha.begin(), signal_end);
    fits.insert(fits.end(), labels, labels + n);
    probed.insert(probed.end(), labels + n, alpha.end());
    // X X^T alpha - y = -ridge alpha
    double train = 0.0;
    for (auto value = labels; value != labels + n; ++value)
      train += (ridges[k] * *value) * (ridges[k] * *value);
    result.path.train_error[k] = train / static_cast<double>(n);
  }
  result.solves = {.step = "ridge solves",
                   .how = sketched ? "block conjugate gradients, Nystrom" : "block conjugate gradients",
                   .seconds = watch.seconds()};
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
