// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// U^T S U in full, S symmetric (n x n, lower triangle read, destroyed) and U (n x m) on one grid with one
/// block size: PDSYMM and PDGEMM, 2 n^2 m + 2 n m^2 flop. Throws std::invalid_argument when the shapes or
/// layouts differ. @note Collective
BlockCyclicMatrix congruence(BlockCyclicMatrix&& s, const BlockCyclicMatrix& u);

/// A x for `columns` vectors that every rank holds (column-major); the same result on every rank. Local
/// products and one sum: 2 rows cols columns flop. @note Collective
std::vector<double> multiply_replicated(const BlockCyclicMatrix& a, std::span<const double> x,
                                        std::int64_t columns);
/// A^T x likewise. @note Collective
std::vector<double> multiply_transposed_replicated(const BlockCyclicMatrix& a, std::span<const double> x,
                                                   std::int64_t columns);

/// x_k^T A y_k for each pair of `columns` vectors that every rank holds; A square and stored in full. @note
/// Collective
std::vector<double> bilinear_forms(const BlockCyclicMatrix& a, std::span<const double> x,
                                   std::span<const double> y, std::int64_t columns);

/// The diagonal of a square matrix, on every rank. @note Collective
std::vector<double> diagonal(const BlockCyclicMatrix& a);

} // namespace pastur::linalg
