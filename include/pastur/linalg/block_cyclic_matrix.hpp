// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/process_grid.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pastur::linalg {

/// A rows x cols matrix of doubles in ScaLAPACK's 2-D block-cyclic layout with square blocks, first block on
/// process (0, 0). The local part is column-major; its rows (columns) are this process's global rows
/// (columns) in ascending order.
class BlockCyclicMatrix {
public:
  /// Uninitialised. Throws std::length_error when a local extent or element count does not fit ScaLAPACK's
  /// 32-bit integers.
  BlockCyclicMatrix(std::shared_ptr<const ProcessGrid> grid, std::int64_t rows, std::int64_t cols,
                    std::int32_t block = 64);
  BlockCyclicMatrix(BlockCyclicMatrix&&) noexcept = default;
  BlockCyclicMatrix& operator=(BlockCyclicMatrix&&) noexcept = default;
  /// Deep copies are spelled out: copy().
  BlockCyclicMatrix(const BlockCyclicMatrix&) = delete;
  BlockCyclicMatrix& operator=(const BlockCyclicMatrix&) = delete;
  BlockCyclicMatrix copy() const;

  const ProcessGrid& grid() const { return *grid_; }
  std::shared_ptr<const ProcessGrid> shared_grid() const { return grid_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  std::int32_t block() const { return block_; }
  std::int32_t local_rows() const { return local_rows_; }
  std::int32_t local_cols() const { return local_cols_; }
  std::int32_t ld() const { return ld_; } ///< max(1, local_rows)
  double* data() { return values_.get(); }
  const double* data() const { return values_.get(); }
  double& local(std::int32_t i, std::int32_t j) {
    return values_[static_cast<std::size_t>(i) + static_cast<std::size_t>(j) * static_cast<std::size_t>(ld_)];
  }
  double local(std::int32_t i, std::int32_t j) const {
    return values_[static_cast<std::size_t>(i) + static_cast<std::size_t>(j) * static_cast<std::size_t>(ld_)];
  }
  const std::array<int, 9>& descriptor() const { return descriptor_; }

  std::int64_t global_row(std::int32_t local) const;
  std::int64_t global_col(std::int32_t local) const;
  /// Number of local rows (columns) whose global index is below `global`: where a trailing part begins.
  std::int32_t local_rows_below(std::int64_t global) const;
  std::int32_t local_cols_below(std::int64_t global) const;

  /// Sets every local element from its global indices.
  void assign(const std::function<double(std::int64_t, std::int64_t)>& element);
  void fill(double value);
  /// The whole matrix, column-major, on every rank. For small matrices and tests: **not scalable**. @note
  /// Collective
  std::vector<double> gather() const;
  /// This process's part of a column-major matrix that every rank holds.
  void scatter(std::span<const double> whole);
  /// The same matrix with other blocks or on another grid over the same ranks (PDGEMR2D). @note Collective
  BlockCyclicMatrix redistribute(std::shared_ptr<const ProcessGrid> grid, std::int32_t block) const;
  /// Whether every element of the lower triangle (or all, when not square) is finite. @note Collective
  bool all_finite() const;
  /// Copies the strict lower triangle onto the upper one, or back (square matrices), in place and in bounded
  /// extra memory.
  /// @note Collective
  void symmetrize_from_lower();
  void symmetrize_from_upper();

  /// Bytes a team needs for one such matrix, in all.
  static double bytes(std::int64_t rows, std::int64_t cols) {
    return 8.0 * static_cast<double>(rows) * static_cast<double>(cols);
  }

private:
  std::shared_ptr<const ProcessGrid> grid_;
  std::int64_t rows_ = 0, cols_ = 0;
  std::int32_t block_ = 0, local_rows_ = 0, local_cols_ = 0, ld_ = 1;
  std::array<int, 9> descriptor_{};
  struct Free {
    void operator()(double* values) const;
  };
  std::unique_ptr<double[], Free> values_;
};

} // namespace pastur::linalg
