// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/bit_panel.hpp>
#include <pastur/linalg/block_cyclic_matrix.hpp>

namespace pastur::linalg {

/// lower(counts)(i, j) += number of bits set both in row i and in row j, without communication. `rows` and
/// `columns` hold the bits of this process's local rows and columns (one and the same panel on one rank).
/// Exact: the sums are integers below 2^53. n^2 bits / 2 pairs of bits over the team, by AND and POPCNT in
/// the processor's widest registers; above the diagonal the matrix is unspecified. Throws
/// std::invalid_argument for panels of other shapes.
void accumulate_common_bits(BlockCyclicMatrix& counts, const BitPanel& rows, const BitPanel& columns);

/// The rectangular product on this process alone, with a strip of the columns: counts(i, j) += number of bits
/// set both in row i of `rows` and in row first + j of `columns`, j < count; counts is column-major. Exact,
/// by the same kernels. Throws std::invalid_argument for panels of different bits, ld < rows, or a strip that
/// leaves the panel or does not begin at a group of 16.
void add_common_bits(const BitPanel& rows, const BitPanel& columns, std::int64_t first, std::int64_t count,
                     double* counts, std::int64_t ld);

} // namespace pastur::linalg
