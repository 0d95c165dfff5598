// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>

namespace pastur::linalg {

/// lower(gram) = alpha * A A^T + beta * lower(gram) without communication. `row_panel` (local_rows x k) and
/// `col_panel` (local_cols x k), both column-major, hold the rows of A that belong to this process's local
/// rows and columns. Only local blocks that touch the lower triangle are computed: n^2 k flop over the whole
/// team, BLAS-3.
void accumulate_gram(BlockCyclicMatrix& gram, const double* row_panel, std::int64_t row_ld,
                     const double* col_panel, std::int64_t col_ld, std::int64_t k, double alpha, double beta);

/// The same for a rectangular product: out = alpha * A B^T + beta * out, A for the local rows, B for the
/// local columns.
void accumulate_product(BlockCyclicMatrix& out, const double* row_panel, std::int64_t row_ld,
                        const double* col_panel, std::int64_t col_ld, std::int64_t k, double alpha,
                        double beta);

} // namespace pastur::linalg
