// SPDX-License-Identifier: BSD-3-Clause
#include "dense_checks.hpp"
#include "gram_inverse.hpp"
#include "krylov_ends.hpp"

#include <pastur/linalg/extreme_singular_values.hpp>
#include <pastur/linalg/matrix_product.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pastur::linalg {

namespace {

double greatest_modulus(const BlockCyclicMatrix& a) {
  double greatest = 0.0;
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    for (std::int32_t i = 0; i < a.local_rows(); ++i) greatest = std::max(greatest, std::abs(a.local(i, j)));
  }
  return a.grid().team().max(greatest);
}

void scale(BlockCyclicMatrix& a, double factor) {
  for (std::int32_t j = 0; j < a.local_cols(); ++j) {
    for (std::int32_t i = 0; i < a.local_rows(); ++i) a.local(i, j) *= factor;
  }
}

} // namespace

ExtremeSingularValues extreme_singular_values(BlockCyclicMatrix&& a, const ExtremeOptions& options) {
  if (a.cols() == 0 || a.rows() < a.cols())
    throw std::invalid_argument(
        fmt::format("extreme_singular_values: the matrix is {} x {}; allowed: at least one column, no more "
                    "columns than rows",
                    a.rows(), a.cols()));
  require_all_finite(a, "extreme_singular_values");
  const std::shared_ptr<const ProcessGrid> grid = a.shared_grid(); // its team outlives the matrix
  BlockCyclicMatrix matrix = std::move(a);
  const double modulus = greatest_modulus(matrix);
  if (modulus == 0.0) return {};
  const parallel::LogEvent event("PasturSingularEnds");
  // An exact power of two, so that the squares neither overflow nor vanish.
  const int exponent = std::ilogb(modulus);
  scale(matrix, std::ldexp(1.0, -exponent));
  const std::int64_t n = matrix.cols();
  const LinearOperator gram = on_whole_vectors(grid->team(), n, [&](std::span<double> x) {
    std::ranges::copy(multiply(matrix, multiply(matrix, x), true), x.begin());
  });
  const KrylovEnd far = krylov_end(gram, End::greatest, 1, 0.0, options);
  ExtremeSingularValues result{
      .greatest = std::sqrt(far.values[0]), .applications = far.applications, .residual = far.residual};
  const GramInverse inverse(std::move(matrix));
  // The least singular value of a triangle is at most its least pivot, and L is at most n: below this it is
  // far under rounding, and its inverse square may not be representable.
  constexpr double rounding = std::numeric_limits<double>::epsilon();
  if (inverse.least_pivot() > rounding * rounding * result.greatest) {
    const LinearOperator solver =
        on_whole_vectors(grid->team(), n, [&](std::span<double> x) { inverse.apply(x); });
    const KrylovEnd near = krylov_end(solver, End::greatest, 1, 0.0, options);
    result.least = std::ldexp(1.0 / std::sqrt(near.values[0]), exponent);
    result.applications += near.applications;
    result.residual = std::max(result.residual, near.residual);
  }
  result.greatest = std::ldexp(result.greatest, exponent);
  return result;
}

} // namespace pastur::linalg
