// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>

#include <cstdint>

namespace pastur::linalg {

struct ExtremeSingularValues {
  double greatest = 0.0;
  double least = 0.0;
  std::int64_t applications = 0; ///< of A^T A and of its inverse, in all
  double residual = 0.0;         ///< largest relative residual of the two
};

/// Greatest and least singular value of an m x n matrix, m >= n, without its spectrum; `a` is destroyed. The
/// greatest by Krylov-Schur on x -> A^T (A x); the least on the inverse, A^{-1} A^{-T} from an LU
/// factorisation when A is square, R^{-1} R^{-T} from a QR factorisation when it is tall, so that the least
/// keeps an absolute error of rounding of the greatest for every condition number.
///
/// Where A is deficient the least is of the order of rounding, at most n 2^-52 of the greatest, and exactly 0
/// when a pivot vanishes. Throws std::invalid_argument for fewer rows than columns or no columns,
/// std::domain_error when `a` is not finite, std::runtime_error when the iteration does not converge.
/// @note Collective
ExtremeSingularValues extreme_singular_values(BlockCyclicMatrix&& a,
                                              const ExtremeOptions& options = {.prefix = "singular_"});

} // namespace pastur::linalg
