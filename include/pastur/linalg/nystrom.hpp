// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>

namespace pastur::linalg {

struct NystromOptions {
  /// 0: doubled from 4 sqrt(n) until half of the sketch's eigenvalues are within a factor 10 of its least, as
  /// where it has seen past what stands above the rest, or most_rank is reached.
  std::int64_t rank = 0;
  std::int64_t most_rank = 1024;
};

/// What a sketch K Omega of a positive semidefinite K with r normal vectors knows of it: the Nystrom
/// approximation (K Omega)(Omega^T K Omega)^{-1}(K Omega)^T = U Lambda U^T as the preconditioner lambda_r I +
/// U (Lambda - lambda_r I) U^T, lambda_r its least eigenvalue, for conjugate gradients at every ridge
/// (Frangella, Tropp, Udell, Randomized Nystrom preconditioning, 2023).
///
/// r applications, in blocks, 10 n r^2 flop and 32 n r bytes over the team. It pays when many solves share it
/// and r is about twice the number of eigenvalues that stand above the rest; a kernel's linear part is known
/// without a sketch (NeuralTangentFeatures::preconditioner). Entry (i, j) of Omega is that of `stream`
/// whatever the number of ranks. Throws std::invalid_argument for a negative rank, std::domain_error when K
/// is not positive semidefinite or not finite, and what the operator throws. @note Collective
LowRankPreconditioner nystrom_preconditioner(const LinearOperator& k, const random::Stream& stream,
                                             const NystromOptions& options = {});

} // namespace pastur::linalg
