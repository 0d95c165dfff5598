// SPDX-License-Identifier: BSD-3-Clause
#include "band_reduction.hpp"

#include "blas.hpp"

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

void BandReduction::reduce_alone() {
  const int n = matrix_.local_rows();
  const int ld = matrix_.ld();
  const int width = band_.width;
  t_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(n), 0.0);
  const std::size_t panel = static_cast<std::size_t>(n) * static_cast<std::size_t>(width);
  std::vector<double> v(panel), vt(panel), w(panel), work(panel);
  std::vector<double> y(static_cast<std::size_t>(width) * static_cast<std::size_t>(width));
  const double unit = 1.0, zero = 0.0, minus = -1.0, half = -0.5;
  int info = 0;
  for (int k = 0; k + width + 1 < n; k += width) {
    const int m = n - k - width;
    const int p = std::min(m, width); // reflectors
    double* below = &matrix_.local(k + width, k);
    double* t = t_.data() + static_cast<std::ptrdiff_t>(k) * width;
    // The recursive QR has its flops in matrix products too.
    dgeqrt3_(&m, &p, below, &ld, t, &width, &info);
    if (p < width) {
      const int others = width - p;
      dlarfb_("L", "T", "F", "C", &m, &others, &p, below, &ld, t, &width,
              below + static_cast<std::ptrdiff_t>(p) * ld, &ld, work.data(), &others);
    }
    for (int j = 0; j < p; ++j) {
      double* column = v.data() + static_cast<std::ptrdiff_t>(j) * m;
      std::fill_n(column, j, 0.0);
      column[j] = 1.0;
      std::copy(below + static_cast<std::ptrdiff_t>(j) * ld + j + 1,
                below + static_cast<std::ptrdiff_t>(j) * ld + m, column + j + 1);
    }
    double* rest = &matrix_.local(k + width, k + width);
    dgemm_("N", "N", &m, &p, &p, &unit, v.data(), &m, t, &width, &zero, vt.data(), &m);
    dsymm_("L", "L", &m, &p, &unit, rest, &ld, vt.data(), &m, &zero, w.data(), &m);
    dgemm_("T", "N", &p, &p, &m, &unit, vt.data(), &m, w.data(), &m, &zero, y.data(), &p);
    dgemm_("N", "N", &m, &p, &p, &half, v.data(), &m, y.data(), &p, &unit, w.data(), &m);
    dsyr2k_("L", "N", &m, &p, &minus, v.data(), &m, w.data(), &m, &unit, rest, &ld);
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
