// SPDX-License-Identifier: BSD-3-Clause
#include "symmetric_pass.hpp"

#include "avx512.hpp"
#include "blas.hpp"

#include <algorithm>

namespace pastur::linalg {

namespace {

constexpr int strip = PassKernels::strip, group = PassKernels::group;
constexpr int tile_rows = PassKernels::tile_rows, tile_columns = PassKernels::tile_columns;

/// Those that this processor can run, or null.
const PassKernels* pass_kernels() {
#if defined(__x86_64__)
  if (has_avx512()) return &avx512_pass_kernels;
#endif
  return nullptr;
}

std::int64_t whole_strips(std::int64_t rows) {
  return (rows + strip - 1) / strip * strip;
}

/// The rows of a matrix in pieces of `height`, each piece column after column; the last one is filled up with
/// zeros.
void pack_rows(const double* a, std::int64_t ld, int rows, int columns, int height, double* out) {
  for (int first = 0; first < rows; first += height) {
    const int count = std::min(height, rows - first);
    for (int k = 0; k < columns; ++k) {
      double* to = out + static_cast<std::int64_t>(first) * columns + static_cast<std::int64_t>(k) * height;
      std::copy_n(a + first + k * ld, count, to);
      std::fill(to + count, to + height, 0.0);
    }
  }
}

void update_by_blas(int m, int width, double* a, int lda, RankUpdate update, const double* v,
                    const double* w) {
  const double minus = -1.0, unit = 1.0;
  dsyr2k_("L", "N", &m, &width, &minus, v, &update.ld, w, &update.ld, &unit, a, &lda);
}

} // namespace

SymmetricPass::SymmetricPass(int n, int width) : width_(width) {
  if (pass_kernels() == nullptr || width != PassKernels::width) return;
  const std::int64_t rows = whole_strips(n);
  const auto panel = static_cast<std::size_t>(rows * width);
  left_.resize(2 * panel);
  right_.resize(2 * static_cast<std::size_t>((n + group) * width));
  x_.resize(panel);
  x_groups_.resize(panel);
  below_.resize(panel);
  transposed_.resize(panel);
  scratch_.resize(std::size_t{tile_columns} * std::size_t{tile_columns});
}

void SymmetricPass::operator()(int m, int p, double* a, int lda, RankUpdate update, const double* x,
                               double* product) {
  const bool updated = update.factors != nullptr;
  if (scratch_.empty() || p != width_) {
    const double unit = 1.0, zero = 0.0;
    if (updated)
      update_by_blas(m, width_, a, lda, update, update.factors,
                     update.factors + static_cast<std::int64_t>(width_) * update.ld);
    dsymm_("L", "L", &m, &p, &unit, a, &lda, x, &m, &zero, product, &m);
    return;
  }
  pack(m, update, x);
  int j = 0;
  for (; j + tile_columns + strip <= m; j += tile_columns) {
    double* column = a + static_cast<std::int64_t>(j) * lda;
    diagonal_tile(column + j, lda, j, updated);
    for (int i = j + tile_columns; i < m; i += tile_rows)
      tile(column + i, lda, i, std::min(tile_rows, m - i), j, updated);
  }
  corner(m, a + j + static_cast<std::int64_t>(j) * lda, lda, j, update, x);
  for (int k = 0; k < width_; ++k) {
    for (int i = 0; i < m; ++i)
      product[i + static_cast<std::int64_t>(k) * m] =
          below_[static_cast<std::size_t>(i + k * padded_)] +
          transposed_[static_cast<std::size_t>(static_cast<std::int64_t>(i) * width_ + k)];
  }
}

void SymmetricPass::pack(int m, RankUpdate update, const double* x) {
  padded_ = whole_strips(m);
  if (update.factors != nullptr) {
    pack_rows(update.factors, update.ld, m, 2 * width_, strip, left_.data());
    pack_rows(update.factors + static_cast<std::int64_t>(width_) * update.ld, update.ld, m, 2 * width_, group,
              right_.data());
  }
  for (int k = 0; k < width_; ++k) {
    double* column = x_.data() + k * padded_;
    std::copy_n(x + static_cast<std::int64_t>(k) * m, m, column);
    std::fill(column + m, column + padded_, 0.0);
  }
  for (std::int64_t k = 0; k < width_; ++k) {
    double* to = x_groups_.data() + k / group * group * padded_ + k % group;
    const double* from = x_.data() + k * padded_;
    for (std::int64_t i = 0; i < padded_; ++i) to[i * group] = from[i];
  }
  std::fill(below_.begin(), below_.end(), 0.0);
  std::fill(transposed_.begin(), transposed_.end(), 0.0);
}

/// Its product is taken with the whole square, mirrored.
void SymmetricPass::diagonal_tile(double* tile, int lda, int first, bool updated) {
  const PassKernels& kernels = *pass_kernels();
  const std::int64_t depth = 2 * static_cast<std::int64_t>(width_);
  if (updated)
    kernels.subtract(tile, lda, tile_columns, left_.data() + first * depth, right_.data() + first * depth);
  double* square = scratch_.data();
  for (std::int64_t j = 0; j < tile_columns; ++j) {
    for (std::int64_t i = j; i < tile_columns; ++i)
      square[i + j * tile_columns] = square[j + i * tile_columns] = tile[i + j * lda];
  }
  kernels.multiply(scratch_.data(), tile_columns, tile_columns,
                   x_groups_.data() + static_cast<std::int64_t>(first) * group, group * padded_,
                   below_.data() + first, padded_);
}

void SymmetricPass::tile(double* tile, int lda, int first_row, int rows, int first_column, bool updated) {
  const PassKernels& kernels = *pass_kernels();
  const std::int64_t depth = 2 * static_cast<std::int64_t>(width_);
  const auto pass = [&](double* part, std::int64_t ld, int row, int count) {
    if (updated)
      kernels.subtract(part, ld, count, left_.data() + row * depth, right_.data() + first_column * depth);
    kernels.multiply_transposed(part, ld, count, x_.data() + row, padded_,
                                transposed_.data() + static_cast<std::int64_t>(first_column) * width_);
    kernels.multiply(part, ld, count, x_groups_.data() + static_cast<std::int64_t>(first_column) * group,
                     group * padded_, below_.data() + row, padded_);
  };
  const int whole = rows / strip * strip, rest = rows - whole;
  if (whole > 0) pass(tile, lda, first_row, whole);
  if (rest == 0) return;
  // The matrix ends inside a strip: on a copy that is filled up with zeros.
  const auto each = [&](auto&& visit) {
    for (std::int64_t j = 0; j < tile_columns; ++j) {
      for (std::int64_t i = 0; i < strip; ++i)
        visit(scratch_.data()[i + j * strip], i < rest ? tile + whole + i + j * lda : nullptr);
    }
  };
  each([](double& copy, const double* entry) { copy = entry == nullptr ? 0.0 : *entry; });
  pass(scratch_.data(), strip, first_row + whole, strip);
  if (updated) {
    each([](const double& copy, double* entry) {
      if (entry != nullptr) *entry = copy;
    });
  }
}

/// What is left at the end, less than a tile and a strip wide.
void SymmetricPass::corner(int m, double* a, int lda, int first, RankUpdate update, const double* x) {
  const int size = m - first, ld_product = static_cast<int>(padded_);
  const double unit = 1.0;
  if (update.factors != nullptr)
    update_by_blas(size, width_, a, lda, update, update.factors + first,
                   update.factors + first + static_cast<std::int64_t>(width_) * update.ld);
  dsymm_("L", "L", &size, &width_, &unit, a, &lda, x + first, &m, &unit, below_.data() + first, &ld_product);
}

} // namespace pastur::linalg
