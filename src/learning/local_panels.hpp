// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "blas.hpp"

#include <pastur/learning/inputs.hpp>
#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <algorithm>
#include <cstdint>

namespace pastur::learning {

/// The training inputs that belong to a matrix's local rows and columns. On one rank the two are the same
/// memory.
class LocalInputs {
public:
  LocalInputs(const Inputs& inputs, const linalg::BlockCyclicMatrix& matrix);
  const Panel& rows() const { return rows_; }
  const Panel& columns() const { return same_ ? rows_ : columns_; }
  bool same() const { return same_; }

private:
  Panel rows_, columns_;
  bool same_;
};

/// Columns at a time in for_each_strip: a strip of inner products stays small beside the matrix.
inline constexpr std::int32_t strip_columns = 256;

/// Covers the local part of a matrix's lower triangle by strips of whole columns: f(first column, number of
/// columns, first row, inner products), where the inner products <x_i, x_j> * scale (local rows from the
/// first one on, times columns) are in a buffer that f may change.
template <class Function>
void for_each_strip(const linalg::BlockCyclicMatrix& matrix, const LocalInputs& local, std::int64_t d,
                    double scale, const Function& f) {
  Panel products(matrix.local_rows(), std::min(strip_columns, matrix.local_cols()));
  for (std::int32_t column = 0; column < matrix.local_cols(); column += strip_columns) {
    const std::int32_t columns = std::min(strip_columns, matrix.local_cols() - column);
    const std::int32_t row = matrix.local_rows_below(matrix.global_col(column));
    const std::int32_t rows = matrix.local_rows() - row;
    if (rows == 0) continue;
    multiply_transposed(rows, columns, d, scale, local.rows().data() + row, local.rows().ld(),
                        local.columns().data() + column, local.columns().ld(), 0.0, products.data(), rows);
    f(column, columns, row, products.data());
  }
}

} // namespace pastur::learning
