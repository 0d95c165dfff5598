// SPDX-License-Identifier: BSD-3-Clause
#include "dense_checks.hpp"
#include "singular_value_routines.hpp"

#include <pastur/linalg/singular_values.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int none = 0;
constexpr int query = -1;

[[noreturn]] void fail(const char* routine, int info) {
  throw std::runtime_error(
      fmt::format("the singular values did not converge: {} gave info = {}", routine, info));
}

/// A = Q B P^T with B upper bidiagonal for m >= n, lower bidiagonal otherwise.
struct Bidiagonal {
  std::vector<double> diagonal;
  std::vector<double> off;
};

Bidiagonal reduce_lapack(BlockCyclicMatrix& a) {
  const int m = a.local_rows();
  const int n = a.local_cols();
  const int ld = a.ld();
  const auto size = static_cast<std::size_t>(std::min(m, n));
  Bidiagonal b{std::vector<double>(size), std::vector<double>(size)};
  std::vector<double> tau_q(size), tau_p(size);
  double wanted = 0.0;
  int info = 0;
  dgebrd_(&m, &n, a.data(), &ld, b.diagonal.data(), b.off.data(), tau_q.data(), tau_p.data(), &wanted, &query,
          &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  dgebrd_(&m, &n, a.data(), &ld, b.diagonal.data(), b.off.data(), tau_q.data(), tau_p.data(), work.data(),
          &lwork, &info);
  return b;
}

Bidiagonal reduce_scalapack(BlockCyclicMatrix& a) {
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(a.cols());
  const auto longest = static_cast<std::size_t>(std::max(a.local_rows(), a.local_cols())) + 1;
  std::vector<double> diagonal(longest), off(longest), tau_q(longest), tau_p(longest);
  double wanted = 0.0;
  int info = 0;
  pdgebrd_(&m, &n, a.data(), &one, &one, a.descriptor().data(), diagonal.data(), off.data(), tau_q.data(),
           tau_p.data(), &wanted, &query, &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  pdgebrd_(&m, &n, a.data(), &one, &one, a.descriptor().data(), diagonal.data(), off.data(), tau_q.data(),
           tau_p.data(), work.data(), &lwork, &info);
  // One of the two vectors is tied to the matrix's columns and copied on every process row, the other to its
  // rows and copied on every process column. One copy of each, summed over the team, is the same on every
  // rank.
  const auto size = static_cast<std::size_t>(std::min(m, n));
  std::vector<double> both(2 * size, 0.0);
  const bool tall = m >= n;
  double* by_column = both.data() + (tall ? 0 : size);
  double* by_row = both.data() + (tall ? size : 0);
  if (a.grid().row() == 0) {
    for (std::int32_t j = 0; j < a.local_cols(); ++j) {
      const auto column = static_cast<std::size_t>(a.global_col(j));
      if (column < size) by_column[column] = (tall ? diagonal : off)[static_cast<std::size_t>(j)];
    }
  }
  if (a.grid().col() == 0) {
    for (std::int32_t i = 0; i < a.local_rows(); ++i) {
      const auto row = static_cast<std::size_t>(a.global_row(i));
      if (row < size) by_row[row] = (tall ? off : diagonal)[static_cast<std::size_t>(i)];
    }
  }
  a.grid().team().sum(std::span<double>(both));
  const auto middle = both.begin() + static_cast<std::ptrdiff_t>(size);
  return {std::vector<double>(both.begin(), middle), std::vector<double>(middle, both.end())};
}

} // namespace

std::vector<double> singular_values(BlockCyclicMatrix&& a) {
  require_all_finite(a, "singular values");
  BlockCyclicMatrix matrix = std::move(a);
  const int size = static_cast<int>(std::min(matrix.rows(), matrix.cols()));
  if (size == 0) return {};
  const parallel::LogEvent event("PasturSingular");
  const bool alone = matrix.grid().team().size() == 1;
  Bidiagonal b = alone ? reduce_lapack(matrix) : reduce_scalapack(matrix);
  const auto longer = static_cast<double>(std::max(matrix.rows(), matrix.cols()));
  event.flops(4.0 * size * size * (longer - size / 3.0) / matrix.grid().team().size());
  std::vector<double> work(4 * static_cast<std::size_t>(size));
  double unused = 0.0;
  int info = 0;
  dbdsqr_(matrix.rows() >= matrix.cols() ? "U" : "L", &size, &none, &none, &none, b.diagonal.data(),
          b.off.data(), &unused, &one, &unused, &one, &unused, &one, work.data(), &info);
  if (info != 0) fail("DBDSQR", info);
  return std::move(b.diagonal);
}

namespace {

SingularDecomposition decompose_lapack(BlockCyclicMatrix& a) {
  const int m = a.local_rows();
  const int n = a.local_cols();
  const int size = std::min(m, n);
  SingularDecomposition out{std::vector<double>(static_cast<std::size_t>(size)),
                            BlockCyclicMatrix(a.shared_grid(), m, size, a.block()),
                            BlockCyclicMatrix(a.shared_grid(), size, n, a.block())};
  if (size == 0) return out;
  const BlockCyclicMatrix kept = a.copy(); // for the second route
  const int ld = a.ld();
  const int ld_left = out.left.ld();
  const int ld_right = out.right_transposed.ld();
  std::vector<int> integers(8 * static_cast<std::size_t>(size));
  double wanted = 0.0;
  int info = 0;
  dgesdd_("S", &m, &n, a.data(), &ld, out.values.data(), out.left.data(), &ld_left,
          out.right_transposed.data(), &ld_right, &wanted, &query, integers.data(), &info);
  int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  dgesdd_("S", &m, &n, a.data(), &ld, out.values.data(), out.left.data(), &ld_left,
          out.right_transposed.data(), &ld_right, work.data(), &lwork, integers.data(), &info);
  if (info == 0) return out;
  std::copy_n(kept.data(), static_cast<std::size_t>(ld) * static_cast<std::size_t>(n), a.data());
  dgesvd_("S", "S", &m, &n, a.data(), &ld, out.values.data(), out.left.data(), &ld_left,
          out.right_transposed.data(), &ld_right, &wanted, &query, &info);
  lwork = work_size(wanted);
  work.resize(static_cast<std::size_t>(lwork));
  dgesvd_("S", "S", &m, &n, a.data(), &ld, out.values.data(), out.left.data(), &ld_left,
          out.right_transposed.data(), &ld_right, work.data(), &lwork, &info);
  if (info != 0) fail("DGESVD", info);
  return out;
}

SingularDecomposition decompose_scalapack(BlockCyclicMatrix& a) {
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(a.cols());
  const int size = std::min(m, n);
  SingularDecomposition out{std::vector<double>(static_cast<std::size_t>(size)),
                            BlockCyclicMatrix(a.shared_grid(), m, size, a.block()),
                            BlockCyclicMatrix(a.shared_grid(), size, n, a.block())};
  if (size == 0) return out;
  double wanted = 0.0;
  int info = 0;
  pdgesvd_("V", "V", &m, &n, a.data(), &one, &one, a.descriptor().data(), out.values.data(), out.left.data(),
           &one, &one, out.left.descriptor().data(), out.right_transposed.data(), &one, &one,
           out.right_transposed.descriptor().data(), &wanted, &query, &info);
  const int lwork = work_size(wanted);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  pdgesvd_("V", "V", &m, &n, a.data(), &one, &one, a.descriptor().data(), out.values.data(), out.left.data(),
           &one, &one, out.left.descriptor().data(), out.right_transposed.data(), &one, &one,
           out.right_transposed.descriptor().data(), work.data(), &lwork, &info);
  // min(m, n) + 1 only says that the ranks' roundings differ.
  if (!a.grid().team().all(info == 0 || info == size + 1)) fail("PDGESVD", info);
  a.grid().team().broadcast(std::span<double>(out.values));
  return out;
}

} // namespace

SingularDecomposition singular_decomposition(BlockCyclicMatrix&& a) {
  require_all_finite(a, "singular values");
  BlockCyclicMatrix matrix = std::move(a);
  const parallel::LogEvent event("PasturSingular");
  return matrix.grid().team().size() == 1 ? decompose_lapack(matrix) : decompose_scalapack(matrix);
}

std::vector<double> vector_overlaps(const SingularDecomposition& decomposition) {
  const BlockCyclicMatrix& left = decomposition.left;
  const BlockCyclicMatrix& right = decomposition.right_transposed;
  require_square(left, "vector_overlaps");
  require_square(right, "vector_overlaps");
  // V in the layout of U: PDTRAN on several ranks.
  const auto size = static_cast<std::size_t>(left.rows());
  std::vector<double> overlaps(size, 0.0);
  if (size == 0) return overlaps;
  const bool alone = left.grid().team().size() == 1;
  BlockCyclicMatrix transposed(left.shared_grid(), right.cols(), right.rows(), left.block());
  if (alone) {
    for (std::int32_t j = 0; j < right.local_cols(); ++j) {
      for (std::int32_t i = 0; i < right.local_rows(); ++i) transposed.local(j, i) = right.local(i, j);
    }
  } else {
    const int n = static_cast<int>(size);
    const double unit = 1.0;
    const double zero = 0.0;
    pdtran_(&n, &n, &unit, right.data(), &one, &one, right.descriptor().data(), &zero, transposed.data(),
            &one, &one, transposed.descriptor().data());
  }
  for (std::int32_t j = 0; j < left.local_cols(); ++j) {
    double sum = 0.0;
    for (std::int32_t i = 0; i < left.local_rows(); ++i) sum += left.local(i, j) * transposed.local(i, j);
    overlaps[static_cast<std::size_t>(left.global_col(j))] += sum;
  }
  if (!alone) left.grid().team().sum(std::span<double>(overlaps));
  return overlaps;
}

std::vector<double> singular_values(std::span<std::complex<double>> a, std::int64_t n) {
  if (n < 0 || a.size() != static_cast<std::size_t>(n * n)) {
    throw std::invalid_argument(
        fmt::format("singular values: {} elements for a {} x {} matrix", a.size(), n, n));
  }
  for (const std::complex<double>& element : a) {
    if (!std::isfinite(element.real()) || !std::isfinite(element.imag()))
      throw std::domain_error("singular values: the matrix holds NaN or infinite elements");
  }
  const int size = checked_int(n, "matrix size");
  std::vector<double> values(static_cast<std::size_t>(size));
  if (size == 0) return values;
  std::vector<double> reals(5 * values.size());
  std::complex<double> unused, wanted;
  int info = 0;
  zgesvd_("N", "N", &size, &size, a.data(), &size, values.data(), &unused, &one, &unused, &one, &wanted,
          &query, reals.data(), &info);
  const int lwork = work_size(wanted.real());
  std::vector<std::complex<double>> work(static_cast<std::size_t>(lwork));
  zgesvd_("N", "N", &size, &size, a.data(), &size, values.data(), &unused, &one, &unused, &one, work.data(),
          &lwork, reals.data(), &info);
  if (info != 0) fail("ZGESVD", info);
  return values;
}

} // namespace pastur::linalg
