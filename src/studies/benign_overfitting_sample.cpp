// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_sample.hpp"

#include <pastur/linalg/congruence.hpp>
#include <pastur/linalg/gram.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace pastur::studies::benign_overfitting {

namespace {

using linalg::BlockCyclicMatrix;

using GlobalIndex = std::function<std::int64_t(std::int32_t)>;

/// Rows of Z with ascending global indices, in runs of consecutive ones, columns scaled by `scales`.
class LocalPanel {
public:
  LocalPanel(std::int32_t count, GlobalIndex global) : count_(count) {
    for (std::int32_t i = 0; i < count;) {
      std::int32_t end = i + 1;
      while (end < count && global(end) == global(end - 1) + 1) ++end;
      runs_.push_back({global(i), i, end - i});
      i = end;
    }
    values_.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(panel_columns));
  }

  void make(const Sample& sample, std::int64_t first, std::span<const double> scales) {
    for (const Run& run : runs_) {
      sample.standard(run.global, run.count, first, static_cast<std::int64_t>(scales.size()),
                      values_.data() + run.local, count_);
    }
    scale(scales);
  }
  void scale(std::span<const double> scales) {
    double* column = values_.data();
    for (const double factor : scales) {
      for (std::int32_t i = 0; i < count_; ++i) column[i] *= factor;
      column += count_;
    }
  }
  const double* data() const { return values_.data(); }
  /// At least 1, as BLAS wants it.
  std::int64_t ld() const { return std::max(count_, 1); }
  const double* column(std::size_t j) const { return values_.data() + j * static_cast<std::size_t>(count_); }
  std::int32_t count() const { return count_; }

private:
  struct Run {
    std::int64_t global;
    std::int32_t local, count;
  };
  std::int32_t count_;
  std::vector<Run> runs_;
  std::vector<double> values_;
};

/// Eigenvalues and target of a panel's columns.
struct Columns {
  std::vector<double> s, theta, roots;

  Columns(const Population& population, std::int64_t first, std::int64_t count)
      : s(static_cast<std::size_t>(count)), theta(s.size()), roots(s.size()) {
    population.eigenvalues(first, s);
    population.target(first, theta);
    for (std::size_t j = 0; j < s.size(); ++j) roots[j] = std::sqrt(s[j]);
  }
};

double dot(const double* x, const double* y, std::size_t n) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t l = 0; l < 8; ++l) lanes[l] += x[i + l] * y[i + l];
  }
  double rest = 0.0;
  for (; i < n; ++i) rest += x[i] * y[i];
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7])) +
         rest;
}

} // namespace

void Sample::standard(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns,
                      double* out, std::int64_t ld) const {
  const random::Tile tile{.row = row, .rows = rows, .column = column, .columns = columns};
  if (law_ == Law::gauss) {
    random::fill_normal(stream_, tile, out, ld);
  } else {
    random::fill_signs(stream_, tile, out, ld);
  }
}

ColumnSplit column_split(const Population& population, std::int64_t n) {
  const std::int64_t heavy = population.groups().back().first;
  const std::int64_t panels = (2 * n + panel_columns - 1) / panel_columns;
  return {.head = std::min(heavy, panels * panel_columns), .heavy = heavy};
}

Moments moments(const Sample& sample, const std::shared_ptr<const linalg::ProcessGrid>& grid,
                const ColumnSplit& split) {
  const std::int64_t n = sample.n();
  const Population& population = sample.population();
  Moments result{BlockCyclicMatrix(grid, n, n), std::nullopt,
                 std::vector<double>(static_cast<std::size_t>(n), 0.0),
                 std::vector<double>(static_cast<std::size_t>(n), 0.0)};
  result.gram.fill(0.0);
  if (split.heavy > split.head) result.weighted.emplace(grid, n, n).fill(0.0);
  const BlockCyclicMatrix& layout = result.gram;
  // A process on the diagonal of a square grid has the same rows and columns.
  const bool same = grid->rows() == grid->cols() && grid->row() == grid->col();
  LocalPanel rows(layout.local_rows(), [&](std::int32_t i) { return layout.global_row(i); });
  LocalPanel own_columns(same ? 0 : layout.local_cols(),
                         [&](std::int32_t j) { return layout.global_col(j); });
  const LocalPanel& columns = same ? rows : own_columns;
  std::vector<double> signal(static_cast<std::size_t>(rows.count()), 0.0);
  std::vector<double> weighted_signal(signal.size(), 0.0);

  for (std::int64_t first = 0; first < population.p(); first += panel_columns) {
    const std::int64_t count = std::min(panel_columns, population.p() - first);
    const Columns spectrum(population, first, count);
    rows.make(sample, first, spectrum.roots);
    if (!same) own_columns.make(sample, first, spectrum.roots);
    linalg::accumulate_gram(result.gram, rows.data(), rows.ld(), columns.data(), columns.ld(), count, 1.0,
                            1.0);
    for (std::size_t j = 0; j < spectrum.theta.size(); ++j) {
      const double theta = spectrum.theta[j];
      if (theta == 0.0) continue;
      const double weighted = spectrum.s[j] * theta;
      const double* x = rows.column(j);
      for (std::size_t i = 0; i < signal.size(); ++i) {
        signal[i] += theta * x[i];
        weighted_signal[i] += weighted * x[i];
      }
    }
    // Where there is such a part, head is a multiple of the panel's width.
    if (first < split.head || first >= split.heavy) continue;
    const std::size_t heavy = static_cast<std::size_t>(std::min(count, split.heavy - first));
    std::vector<double> excess(heavy);
    for (std::size_t j = 0; j < heavy; ++j)
      excess[j] = std::sqrt(spectrum.s[j] - population.least_eigenvalue());
    rows.scale(excess);
    if (!same) own_columns.scale(excess);
    linalg::accumulate_gram(*result.weighted, rows.data(), rows.ld(), columns.data(), columns.ld(),
                            static_cast<std::int64_t>(heavy), 1.0, 1.0);
  }

  // Each process column holds the same rows: the first one answers for them.
  if (grid->col() == 0) {
    for (std::size_t i = 0; i < signal.size(); ++i) {
      const auto global = static_cast<std::size_t>(layout.global_row(static_cast<std::int32_t>(i)));
      result.signal[global] = signal[i];
      result.weighted_signal[global] = weighted_signal[i];
    }
  }
  grid->team().sum(std::span<double>(result.signal));
  grid->team().sum(std::span<double>(result.weighted_signal));
  return result;
}

linalg::BlockCyclicMatrix rotated_weighted(const Sample& sample, std::optional<BlockCyclicMatrix>&& weighted,
                                           std::span<const double> values, const BlockCyclicMatrix& vectors) {
  const Population& population = sample.population();
  const std::int64_t n = sample.n();
  const double least = population.least_eigenvalue();
  BlockCyclicMatrix result = weighted ? linalg::congruence(std::move(*weighted), vectors)
                                      : BlockCyclicMatrix(vectors.shared_grid(), n, n, vectors.block());
  if (!weighted) result.fill(0.0);
  const std::int64_t head = column_split(population, n).head;
  LocalPanel panel(static_cast<std::int32_t>(n), [](std::int32_t i) { return std::int64_t{i}; });
  std::vector<double> rows, columns;
  for (std::int64_t first = 0; first < head; first += panel_columns) {
    const std::int64_t count = std::min(panel_columns, head - first);
    Columns spectrum(population, first, count);
    for (std::size_t j = 0; j < spectrum.s.size(); ++j) spectrum.roots[j] *= std::sqrt(spectrum.s[j] - least);
    panel.make(sample, first, spectrum.roots);
    const std::vector<double> rotated = linalg::multiply_transposed_replicated(
        vectors, std::span<const double>(panel.data(), static_cast<std::size_t>(n * count)), count);
    rows.clear();
    columns.clear();
    for (std::int64_t j = 0; j < count; ++j) {
      const double* z = rotated.data() + j * n;
      for (std::int32_t i = 0; i < result.local_rows(); ++i) rows.push_back(z[result.global_row(i)]);
      for (std::int32_t i = 0; i < result.local_cols(); ++i) columns.push_back(z[result.global_col(i)]);
    }
    linalg::accumulate_product(result, rows.data(), result.ld(), columns.data(),
                               std::max(result.local_cols(), 1), count, 1.0, 1.0);
  }
  // The common part of the spectrum: U^T X X^T U is diagonal.
  std::int32_t i = 0;
  for (std::int32_t j = 0; j < result.local_cols(); ++j) {
    const std::int64_t global = result.global_col(j);
    while (i < result.local_rows() && result.global_row(i) < global) ++i;
    if (i < result.local_rows() && result.global_row(i) == global)
      result.local(i, j) += least * values[static_cast<std::size_t>(global)];
  }
  return result;
}

Residuals residuals(const Sample& sample, std::span<const double> alphas, std::span<const double> probes,
                    const parallel::Communicator& team) {
  const Population& population = sample.population();
  const auto n = static_cast<std::size_t>(sample.n());
  const std::size_t fits = alphas.size() / n;
  const std::size_t vectors = fits + probes.size() / n;
  Residuals result{std::vector<double>(vectors, 0.0), std::vector<double>(alphas.size(), 0.0)};
  LocalPanel panel(static_cast<std::int32_t>(n), [](std::int32_t i) { return std::int64_t{i}; });
  const std::int64_t stride = panel_columns * team.size();
  for (std::int64_t first = panel_columns * team.rank(); first < population.p(); first += stride) {
    const std::int64_t count = std::min(panel_columns, population.p() - first);
    const Columns spectrum(population, first, count);
    panel.make(sample, first, spectrum.roots);
    for (std::size_t k = 0; k < vectors; ++k) {
      const bool fit = k < fits;
      const double* const vector = fit ? alphas.data() + k * n : probes.data() + (k - fits) * n;
      for (std::size_t j = 0; j < spectrum.theta.size(); ++j) {
        const double* x = panel.column(j);
        const double r = (fit ? spectrum.theta[j] : 0.0) - dot(x, vector, n);
        const double weighted = spectrum.s[j] * r;
        result.energies[k] += weighted * r;
        if (!fit) continue;
        double* const product = result.products.data() + k * n;
        for (std::size_t i = 0; i < n; ++i) product[i] += weighted * x[i];
      }
    }
  }
  team.sum(std::span<double>(result.energies));
  team.sum(std::span<double>(result.products));
  return result;
}

} // namespace pastur::studies::benign_overfitting
