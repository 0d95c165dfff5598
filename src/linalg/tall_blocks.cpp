// SPDX-License-Identifier: BSD-3-Clause
#include "tall_blocks.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"
#include "small_eigenproblem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

/// x T, x (rows x inner) replaced by rows x columns.
void multiply_from_right(std::vector<double>& x, std::int64_t rows, std::int64_t inner,
                         const std::vector<double>& t, std::int64_t columns) {
  std::vector<double> result(static_cast<std::size_t>(rows * columns), 0.0);
  product("N", rows, columns, inner, 1.0, x.data(), rows, t.data(), inner, 0.0, result.data(), rows);
  x = std::move(result);
}

/// A multiple of 1 / |p_j| in every row and column of P^T M^{-1} P; 0 for a vector no longer than `floor`.
std::vector<double> inverse_lengths(const std::vector<double>& gram, std::size_t columns, double floor) {
  std::vector<double> inverse(columns, 0.0);
  for (std::size_t j = 0; j < columns; ++j) {
    const double square = gram[j * (columns + 1)];
    if (square > floor * floor) inverse[j] = 1.0 / std::sqrt(square);
  }
  return inverse;
}

} // namespace

void product(const char* trans, std::int64_t m, std::int64_t n, std::int64_t k, double alpha, const double* a,
             std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c, std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  const auto as_int = [](std::int64_t value) { return checked_int(value, "block of vectors"); };
  const int rows = as_int(m), columns = as_int(n), inner = as_int(k);
  const int ld_a = as_int(std::max<std::int64_t>(lda, 1));
  const int ld_b = as_int(std::max<std::int64_t>(ldb, 1));
  const int ld_c = as_int(std::max<std::int64_t>(ldc, 1));
  constexpr int one = 1;
  if (columns == 1) { // DGEMM would copy `a` first
    const bool transposed = *trans == 'T';
    dgemv_(trans, transposed ? &inner : &rows, transposed ? &rows : &inner, &alpha, a, &ld_a, b, &one, &beta,
           c, &one);
    return;
  }
  dgemm_(trans, "N", &rows, &columns, &inner, &alpha, a, &ld_a, b, &ld_b, &beta, c, &ld_c);
}

std::vector<double> inner_products(const parallel::Communicator& comm, std::int64_t rows, const double* a,
                                   std::int64_t a_columns, const double* b, std::int64_t b_columns) {
  std::vector<double> products(static_cast<std::size_t>(a_columns * b_columns), 0.0);
  product("T", a_columns, b_columns, rows, 1.0, a, rows, b, rows, 0.0, products.data(), a_columns);
  comm.sum(std::span<double>(products));
  return products;
}

Orthonormalised orthonormalise(const parallel::Communicator& comm, std::int64_t rows, std::vector<double>& p,
                               std::vector<double>& z, const Dual& dual, std::int64_t columns, double floor) {
  const auto all = static_cast<std::size_t>(columns);
  Orthonormalised result{.rank = columns, .coefficients = std::vector<double>(all * all, 0.0)};
  for (std::size_t j = 0; j < all; ++j) result.coefficients[j * (all + 1)] = 1.0;
  if (dual) z = dual(p, columns);
  for (bool first = true, orthogonal = false; !orthogonal && result.rank > 0; first = false) {
    const auto count = static_cast<std::size_t>(result.rank);
    std::vector<double> gram =
        inner_products(comm, rows, p.data(), result.rank, (dual ? z : p).data(), result.rank);
    if (!std::ranges::all_of(gram, [](double value) { return std::isfinite(value); }))
      throw std::runtime_error("conjugate gradients met a direction that is not finite");
    std::vector<double> scale(count, 1.0);
    if (first) scale = inverse_lengths(gram, count, floor);
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = 0; i < count; ++i) gram[i + j * count] *= scale[i] * scale[j];
    const std::vector<double> values = small_eigenvectors(comm, gram, result.rank);

    // An eigenvalue below the rounding of the first product says little: its vector, made no longer than 1,
    // shows in the second what it is.
    const double greatest = values.back();
    const double rounding = static_cast<double>(count) * std::numeric_limits<double>::epsilon() * greatest;
    const double least = first ? rounding : 1e-12 * greatest;
    std::vector<double> lengths, transform;
    for (std::size_t k = 0; k < count; ++k) {
      if (!(greatest > 0.0) || (!first && values[k] <= least)) continue;
      const double length = std::sqrt(std::max(values[k], least));
      lengths.push_back(length);
      for (std::size_t i = 0; i < count; ++i) transform.push_back(scale[i] * gram[i + k * count] / length);
    }
    orthogonal = !lengths.empty() && lengths.front() > 0.1 * lengths.back();

    const std::size_t kept = lengths.size();
    std::vector<double> coefficients(kept * all, 0.0);
    for (std::size_t j = 0; j < all; ++j)
      for (std::size_t k = 0; k < kept; ++k) {
        const double* vector = gram.data() + (count - kept + k) * count;
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i)
          if (scale[i] > 0.0) sum += vector[i] / scale[i] * result.coefficients[i + j * count];
        coefficients[k + j * kept] = lengths[k] * sum;
      }
    result.coefficients = std::move(coefficients);
    const std::int64_t previous = result.rank;
    result.rank = static_cast<std::int64_t>(kept);
    multiply_from_right(p, rows, previous, transform, result.rank);
    if (!dual) continue;
    // A short vector made long is not, to rounding, what its M^{-1} makes of it.
    if (kept > 0 && lengths.front() < 1e-3 * lengths.back()) {
      z = dual(p, result.rank);
    } else {
      multiply_from_right(z, rows, previous, transform, result.rank);
    }
  }
  return result;
}

} // namespace pastur::linalg
