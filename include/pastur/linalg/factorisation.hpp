// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <span>

namespace pastur::linalg {

/// A = L L^T of the lower triangle, in place (PDPOTRF; DPOTRF on one rank). Returns false when A is not
/// positive definite (on all ranks alike). Throws std::domain_error when A is not finite. n^3/3 flop. @note
/// Collective
bool cholesky(BlockCyclicMatrix& a);

/// Solves L L^T x = b for `columns` right-hand sides. `b` (n x columns, column-major) is the same on every
/// rank and is overwritten. @note Collective
void cholesky_solve(const BlockCyclicMatrix& factor, std::span<double> b, std::int64_t columns = 1);

/// a = L^{-1} a L^{-T} from lower triangles, L the Cholesky factor of b (PDSYNGST / DSYGST): the pencil (a,
/// b) as one symmetric matrix. @note Collective
void reduce_generalised(BlockCyclicMatrix& a, const BlockCyclicMatrix& factor);

} // namespace pastur::linalg
