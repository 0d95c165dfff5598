// SPDX-License-Identifier: BSD-3-Clause
#include "block_lanczos.hpp"
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

/// The larger relative residual of the two ends.
double end_residual(const RitzPairs& ritz) {
  const double norm = std::max(std::abs(ritz.values.front()), std::abs(ritz.values.back()));
  const auto relative = [norm](double residual, double value) {
    return residual == 0.0 ? 0.0 : residual / std::max(std::abs(value), relative_floor * norm);
  };
  return std::max(relative(ritz.residuals.front(), ritz.values.front()),
                  relative(ritz.residuals.back(), ritz.values.back()));
}

} // namespace

ExtremeEigenvalues extreme_eigenvalues(const LinearOperator& a, const ExtremeOptions& options) {
  BlockLanczos lanczos(a, lanczos_start(a, 1), 1);
  const std::int64_t kept = std::max<std::int64_t>(1, options.largest_basis / 4);
  const BlockLanczos::Limits limits{std::max<std::int64_t>(options.largest_basis, 3), kept, kept,
                                    options.max_restarts};
  if (!lanczos.iterate(limits,
                       [&](const RitzPairs& ritz) { return end_residual(ritz) <= options.tolerance; })) {
    throw std::runtime_error(
        fmt::format("the least and the greatest eigenvalue of an operator of size {} converged to {:.2g} "
                    "instead of {:.2g} in {} restarts of a Krylov basis of {}",
                    a.global_size, end_residual(lanczos.ritz()), options.tolerance, options.max_restarts,
                    options.largest_basis));
  }
  const RitzPairs& ritz = lanczos.ritz();
  return {.lambda_min = ritz.values.front(),
          .lambda_max = ritz.values.back(),
          .applications = lanczos.applications(),
          .residual = end_residual(ritz)};
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
