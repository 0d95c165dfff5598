// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <span>

namespace pastur::linalg {

/// The block size with which ELPA can take this square matrix: ELPA wants at least one row and column on
/// every process. The matrix's own where that is fine; 0 when there are too few rows for the grid.
std::int32_t elpa_block(const BlockCyclicMatrix& a);

/// All eigenvalues, ascending, of the full symmetric `a` (destroyed), 1-stage solver. False when ELPA reports
/// an error. @note Collective
bool elpa_values(BlockCyclicMatrix& a, std::span<double> values);
/// The same with eigenvectors. @note Collective
bool elpa_vectors(BlockCyclicMatrix& a, std::span<double> values, BlockCyclicMatrix& vectors);
/// Eigenvectors of a tridiagonal matrix: `values` holds the diagonal, then the eigenvalues; `off` has n
/// elements and is destroyed. @note Collective
bool elpa_tridiagonal(std::span<double> values, std::span<double> off, BlockCyclicMatrix& vectors);

} // namespace pastur::linalg
