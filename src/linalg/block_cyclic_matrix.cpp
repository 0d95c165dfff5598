// SPDX-License-Identifier: BSD-3-Clause
#include "scalapack.hpp"

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

/// How many of the global indices [0, n) process `position` of `processes` holds.
std::int64_t owned_below(std::int64_t n, std::int64_t block, int position, int processes) {
  const std::int64_t cycle = block * processes;
  const std::int64_t rest = n % cycle - position * block;
  return n / cycle * block + std::clamp<std::int64_t>(rest, 0, block);
}

std::string shape(std::int64_t rows, std::int64_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

std::int64_t to_global(std::int64_t local, std::int64_t block, int position, int processes) {
  return (local / block * processes + position) * block + local % block;
}

/// Large matrices in pages of 2 MB where the system has them: a column of a tile is then no page of its own,
/// which is worth a tenth of the time of a reduction.
double* allocate(std::size_t count) {
  constexpr std::size_t huge_page = std::size_t{1} << 21U, cache_line = 64;
  const std::size_t bytes = std::max<std::size_t>(count, 1) * sizeof(double);
  const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : cache_line;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  // A wish: what it returns changes nothing.
  if (alignment == huge_page) static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
#endif
  return static_cast<double*>(memory);
}

} // namespace

void BlockCyclicMatrix::Free::operator()(double* values) const {
  std::free(values);
}

BlockCyclicMatrix::BlockCyclicMatrix(std::shared_ptr<const ProcessGrid> grid, std::int64_t rows,
                                     std::int64_t cols, std::int32_t block)
    : grid_(std::move(grid)), rows_(rows), cols_(cols), block_(block) {
  constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
  if (rows < 0 || cols < 0 || block < 1) {
    throw std::invalid_argument("a " + shape(rows, cols) + " matrix with blocks of " + std::to_string(block));
  }
  // Process (0, 0) holds the most, so every rank decides alike without communication.
  const std::int64_t most_rows = owned_below(rows, block, 0, grid_->rows());
  const std::int64_t most_cols = owned_below(cols, block, 0, grid_->cols());
  if (rows > limit || cols > limit || (most_cols > 0 && most_rows > limit / most_cols)) {
    throw std::length_error("a " + shape(rows, cols) + " matrix on " + shape(grid_->rows(), grid_->cols()) +
                            " ranks puts more than 2^31 - 1 elements on a rank: use more ranks");
  }
  local_rows_ = static_cast<std::int32_t>(owned_below(rows, block, grid_->row(), grid_->rows()));
  local_cols_ = static_cast<std::int32_t>(owned_below(cols, block, grid_->col(), grid_->cols()));
  ld_ = std::max(1, local_rows_);
  descriptor_ = {1,  grid_->context(), static_cast<int>(rows), static_cast<int>(cols), block, block, 0, 0,
                 ld_};
  values_.reset(allocate(static_cast<std::size_t>(ld_) * static_cast<std::size_t>(local_cols_)));
}

BlockCyclicMatrix BlockCyclicMatrix::copy() const {
  BlockCyclicMatrix out(grid_, rows_, cols_, block_);
  std::copy_n(data(), static_cast<std::size_t>(ld_) * static_cast<std::size_t>(local_cols_), out.data());
  return out;
}

std::int64_t BlockCyclicMatrix::global_row(std::int32_t local) const {
  return to_global(local, block_, grid_->row(), grid_->rows());
}
std::int64_t BlockCyclicMatrix::global_col(std::int32_t local) const {
  return to_global(local, block_, grid_->col(), grid_->cols());
}

std::int32_t BlockCyclicMatrix::local_rows_below(std::int64_t global) const {
  return static_cast<std::int32_t>(
      owned_below(std::clamp<std::int64_t>(global, 0, rows_), block_, grid_->row(), grid_->rows()));
}

std::int32_t BlockCyclicMatrix::local_cols_below(std::int64_t global) const {
  return static_cast<std::int32_t>(
      owned_below(std::clamp<std::int64_t>(global, 0, cols_), block_, grid_->col(), grid_->cols()));
}

void BlockCyclicMatrix::assign(const std::function<double(std::int64_t, std::int64_t)>& element) {
  for (std::int32_t j = 0; j < local_cols_; ++j) {
    const std::int64_t column = global_col(j);
    for (std::int32_t i = 0; i < local_rows_; ++i) local(i, j) = element(global_row(i), column);
  }
}

void BlockCyclicMatrix::fill(double value) {
  std::fill_n(data(), static_cast<std::size_t>(ld_) * static_cast<std::size_t>(local_cols_), value);
}

std::vector<double> BlockCyclicMatrix::gather() const {
  std::vector<double> whole(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_), 0.0);
  for (std::int32_t j = 0; j < local_cols_; ++j) {
    double* column = whole.data() + global_col(j) * rows_;
    for (std::int32_t i = 0; i < local_rows_; ++i) column[global_row(i)] = local(i, j);
  }
  if (grid_->team().size() > 1) grid_->team().sum(std::span<double>(whole));
  return whole;
}

void BlockCyclicMatrix::scatter(std::span<const double> whole) {
  if (whole.size() != static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)) {
    throw std::invalid_argument("scatter of " + std::to_string(whole.size()) + " values into a " +
                                shape(rows_, cols_) + " matrix");
  }
  for (std::int32_t j = 0; j < local_cols_; ++j) {
    const double* column = whole.data() + global_col(j) * rows_;
    for (std::int32_t i = 0; i < local_rows_; ++i) local(i, j) = column[global_row(i)];
  }
}

BlockCyclicMatrix BlockCyclicMatrix::redistribute(std::shared_ptr<const ProcessGrid> grid,
                                                  std::int32_t block) const {
  if (grid->team().size() != grid_->team().size()) {
    throw std::invalid_argument("redistribution from " + std::to_string(grid_->team().size()) + " to " +
                                std::to_string(grid->team().size()) + " ranks");
  }
  BlockCyclicMatrix out(std::move(grid), rows_, cols_, block);
  if (grid_->team().size() == 1) {
    std::copy_n(data(), static_cast<std::size_t>(ld_) * static_cast<std::size_t>(local_cols_), out.data());
    return out;
  }
  const int m = static_cast<int>(rows_);
  const int n = static_cast<int>(cols_);
  const int one = 1;
  const int context = grid_->context();
  if (m > 0 && n > 0) {
    pdgemr2d_(&m, &n, data(), &one, &one, descriptor_.data(), out.data(), &one, &one, out.descriptor_.data(),
              &context);
  }
  return out;
}

bool BlockCyclicMatrix::all_finite() const {
  // On the bits: vectorises, and no compiler option can assume it away.
  constexpr std::uint64_t exponent = 0x7ff0000000000000U;
  const bool triangle = rows_ == cols_;
  bool finite = true;
  for (std::int32_t j = 0; j < local_cols_ && finite; ++j) {
    const std::int32_t first = triangle ? local_rows_below(global_col(j)) : 0;
    const double* column = data() + static_cast<std::size_t>(j) * static_cast<std::size_t>(ld_);
    std::uint64_t bad = 0;
    for (std::int32_t i = first; i < local_rows_; ++i) {
      bad |= static_cast<std::uint64_t>((std::bit_cast<std::uint64_t>(column[i]) & exponent) == exponent);
    }
    finite = bad == 0;
  }
  return grid_->team().all(finite);
}

} // namespace pastur::linalg
