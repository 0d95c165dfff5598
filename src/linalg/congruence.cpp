// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "scalapack.hpp"
#include "tall_blocks.hpp"

#include <pastur/linalg/congruence.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>

namespace pastur::linalg {

namespace {

void require_length(std::span<const double> x, std::int64_t rows, std::int64_t columns) {
  if (columns < 0 || static_cast<std::int64_t>(x.size()) != rows * columns) {
    throw std::invalid_argument(std::to_string(x.size()) + " numbers for " + std::to_string(columns) +
                                " vectors of " + std::to_string(rows));
  }
}

/// The rows of replicated vectors that belong to a matrix's local rows or columns; count x columns.
template <class Global>
std::vector<double> pick(std::span<const double> x, std::int64_t rows, std::int64_t columns,
                         std::int32_t count, const Global& global) {
  std::vector<double> picked(static_cast<std::size_t>(count) * static_cast<std::size_t>(columns));
  for (std::int64_t k = 0; k < columns; ++k) {
    double* const out = picked.data() + k * count;
    const double* const in = x.data() + k * rows;
    for (std::int32_t i = 0; i < count; ++i) out[i] = in[global(i)];
  }
  return picked;
}

std::vector<double> local_rows_of(const BlockCyclicMatrix& a, std::span<const double> x,
                                  std::int64_t columns) {
  return pick(x, a.rows(), columns, a.local_rows(), [&](std::int32_t i) { return a.global_row(i); });
}
std::vector<double> local_cols_of(const BlockCyclicMatrix& a, std::span<const double> x,
                                  std::int64_t columns) {
  return pick(x, a.cols(), columns, a.local_cols(), [&](std::int32_t j) { return a.global_col(j); });
}

/// op(local part of a) times m x columns; `transposed` decides what m is.
std::vector<double> local_product(const BlockCyclicMatrix& a, bool transposed, const std::vector<double>& x,
                                  std::int64_t columns) {
  const int rows = transposed ? a.local_cols() : a.local_rows();
  const int inner = transposed ? a.local_rows() : a.local_cols();
  std::vector<double> out(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0.0);
  if (inner == 0) return out;
  product(transposed ? "T" : "N", rows, columns, inner, 1.0, a.data(), a.ld(), x.data(), inner, 0.0,
          out.data(), rows);
  return out;
}

template <class Global>
std::vector<double> spread(const BlockCyclicMatrix& a, const std::vector<double>& local, std::int64_t rows,
                           std::int64_t columns, std::int32_t count, const Global& global) {
  std::vector<double> whole(static_cast<std::size_t>(rows * columns), 0.0);
  for (std::int64_t k = 0; k < columns; ++k) {
    for (std::int32_t i = 0; i < count; ++i) {
      whole[static_cast<std::size_t>(k * rows + global(i))] = local[static_cast<std::size_t>(k * count + i)];
    }
  }
  a.grid().team().sum(std::span<double>(whole));
  return whole;
}

} // namespace

BlockCyclicMatrix congruence(BlockCyclicMatrix&& s, const BlockCyclicMatrix& u) {
  require_square(s, "congruence");
  if (s.cols() != u.rows() || s.block() != u.block() || &s.grid() != &u.grid())
    throw std::invalid_argument("congruence needs matrices of one order, grid and block size");
  const parallel::LogEvent event("PasturCongruence");
  const int n = checked_int(u.rows(), "order");
  const int m = checked_int(u.cols(), "number of vectors");
  constexpr double one = 1.0;
  constexpr double zero = 0.0;
  BlockCyclicMatrix product(u.shared_grid(), n, m, u.block());
  event.flops(2.0 * n * m * (static_cast<double>(n) + m) / u.grid().team().size());
  if (u.grid().team().size() == 1) {
    const int ld = s.ld();
    const int ldu = u.ld();
    dsymm_("L", "L", &n, &m, &one, s.data(), &ld, u.data(), &ldu, &zero, product.data(), &ldu);
    BlockCyclicMatrix result = m == n ? std::move(s) : BlockCyclicMatrix(u.shared_grid(), m, m, u.block());
    const int ldr = result.ld();
    dgemm_("T", "N", &m, &m, &n, &one, u.data(), &ldu, product.data(), &ldu, &zero, result.data(), &ldr);
    return result;
  }
  constexpr int first = 1;
  pdsymm_("L", "L", &n, &m, &one, s.data(), &first, &first, s.descriptor().data(), u.data(), &first, &first,
          u.descriptor().data(), &zero, product.data(), &first, &first, product.descriptor().data());
  BlockCyclicMatrix result = m == n ? std::move(s) : BlockCyclicMatrix(u.shared_grid(), m, m, u.block());
  pdgemm_("T", "N", &m, &m, &n, &one, u.data(), &first, &first, u.descriptor().data(), product.data(), &first,
          &first, product.descriptor().data(), &zero, result.data(), &first, &first,
          result.descriptor().data());
  return result;
}

std::vector<double> multiply_replicated(const BlockCyclicMatrix& a, std::span<const double> x,
                                        std::int64_t columns) {
  require_length(x, a.cols(), columns);
  const std::vector<double> local = local_product(a, false, local_cols_of(a, x, columns), columns);
  return spread(a, local, a.rows(), columns, a.local_rows(), [&](std::int32_t i) { return a.global_row(i); });
}

std::vector<double> multiply_transposed_replicated(const BlockCyclicMatrix& a, std::span<const double> x,
                                                   std::int64_t columns) {
  require_length(x, a.rows(), columns);
  const std::vector<double> local = local_product(a, true, local_rows_of(a, x, columns), columns);
  return spread(a, local, a.cols(), columns, a.local_cols(), [&](std::int32_t j) { return a.global_col(j); });
}

std::vector<double> bilinear_forms(const BlockCyclicMatrix& a, std::span<const double> x,
                                   std::span<const double> y, std::int64_t columns) {
  require_square(a, "bilinear_forms");
  require_length(x, a.rows(), columns);
  require_length(y, a.cols(), columns);
  const std::vector<double> right = local_product(a, false, local_cols_of(a, y, columns), columns);
  const std::vector<double> left = local_rows_of(a, x, columns);
  std::vector<double> forms(static_cast<std::size_t>(columns), 0.0);
  const auto rows = static_cast<std::size_t>(a.local_rows());
  for (std::size_t k = 0; k < forms.size(); ++k) {
    for (std::size_t i = k * rows; i < (k + 1) * rows; ++i) forms[k] += left[i] * right[i];
  }
  a.grid().team().sum(std::span<double>(forms));
  return forms;
}

std::vector<double> diagonal(const BlockCyclicMatrix& a) {
  require_square(a, "diagonal");
  std::vector<double> values(static_cast<std::size_t>(a.rows()), 0.0);
  std::int32_t i = 0;
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    const std::int64_t global = a.global_col(j);
    while (i < a.local_rows() && a.global_row(i) < global) ++i;
    if (i < a.local_rows() && a.global_row(i) == global)
      values[static_cast<std::size_t>(global)] = a.local(i, j);
  }
  a.grid().team().sum(std::span<double>(values));
  return values;
}

} // namespace pastur::linalg
