// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>

namespace pastur::linalg {

/// What a sketch K Omega of a positive semidefinite K with `rank` normal vectors knows of it: the Nystrom
/// approximation (K Omega)(Omega^T K Omega)^{-1}(K Omega)^T = U Lambda U^T as the preconditioner lambda_r I +
/// U (Lambda - lambda_r I) U^T, lambda_r its least eigenvalue, for conjugate gradients at every ridge
/// (Frangella, Tropp, Udell, Randomized Nystrom preconditioning, 2023).
///
/// `rank` applications, in blocks, 4 n rank^2 flop and 16 n rank bytes over the team. It pays when many
/// solves share it and `rank` is about twice the number of eigenvalues that stand above the rest: those of
/// the linear part alone are known without a sketch, and cheaper so. Entry (i, j) of Omega is that of
/// `stream` whatever the number of ranks; `rank` beyond n is n. Throws std::invalid_argument for rank < 1,
/// std::domain_error when K is not positive semidefinite or not finite, and what the operator throws. @note
/// Collective
LowRankPreconditioner nystrom_preconditioner(const LinearOperator& k, std::int64_t rank,
                                             const random::Stream& stream);

} // namespace pastur::linalg
