// SPDX-License-Identifier: BSD-3-Clause
#include "krylov_ends.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::linalg {
namespace {

/// An eigenvalue below this fraction of the norm is measured against the norm: rounding in A alone moves it
/// by 1e-16 of the norm.
constexpr double relative_floor = 1e-5;

} // namespace

ExtremeEigenvalues extreme_eigenvalues(const LinearOperator& a, const ExtremeOptions& options) {
  // The end that is farther from zero first: its magnitude is the norm.
  const KrylovEnd far = krylov_end(a, End::farthest_from_zero, 1, 0.0, options);
  const double norm = std::abs(far.values[0]);
  const KrylovEnd near =
      krylov_end(a, far.values[0] >= 0.0 ? End::least : End::greatest, 1, relative_floor * norm, options);
  // With one distinct eigenvalue both runs find it, in either order up to rounding.
  return {.lambda_min = std::min(far.values[0], near.values[0]),
          .lambda_max = std::max(far.values[0], near.values[0]),
          .applications = far.applications + near.applications,
          .residual = std::max(far.residual, near.residual)};
}

LeadingEigenvalues leading_eigenvalues(const LinearOperator& a, std::int64_t count,
                                       const ExtremeOptions& options) {
  if (count < 1 || count > a.global_size)
    throw std::invalid_argument(
        fmt::format("leading_eigenvalues: {} of an operator of size {}", count, a.global_size));
  // The greatest alone gives the norm, below whose rounding no smaller one can be resolved.
  const KrylovEnd first = krylov_end(a, End::greatest, 1, 0.0, options);
  if (count == 1) return {first.values, first.applications, first.residual};
  const KrylovEnd all =
      krylov_end(a, End::greatest, count, relative_floor * std::abs(first.values[0]), options);
  return {all.values, first.applications + all.applications, all.residual};
}

} // namespace pastur::linalg
