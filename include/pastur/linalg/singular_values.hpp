// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// All min(rows, cols) singular values, descending, the same on every rank; `a` is destroyed.
/// Bidiagonalisation (4 n^2 (m - n/3) flop for m >= n: DGEBRD on one rank, PDGEBRD on several), then the
/// differential quotient difference algorithm on the bidiagonal, never A^T A: absolute error of a few units
/// of rounding of the greatest. Throws std::domain_error when `a` is not finite, std::runtime_error when the
/// iteration fails. @note Collective
std::vector<double> singular_values(BlockCyclicMatrix&& a);

/// A = left diag(values) right_transposed, values descending.
struct SingularDecomposition {
  std::vector<double> values;
  BlockCyclicMatrix left;             ///< rows x min(rows, cols)
  BlockCyclicMatrix right_transposed; ///< min(rows, cols) x cols
};

/// With vectors: divide and conquer on one rank (DGESDD, DGESVD where it fails), PDGESVD on several, which
/// costs eight times its values alone. Throws as singular_values(). @note Collective
SingularDecomposition singular_decomposition(BlockCyclicMatrix&& a);

/// The diagonal of the product of the two sets of vectors of a square matrix: u_i^T v_i, the derivative of
/// value i when a multiple of the identity is added. @note Collective
std::vector<double> vector_overlaps(const SingularDecomposition& decomposition);

/// Singular values, descending, of a small complex n x n matrix (column-major, destroyed) of this rank alone.
/// Throws as singular_values().
std::vector<double> singular_values(std::span<std::complex<double>> a, std::int64_t n);

} // namespace pastur::linalg
