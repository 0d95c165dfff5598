// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "singular_value_routines.hpp"

#include <pastur/linalg/matrix_product.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr double unit = 1.0;
constexpr double zero = 0.0;

void require_length(std::span<const double> values, std::int64_t length, const char* caller) {
  if (values.size() != static_cast<std::size_t>(length))
    throw std::invalid_argument(fmt::format("{}: {} values for {}", caller, values.size(), length));
}

} // namespace

BlockCyclicMatrix multiply(const BlockCyclicMatrix& a, const BlockCyclicMatrix& b) {
  if (a.cols() != b.rows() || a.block() != b.block() || &a.grid() != &b.grid()) {
    throw std::invalid_argument(
        fmt::format("a product of {} x {} with {} x {}: sizes, blocks or grids differ", a.rows(), a.cols(),
                    b.rows(), b.cols()));
  }
  BlockCyclicMatrix out(a.shared_grid(), a.rows(), b.cols(), a.block());
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(b.cols());
  const int k = static_cast<int>(a.cols());
  if (m == 0 || n == 0 || k == 0) {
    out.fill(0.0);
    return out;
  }
  const parallel::LogEvent event("PasturProduct");
  if (a.grid().team().size() == 1) {
    const int lda = a.ld();
    const int ldb = b.ld();
    const int ldc = out.ld();
    dgemm_("N", "N", &m, &n, &k, &unit, a.data(), &lda, b.data(), &ldb, &zero, out.data(), &ldc);
  } else {
    pdgemm_("N", "N", &m, &n, &k, &unit, a.data(), &one, &one, a.descriptor().data(), b.data(), &one, &one,
            b.descriptor().data(), &zero, out.data(), &one, &one, out.descriptor().data());
  }
  event.flops(2.0 * m * static_cast<double>(n) * k / a.grid().team().size());
  return out;
}

std::vector<double> multiply(const BlockCyclicMatrix& a, std::span<const double> x, bool transpose) {
  require_length(x, transpose ? a.rows() : a.cols(), "multiply");
  std::vector<double> y(static_cast<std::size_t>(transpose ? a.cols() : a.rows()), 0.0);
  const int m = a.local_rows();
  const int n = a.local_cols();
  if (m > 0 && n > 0) {
    const int ld = a.ld();
    std::vector<double> in(static_cast<std::size_t>(transpose ? m : n));
    std::vector<double> out(static_cast<std::size_t>(transpose ? n : m));
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(in.size()); ++i)
      in[static_cast<std::size_t>(i)] =
          x[static_cast<std::size_t>(transpose ? a.global_row(i) : a.global_col(i))];
    dgemv_(transpose ? "T" : "N", &m, &n, &unit, a.data(), &ld, in.data(), &one, &zero, out.data(), &one);
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(out.size()); ++i)
      y[static_cast<std::size_t>(transpose ? a.global_col(i) : a.global_row(i))] =
          out[static_cast<std::size_t>(i)];
  }
  if (a.grid().team().size() > 1) a.grid().team().sum(std::span<double>(y));
  return y;
}

BlockCyclicMatrix select_columns(const BlockCyclicMatrix& a, std::span<const std::int64_t> columns) {
  const auto count = static_cast<std::int64_t>(columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (columns[k] < 0 || columns[k] >= a.cols() || (k > 0 && columns[k] <= columns[k - 1]))
      throw std::invalid_argument(fmt::format("select_columns: column {} of {}", columns[k], a.cols()));
  }
  if (a.grid().team().size() > 1) {
    BlockCyclicMatrix chosen(a.shared_grid(), a.cols(), count, a.block());
    chosen.assign([&](std::int64_t i, std::int64_t j) {
      return columns[static_cast<std::size_t>(j)] == i ? 1.0 : 0.0;
    });
    return multiply(a, chosen);
  }
  BlockCyclicMatrix out(a.shared_grid(), a.rows(), count, a.block());
  for (std::int32_t j = 0; j < out.local_cols(); ++j) {
    const auto from = static_cast<std::int32_t>(columns[static_cast<std::size_t>(j)]);
    for (std::int32_t i = 0; i < out.local_rows(); ++i) out.local(i, j) = a.local(i, from);
  }
  return out;
}

BlockCyclicMatrix symmetric_part(const BlockCyclicMatrix& a) {
  require_square(a, "symmetric_part");
  BlockCyclicMatrix out = a.copy();
  const int n = static_cast<int>(a.rows());
  if (n == 0) return out;
  if (a.grid().team().size() == 1) {
    for (std::int32_t j = 0; j < a.local_cols(); ++j) {
      for (std::int32_t i = 0; i < a.local_rows(); ++i)
        out.local(i, j) = 0.5 * (a.local(i, j) + a.local(j, i));
    }
    return out;
  }
  const double half = 0.5;
  pdtran_(&n, &n, &half, a.data(), &one, &one, a.descriptor().data(), &half, out.data(), &one, &one,
          out.descriptor().data());
  return out;
}

void scale_rows(BlockCyclicMatrix& a, std::span<const double> factors) {
  require_length(factors, a.rows(), "scale_rows");
  std::vector<double> mine(static_cast<std::size_t>(a.local_rows()));
  for (std::int32_t i = 0; i < a.local_rows(); ++i)
    mine[static_cast<std::size_t>(i)] = factors[static_cast<std::size_t>(a.global_row(i))];
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    for (std::int32_t i = 0; i < a.local_rows(); ++i) a.local(i, j) *= mine[static_cast<std::size_t>(i)];
  }
}

void scale_columns(BlockCyclicMatrix& a, std::span<const double> factors) {
  require_length(factors, a.cols(), "scale_columns");
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    const double factor = factors[static_cast<std::size_t>(a.global_col(j))];
    for (std::int32_t i = 0; i < a.local_rows(); ++i) a.local(i, j) *= factor;
  }
}

void add_rank_one(BlockCyclicMatrix& a, double alpha, std::span<const double> x, std::span<const double> y) {
  require_length(x, a.rows(), "add_rank_one");
  require_length(y, a.cols(), "add_rank_one");
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    const double factor = alpha * y[static_cast<std::size_t>(a.global_col(j))];
    for (std::int32_t i = 0; i < a.local_rows(); ++i)
      a.local(i, j) += factor * x[static_cast<std::size_t>(a.global_row(i))];
  }
}

} // namespace pastur::linalg
