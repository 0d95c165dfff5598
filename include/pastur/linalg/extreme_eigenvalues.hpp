// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <vector>

namespace pastur::linalg {

struct ExtremeOptions {
  /// Operators: |A v - lambda v| / max(|lambda|, 1e-5 |A|); the error of a separated eigenvalue is about
  /// its square.
  double tolerance = 1e-8;
  /// Matrices: relative error of either eigenvalue, by the bound residual^2 / gap with the gap between Ritz
  /// values less a residual, or by the residual itself where no gap is resolved.
  double accuracy = 1e-12;
  /// Matrices: residual relative to the eigenvalue. A cluster no wider than this may answer with a value
  /// inside.
  double resolution = 1e-10;
  std::int64_t basis = 40;          ///< vectors in the basis of Krylov-Schur
  std::int64_t largest_basis = 400; ///< in that of Lanczos: 8 n bytes each over the team
  std::int64_t max_restarts = 1000;
  const char* prefix = "extreme_"; ///< PETSc options prefix of Krylov-Schur, e.g. -extreme_eps_monitor
};

struct ExtremeEigenvalues {
  double lambda_min = 0.0;
  double lambda_max = 0.0;
  std::int64_t applications = 0; ///< operator applications in all
  double residual = 0.0;         ///< the larger relative residual (matrices: error bound) of the two
};

/// Least and greatest eigenvalue by Lanczos with full reorthogonalisation, one basis for both ends, restarted
/// only when it reaches largest_basis: a third to a tenth of the applications that bases of 40 take at the
/// dense edge of a bulk. From a start vector that does not depend on the number of ranks. Throws
/// std::runtime_error when it does not converge, std::invalid_argument when the local sizes do not add up,
/// and what the operator throws. @note Collective
ExtremeEigenvalues extreme_eigenvalues(const LinearOperator& a, const ExtremeOptions& options = {});

/// The same for a positive definite matrix in the lower triangle of `a` (destroyed), both triangles being
/// used. Lanczos on A gives the greatest and, where the spectrum allows, a lower bound s for the least; then
/// Cholesky of A - s I (n^3/3), which proves the bound, or of A, and Lanczos on the inverse: some 50 products
/// with A and 10 to 40 solves of 2 n^2 flop each. Rounding moves the least eigenvalue by about 1e-16 of the
/// greatest, as any dense method does. Throws std::domain_error when not positive definite or not finite,
/// std::runtime_error when it does not converge. @note Collective
ExtremeEigenvalues extreme_eigenvalues(BlockCyclicMatrix&& a, const ExtremeOptions& options = {});

struct LeadingEigenvalues {
  std::vector<double> values;    ///< descending
  std::int64_t applications = 0; ///< operator applications in all
  double residual = 0.0;         ///< largest relative residual
};

/// The `count` greatest eigenvalues by SLEPc's Krylov-Schur. Throws as the first function, and
/// std::invalid_argument unless 1 <= count <= size. @note Collective
LeadingEigenvalues leading_eigenvalues(const LinearOperator& a, std::int64_t count,
                                       const ExtremeOptions& options = {});

} // namespace pastur::linalg
