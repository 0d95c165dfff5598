// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

struct KrylovBlockSolution {
  std::vector<double> coefficients; ///< this rank's rows, local_size x columns, column-major
  std::int64_t iterations = 0;      ///< each one product of the operator with a block
  std::int64_t applications = 0;    ///< of the operator to one vector, in all
  double residual = 0.0;            ///< the largest true relative residual of a column
};

/// Solves (K + ridge I) A = Y for `columns` right-hand sides (this rank's rows, column-major) at once by
/// block conjugate gradients on an orthonormal basis of the residuals (Dubrulle, Retooling the method of
/// block conjugate gradients, 2001; with the preconditioner's inner product: Tichy, Meurant, Simonova, Block
/// CG algorithms revisited, 2025). All columns search in the sum of their Krylov spaces, so a block of b
/// finds the b outermost eigenvalues about as fast as one vector finds the outermost, and the operator is
/// read once for b products. Dependent and zero columns do not widen the block, columns that have converged
/// leave it.
///
/// An iteration with n rows over the team, b columns left and a preconditioner of rank r: one product with
/// the operator, 14 n b^2 flop (20 n b^2 + 4 n b r preconditioned), four reductions of b^2 numbers (and one
/// of b r). Memory 8 n (6 columns) bytes over the team.
///
/// The true residual of every column is recomputed, and the solve restarted from its solution while that is
/// above the tolerance and falls. -PREFIXksp_rtol and -PREFIXksp_max_it steer it as they do krylov_ridge().
/// Throws as that does, std::runtime_error with the residual reached. @note Collective
KrylovBlockSolution krylov_ridge_block(const LinearOperator& k, std::span<const double> local_y,
                                       std::int64_t columns, double ridge,
                                       const LowRankPreconditioner& preconditioner = {},
                                       const KrylovOptions& options = {});

} // namespace pastur::linalg
