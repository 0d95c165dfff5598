// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// A preconditioner shift I + U U^T for the ridge system, U (local rows x rank, column-major), inverted by
/// Woodbury with the ridge added to the shift. It pays when a few large eigenvalues stand above a bulk, as
/// the linear part of a kernel does.
struct LowRankPreconditioner {
  double shift = 0.0;         ///< >= 0; shift + ridge must be > 0
  std::vector<double> factor; ///< local_size x rank, column-major
  std::int64_t rank = 0;      ///< 0: no preconditioner
};

struct KrylovOptions {
  double tolerance = 1e-10; ///< relative residual |(K + ridge) alpha - y| / |y|
  std::int64_t max_iterations = 10000;
  const char* prefix = "ridge_"; ///< PETSc options prefix, e.g. -ridge_ksp_monitor
};

struct KrylovSolution {
  std::vector<double> coefficients; ///< this rank's piece
  std::int64_t iterations = 0;
  double residual = 0.0; ///< true relative residual, recomputed at the end
};

/// Solves (K + ridge I) alpha = y by PETSc's preconditioned conjugate gradients on a shell, restarted while
/// the true residual lags behind that of the recursion. Throws std::runtime_error when it does not reach the
/// tolerance, for want of iterations, definiteness or digits (rounding stops it near 1e-16 |K + ridge|
/// |alpha| / |y|): an unconverged solve is a failed draw, not a number. Throws on all ranks when the input of
/// one is wrong. @note Collective
KrylovSolution krylov_ridge(const LinearOperator& k, std::span<const double> local_y, double ridge,
                            const LowRankPreconditioner& preconditioner = {},
                            const KrylovOptions& options = {});

} // namespace pastur::linalg
