// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

struct KrylovRidgePath {
  std::vector<double> coefficients; ///< this rank's rows, local_size x ridges, column-major
  std::int64_t applications = 0;    ///< of the operator, in all
  double residual = 0.0;            ///< the largest true relative residual
};

/// Solves (K + ridge I) alpha = y for every ridge from one Krylov space, which they share: conjugate
/// gradients for the least ridge carry the others along (Jegerlehner, Krylov space solvers for shifted linear
/// systems, 1996), so that all cost the products of one solve, and one each for the true residuals, in
/// blocks. A solution that rounding has kept above the tolerance is corrected by krylov_ridge() with
/// `preconditioner`, which does not suit the shared space. Ridges in any order, K + ridge positive definite
/// for each. -PREFIXksp_rtol and -PREFIXksp_max_it steer it as they do krylov_ridge(). Throws as that does.
/// @note Collective
KrylovRidgePath krylov_ridge_path(const LinearOperator& k, std::span<const double> local_y,
                                  std::span<const double> ridges,
                                  const LowRankPreconditioner& preconditioner = {},
                                  const KrylovOptions& options = {});

} // namespace pastur::linalg
