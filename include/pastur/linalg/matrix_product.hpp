// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// A B (DGEMM on one rank, PDGEMM on several), on a's grid and with its blocks. Throws std::invalid_argument
/// for sizes, grids or blocks that do not fit. 2 m n k flop over the team. @note Collective
BlockCyclicMatrix multiply(const BlockCyclicMatrix& a, const BlockCyclicMatrix& b);

/// A x, or A^T x, for a vector that every rank holds; the result is the same on every rank. @note Collective
std::vector<double> multiply(const BlockCyclicMatrix& a, std::span<const double> x, bool transpose = false);

/// The columns of `a` with these ascending indices. On several ranks a product with a matrix of zeros and
/// ones: exact, 2 m n k flop. @note Collective
BlockCyclicMatrix select_columns(const BlockCyclicMatrix& a, std::span<const std::int64_t> columns);

/// (A + A^T) / 2 of a square matrix. @note Collective
BlockCyclicMatrix symmetric_part(const BlockCyclicMatrix& a);

/// Row i (column j) of `a` times factors[i] (factors[j]); every rank holds all factors.
void scale_rows(BlockCyclicMatrix& a, std::span<const double> factors);
void scale_columns(BlockCyclicMatrix& a, std::span<const double> factors);

/// A + alpha x y^T, x and y on every rank.
void add_rank_one(BlockCyclicMatrix& a, double alpha, std::span<const double> x, std::span<const double> y);

} // namespace pastur::linalg
