// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <string>

namespace pastur::linalg {

/// Throws std::invalid_argument unless the matrix is square.
void require_square(const BlockCyclicMatrix& a, const std::string& caller);
/// Throws std::domain_error on every rank when the lower triangle holds a NaN or an infinity: both can hang
/// LAPACK. @note Collective
void require_finite(const BlockCyclicMatrix& a, const std::string& caller);
/// The same of every element: BlockCyclicMatrix::all_finite() looks at one triangle of a square matrix only.
/// @note Collective
void require_all_finite(const BlockCyclicMatrix& a, const std::string& caller);
/// `value` as the 32-bit integer that LAPACK takes. Throws std::length_error.
int checked_int(std::int64_t value, const std::string& what);
/// The work size for the answer to a query, which is a double and may have been rounded down: with slack,
/// checked for 32 bits.
int work_size(double wanted);

} // namespace pastur::linalg
