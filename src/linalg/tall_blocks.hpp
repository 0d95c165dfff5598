// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace pastur::linalg {

/// c (m x n) = alpha op(a) b + beta c by BLAS, op(a) m x k; nothing is read where k = 0.
void product(const char* trans, std::int64_t m, std::int64_t n, std::int64_t k, double alpha, const double* a,
             std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c, std::int64_t ldc);

/// a^T b summed over the team, for this rank's `rows` of two blocks of vectors; a_columns x b_columns on
/// every rank. @note Collective
std::vector<double> inner_products(const parallel::Communicator& comm, std::int64_t rows, const double* a,
                                   std::int64_t a_columns, const double* b, std::int64_t b_columns);

struct Orthonormalised {
  std::int64_t rank = 0;            ///< columns of Q
  std::vector<double> coefficients; ///< C, rank x columns
};

/// M^{-1} x for this rank's rows of `columns` vectors; empty where M is the identity.
using Dual = std::function<std::vector<double>(const std::vector<double>& x, std::int64_t columns)>;

/// P = Q C for the `columns` vectors P (this rank's rows), which Q overwrites: Q^T M^{-1} Q = I, M positive
/// definite; `z` becomes M^{-1} Q, empty where M is the identity. Vectors no longer than `floor`, and what
/// depends on the others to some 1e-13 of its length, leave fewer columns. By the eigenvectors of
/// P^T M^{-1} P (Stathopoulos, Wu, A block orthogonalization procedure with constant synchronization
/// requirements, 2002), twice where the vectors are far from orthogonal, three times where they nearly
/// depend: 4 rows columns^2 flop a time, 6 with an M, which is applied once, or each time where they nearly
/// depend. Throws std::runtime_error on every rank when P is not finite. @note Collective
Orthonormalised orthonormalise(const parallel::Communicator& comm, std::int64_t rows, std::vector<double>& p,
                               std::vector<double>& z, const Dual& dual, std::int64_t columns, double floor);

} // namespace pastur::linalg
