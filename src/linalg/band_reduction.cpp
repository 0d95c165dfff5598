// SPDX-License-Identifier: BSD-3-Clause
#include "band_reduction.hpp"

#include "blas.hpp"
#include "symmetric_pass.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>

namespace pastur::linalg {

std::int32_t BandReduction::width(std::int64_t n, std::int32_t block, bool alone) {
  // A wider band makes the products of the reduction faster and the band's own work slower.
  constexpr std::int32_t best = 48;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(n - 1, 0, alone ? best : block));
}

BandReduction::BandReduction(BlockCyclicMatrix&& k)
    : matrix_(std::move(k)),
      band_(static_cast<std::int32_t>(matrix_.rows()), width(matrix_.rows(), matrix_.block(), alone())) {
  const auto n = static_cast<double>(matrix_.rows());
  {
    const parallel::LogEvent event("PasturReduction");
    if (alone()) {
      reduce_alone();
    } else {
      reduce_on_team();
    }
    event.flops(4.0 / 3.0 * n * n * n / matrix_.grid().team().size());
  }
  copy_band();
}

void BandReduction::copy_band() {
  for (std::int32_t j = 0; j < matrix_.local_cols(); ++j) {
    const std::int64_t column = matrix_.global_col(j);
    const std::int32_t end = matrix_.local_rows_below(column + band_.width + 1);
    for (std::int32_t i = matrix_.local_rows_below(column); i < end; ++i)
      band_.at(matrix_.global_row(i), column) = matrix_.local(i, j);
  }
  if (!alone()) matrix_.grid().team().sum(std::span<double>(band_.values));
}

namespace {

/// V and W of a panel as the update takes them, [V W V], on `rows` rows.
struct PanelFactors {
  std::vector<double> values;
  int rows = 0;
  int width = 0;

  double* column(int j) { return values.data() + static_cast<std::ptrdiff_t>(j) * rows; }
  double* v() { return column(0); }
  double* w() { return column(width); }
  double* v_again() { return column(2 * width); }
  /// For the rows from `first` on.
  RankUpdate from(int first) { return {values.data() + first, rows}; }
};

/// Unpacks `count` Householder vectors from below the diagonal of `qr`.
void copy_reflectors(const double* qr, int ld, int rows, int count, double* v) {
  for (int j = 0; j < count; ++j) {
    const double* from = qr + static_cast<std::ptrdiff_t>(j) * ld;
    double* to = v + static_cast<std::ptrdiff_t>(j) * rows;
    std::fill_n(to, j, 0.0);
    to[j] = 1.0;
    std::copy(from + j + 1, from + rows, to + j + 1);
  }
}

} // namespace

/// The update by a panel waits until the next one is known: its columns come first, the rest together with
/// the next product.
void BandReduction::reduce_alone() {
  const int n = matrix_.local_rows();
  const int ld = matrix_.ld();
  const int width = band_.width, both = 2 * width;
  const std::size_t panel = static_cast<std::size_t>(n) * static_cast<std::size_t>(width);
  t_.assign(panel, 0.0);
  std::vector<double> vt(panel);
  std::vector<double> y(static_cast<std::size_t>(width) * static_cast<std::size_t>(width));
  PanelFactors last, next;
  last.values.resize(3 * panel);
  next.values.resize(3 * panel);
  SymmetricPass update_and_multiply(n, width);
  const double unit = 1.0, zero = 0.0, minus = -1.0, half = -0.5;
  int info = 0;
  for (int k = 0; k + width + 1 < n; k += width) {
    const int m = n - k - width;
    const int p = std::min(m, width); // reflectors
    if (k > 0) {
      const int rows = last.rows;
      dgemm_("N", "T", &rows, &width, &both, &minus, last.v(), &rows, last.w(), &rows, &unit,
             &matrix_.local(k, k), &ld);
    }
    double* below = &matrix_.local(k + width, k);
    double* t = t_.data() + static_cast<std::ptrdiff_t>(k) * width;
    // The recursive QR has its flops in matrix products too.
    dgeqrt3_(&m, &p, below, &ld, t, &width, &info);
    if (p < width) {
      const int others = width - p;
      dlarfb_("L", "T", "F", "C", &m, &others, &p, below, &ld, t, &width,
              below + static_cast<std::ptrdiff_t>(p) * ld, &ld, vt.data(), &others);
    }
    next.rows = m;
    next.width = p;
    copy_reflectors(below, ld, m, p, next.v());
    dgemm_("N", "N", &m, &p, &p, &unit, next.v(), &m, t, &width, &zero, vt.data(), &m);
    double* rest = &matrix_.local(k + width, k + width);
    update_and_multiply(m, p, rest, ld, k > 0 ? last.from(width) : RankUpdate{}, vt.data(), next.w());
    dgemm_("T", "N", &p, &p, &m, &unit, vt.data(), &m, next.w(), &m, &zero, y.data(), &p);
    dgemm_("N", "N", &m, &p, &p, &half, next.v(), &m, y.data(), &p, &unit, next.w(), &m);
    std::copy_n(next.v(), static_cast<std::ptrdiff_t>(m) * p, next.v_again());
    std::swap(last, next);
  }
  if (last.rows > 0) {
    double* rest = &matrix_.local(n - last.rows, n - last.rows);
    dsyr2k_("L", "N", &last.rows, &last.width, &minus, last.v(), &last.rows, last.w(), &last.rows, &unit,
            rest, &ld);
  }
}

void BandReduction::apply_alone(double* c, std::int64_t columns, bool transpose) const {
  const int n = matrix_.local_rows();
  const int ld = matrix_.ld();
  const int width = band_.width;
  const int cols = static_cast<int>(columns);
  std::vector<double> work(static_cast<std::size_t>(cols) * static_cast<std::size_t>(width));
  const auto panel = [&](int k) {
    const int m = n - k - width;
    const int p = std::min(m, width);
    dlarfb_("L", transpose ? "T" : "N", "F", "C", &m, &cols, &p,
            matrix_.data() + k + width + static_cast<std::ptrdiff_t>(k) * ld, &ld,
            t_.data() + static_cast<std::ptrdiff_t>(k) * width, &width, c + k + width, &n, work.data(),
            &cols);
  };
  // Q = Q_0 Q_1 ...
  const int last = (n - width - 2) / width * width;
  if (transpose) {
    for (int k = 0; k <= last; k += width) panel(k);
  } else {
    for (int k = last; k >= 0; k -= width) panel(k);
  }
}

void BandReduction::apply(std::span<double> c, std::int64_t columns, bool transpose) const {
  const std::int64_t n = matrix_.rows();
  // Narrower than its band: Q = I.
  if (n <= band_.width + 1 || columns == 0) return;
  const parallel::LogEvent event("PasturBackTransform");
  const auto size = static_cast<double>(n);
  event.flops(2.0 * size * size * static_cast<double>(columns) / matrix_.grid().team().size());
  if (alone()) {
    apply_alone(c.data(), columns, transpose);
    return;
  }
  BlockCyclicMatrix distributed(matrix_.shared_grid(), n, columns, matrix_.block());
  distributed.scatter(c);
  apply_on_team(distributed, transpose);
  std::ranges::copy(distributed.gather(), c.begin());
}

} // namespace pastur::linalg
