// SPDX-License-Identifier: BSD-3-Clause
#include "gram_inverse.hpp"

#include "dense_checks.hpp"
#include "general_routines.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int query = -1;

/// Row interchanges; a zero pivot shows in least_pivot().
std::vector<int> factor_lu(BlockCyclicMatrix& a) {
  const int n = static_cast<int>(a.rows());
  std::vector<int> pivots(static_cast<std::size_t>(a.local_rows()) + static_cast<std::size_t>(a.block()));
  int info = 0;
  if (a.grid().team().size() == 1) {
    const int ld = a.ld();
    dgetrf_(&n, &n, a.data(), &ld, pivots.data(), &info);
  } else {
    pdgetrf_(&n, &n, a.data(), &one, &one, a.descriptor().data(), pivots.data(), &info);
  }
  return pivots;
}

void factor_qr(BlockCyclicMatrix& a) {
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(a.cols());
  const bool alone = a.grid().team().size() == 1;
  std::vector<double> tau(static_cast<std::size_t>(a.local_cols()) + 1);
  std::vector<double> work(1);
  int lwork = query;
  int info = 0;
  for (int pass = 0; pass < 2; ++pass) {
    if (alone) {
      const int ld = a.ld();
      dgeqrf_(&m, &n, a.data(), &ld, tau.data(), work.data(), &lwork, &info);
    } else {
      pdgeqrf_(&m, &n, a.data(), &one, &one, a.descriptor().data(), tau.data(), work.data(), &lwork, &info);
    }
    if (pass > 0) return;
    lwork = work_size(work[0]);
    work.resize(static_cast<std::size_t>(lwork));
  }
}

} // namespace

GramInverse::GramInverse(BlockCyclicMatrix&& a) : factor_(std::move(a)) {
  const parallel::LogEvent event("PasturGramInverse");
  const auto m = static_cast<double>(factor_.rows());
  const auto n = static_cast<double>(factor_.cols());
  const bool square = factor_.rows() == factor_.cols();
  if (square) {
    pivots_ = factor_lu(factor_);
  } else {
    factor_qr(factor_);
  }
  event.flops((square ? 2.0 / 3.0 * n * n * n : 2.0 * n * n * (m - n / 3.0)) / factor_.grid().team().size());
}

double GramInverse::least_pivot() const {
  double least = std::numeric_limits<double>::infinity();
  for (std::int32_t j = 0; j < factor_.local_cols(); ++j) {
    const std::int64_t column = factor_.global_col(j);
    const std::int32_t row = factor_.local_rows_below(column);
    if (row < factor_.local_rows() && factor_.global_row(row) == column)
      least = std::min(least, std::abs(factor_.local(row, j)));
  }
  return factor_.grid().team().min(least);
}

void GramInverse::solve(const char* transpose, BlockCyclicMatrix& x) const {
  const int n = static_cast<int>(factor_.cols());
  int info = 0;
  const int* factor_descriptor = factor_.descriptor().data();
  const int* x_descriptor = x.descriptor().data();
  if (factor_.grid().team().size() == 1) {
    const int ld = factor_.ld();
    if (pivots_.empty()) {
      dtrtrs_("U", transpose, "N", &n, &one, factor_.data(), &ld, x.data(), &n, &info);
    } else {
      dgetrs_(transpose, &n, &one, factor_.data(), &ld, pivots_.data(), x.data(), &n, &info);
    }
  } else if (pivots_.empty()) {
    pdtrtrs_("U", transpose, "N", &n, &one, factor_.data(), &one, &one, factor_descriptor, x.data(), &one,
             &one, x_descriptor, &info);
  } else {
    pdgetrs_(transpose, &n, &one, factor_.data(), &one, &one, factor_descriptor, pivots_.data(), x.data(),
             &one, &one, x_descriptor, &info);
  }
}

void GramInverse::apply(std::span<double> x) const {
  BlockCyclicMatrix column(factor_.shared_grid(), factor_.cols(), 1, factor_.block());
  column.scatter(x);
  solve("T", column);
  solve("N", column);
  std::ranges::copy(column.gather(), x.begin());
}

} // namespace pastur::linalg
