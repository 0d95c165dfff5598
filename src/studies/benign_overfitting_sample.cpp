// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_sample.hpp"

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
  std::vector<double> s, theta, roots, excess;
  std::size_t heavy = 0; ///< columns whose eigenvalue exceeds the least one; they come first

  Columns(const Population& population, std::int64_t first, std::int64_t count)
      : s(static_cast<std::size_t>(count)), theta(s.size()) {
    population.eigenvalues(first, s);
    population.target(first, theta);
    const double least = population.least_eigenvalue();
    for (const double value : s) {
      roots.push_back(std::sqrt(value));
      if (value > least) {
        excess.push_back(std::sqrt(value - least));
        ++heavy;
      }
    }
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

/// weighted += factor * gram on the local parts: both lower triangles lie in the same places.
void add_scaled(BlockCyclicMatrix& weighted, const BlockCyclicMatrix& gram, double factor) {
  for (std::int32_t j = 0; j < gram.local_cols(); ++j) {
    for (std::int32_t i = gram.local_rows_below(gram.global_col(j)); i < gram.local_rows(); ++i)
      weighted.local(i, j) += factor * gram.local(i, j);
  }
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

Moments moments(const Sample& sample, const std::shared_ptr<const linalg::ProcessGrid>& grid) {
  const std::int64_t n = sample.n();
  const Population& population = sample.population();
  Moments result{BlockCyclicMatrix(grid, n, n), BlockCyclicMatrix(grid, n, n),
                 std::vector<double>(static_cast<std::size_t>(n), 0.0),
                 std::vector<double>(static_cast<std::size_t>(n), 0.0)};
  result.gram.fill(0.0);
  result.weighted.fill(0.0);
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
    // X Sigma X^T = s_p X X^T + sum over s_j > s_p of (s_j - s_p) x_j x_j^T: a flat tail costs nothing.
    if (spectrum.heavy == 0) continue;
    rows.scale(spectrum.excess);
    if (!same) own_columns.scale(spectrum.excess);
    linalg::accumulate_gram(result.weighted, rows.data(), rows.ld(), columns.data(), columns.ld(),
                            static_cast<std::int64_t>(spectrum.heavy), 1.0, 1.0);
  }
  add_scaled(result.weighted, result.gram, population.least_eigenvalue());

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

Residuals residuals(const Sample& sample, std::span<const double> alphas, std::int64_t columns,
                    const parallel::Communicator& team) {
  const Population& population = sample.population();
  const auto n = static_cast<std::size_t>(sample.n());
  const auto vectors = static_cast<std::size_t>(columns);
  Residuals result{std::vector<double>(vectors, 0.0), std::vector<double>(n * vectors, 0.0)};
  LocalPanel panel(static_cast<std::int32_t>(n), [](std::int32_t i) { return std::int64_t{i}; });
  const std::int64_t stride = panel_columns * team.size();
  for (std::int64_t first = panel_columns * team.rank(); first < population.p(); first += stride) {
    const std::int64_t count = std::min(panel_columns, population.p() - first);
    const Columns spectrum(population, first, count);
    panel.make(sample, first, spectrum.roots);
    for (std::size_t k = 0; k < vectors; ++k) {
      double* const product = result.products.data() + k * n;
      for (std::size_t j = 0; j < spectrum.theta.size(); ++j) {
        const double* x = panel.column(j);
        const double r = spectrum.theta[j] - dot(x, alphas.data() + k * n, n);
        const double weighted = spectrum.s[j] * r;
        result.energies[k] += weighted * r;
        for (std::size_t i = 0; i < n; ++i) product[i] += weighted * x[i];
      }
    }
  }
  team.sum(std::span<double>(result.energies));
  team.sum(std::span<double>(result.products));
  return result;
}

} // namespace pastur::studies::benign_overfitting
