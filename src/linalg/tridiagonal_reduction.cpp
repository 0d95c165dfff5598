// SPDX-License-Identifier: BSD-3-Clause
#include "tridiagonal_reduction.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"
#include "scalapack.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <stdexcept>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int query = -1;

} // namespace

TridiagonalReduction::TridiagonalReduction(BlockCyclicMatrix&& k, DenseLibrary library)
    : matrix_(std::move(k)), library_(library) {
  const std::size_t n = static_cast<std::size_t>(matrix_.rows());
  t_.diagonal.assign(n, 0.0);
  t_.off.assign(n > 0 ? n - 1 : 0, 0.0);
  if (n == 0) return;
  const parallel::LogEvent event("PasturReduction");
  if (library_ == DenseLibrary::lapack) {
    reduce_lapack();
  } else {
    reduce_scalapack();
  }
  const double size = static_cast<double>(n);
  event.flops(4.0 / 3.0 * size * size * size / matrix_.grid().team().size());
}

void TridiagonalReduction::reduce_lapack() {
  const int n = matrix_.local_rows();
  const int ld = matrix_.ld();
  tau_.resize(static_cast<std::size_t>(n));
  double wanted = 0.0;
  int info = 0;
  dsytrd_("L", &n, matrix_.data(), &ld, t_.diagonal.data(), t_.off.data(), tau_.data(), &wanted, &query,
          &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  dsytrd_("L", &n, matrix_.data(), &ld, t_.diagonal.data(), t_.off.data(), tau_.data(), work.data(), &lwork,
          &info);
}

void TridiagonalReduction::reduce_scalapack() {
  const int n = static_cast<int>(matrix_.rows());
  const std::size_t local_cols = static_cast<std::size_t>(matrix_.local_cols()) + 1;
  std::vector<double> diagonal(local_cols), off(local_cols);
  tau_.resize(local_cols);
  double wanted = 0.0;
  int info = 0;
  pdsytrd_("L", &n, matrix_.data(), &one, &one, matrix_.descriptor().data(), diagonal.data(), off.data(),
           tau_.data(), &wanted, &query, &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  pdsytrd_("L", &n, matrix_.data(), &one, &one, matrix_.descriptor().data(), diagonal.data(), off.data(),
           tau_.data(), work.data(), &lwork, &info);
  // The columns' owners hold d and e once per process row: the first row's copy, summed over the team, is the
  // same on every rank.
  std::vector<double> both(2 * t_.size(), 0.0);
  if (matrix_.grid().row() == 0) {
    for (std::int32_t j = 0; j < matrix_.local_cols(); ++j) {
      const std::size_t column = static_cast<std::size_t>(matrix_.global_col(j));
      both[column] = diagonal[static_cast<std::size_t>(j)];
      if (column + 1 < t_.size()) both[t_.size() + column] = off[static_cast<std::size_t>(j)];
    }
  }
  matrix_.grid().team().sum(std::span<double>(both));
  std::copy_n(both.begin(), t_.size(), t_.diagonal.begin());
  std::copy_n(both.begin() + static_cast<std::ptrdiff_t>(t_.size()), t_.off.size(), t_.off.begin());
}

void TridiagonalReduction::apply_lapack(double* c, int ld, std::int64_t columns, bool transpose) {
  const int n = matrix_.local_rows();
  const int cols = checked_int(columns, "number of columns");
  const int a_ld = matrix_.ld();
  const char* trans = transpose ? "T" : "N";
  double wanted = 0.0;
  int info = 0;
  dormtr_("L", "L", trans, &n, &cols, matrix_.data(), &a_ld, tau_.data(), c, &ld, &wanted, &query, &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  dormtr_("L", "L", trans, &n, &cols, matrix_.data(), &a_ld, tau_.data(), c, &ld, work.data(), &lwork, &info);
}

void TridiagonalReduction::apply(BlockCyclicMatrix& c, bool transpose) {
  if (c.rows() != matrix_.rows() || c.block() != matrix_.block() || &c.grid() != &matrix_.grid()) {
    throw std::invalid_argument("back-transformation of a matrix with another size, block or grid");
  }
  // A 1 x 1 matrix is tridiagonal: Q = I.
  if (c.rows() <= 1 || c.cols() == 0) return;
  const parallel::LogEvent event("PasturBackTransform");
  const double n = static_cast<double>(c.rows());
  event.flops(2.0 * n * n * static_cast<double>(c.cols()) / c.grid().team().size());
  if (library_ == DenseLibrary::lapack) {
    apply_lapack(c.data(), c.ld(), c.cols(), transpose);
    return;
  }
  const int rows = static_cast<int>(c.rows());
  const int cols = static_cast<int>(c.cols());
  const char* trans = transpose ? "T" : "N";
  double wanted = 0.0;
  int info = 0;
  pdormtr_("L", "L", trans, &rows, &cols, matrix_.data(), &one, &one, matrix_.descriptor().data(),
           tau_.data(), c.data(), &one, &one, c.descriptor().data(), &wanted, &query, &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  pdormtr_("L", "L", trans, &rows, &cols, matrix_.data(), &one, &one, matrix_.descriptor().data(),
           tau_.data(), c.data(), &one, &one, c.descriptor().data(), work.data(), &lwork, &info);
}

void TridiagonalReduction::apply(std::span<double> c, std::int64_t columns, bool transpose) {
  if (matrix_.rows() <= 1 || columns == 0) return;
  if (library_ == DenseLibrary::lapack) {
    const parallel::LogEvent event("PasturBackTransform");
    const double n = static_cast<double>(matrix_.rows());
    event.flops(2.0 * n * n * static_cast<double>(columns));
    apply_lapack(c.data(), matrix_.ld(), columns, transpose);
    return;
  }
  BlockCyclicMatrix distributed(matrix_.shared_grid(), matrix_.rows(), columns, matrix_.block());
  distributed.scatter(c);
  apply(distributed, transpose);
  std::ranges::copy(distributed.gather(), c.begin());
}

} // namespace pastur::linalg
