// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

namespace pastur::linalg {

/// A - V W^T - W V^T, V and W of `width` columns each, side by side and followed by V once more: [V W V],
/// columns `ld` apart.
struct RankUpdate {
  const double* factors = nullptr; ///< null: no update
  int ld = 0;
};

/// What a reduction to a band does with its trailing matrix for each panel: the update by the last panel and
/// the product with the next one, in one pass over the lower triangle, tile by tile in the second-level
/// cache. DSYR2K and DSYMM, which stand in where the processor has no AVX-512, read it three times.
class SymmetricPass {
public:
  /// For matrices of up to n rows and panels of `width` columns. Some 8 n width numbers.
  SymmetricPass(int n, int width);

  /// A := A - V W^T - W V^T, product := A x. `a`: m x m, lower triangle, columns lda apart, the upper one is
  /// destroyed; V, W, x and product have m rows, x and product p <= width columns, m apart.
  void operator()(int m, int p, double* a, int lda, RankUpdate update, const double* x, double* product);

private:
  void pack(int m, RankUpdate update, const double* x);
  void diagonal_tile(double* tile, int lda, int first, bool updated);
  void tile(double* tile, int lda, int first_row, int rows, int first_column, bool updated);
  void corner(int m, double* a, int lda, int first, RankUpdate update, const double* x);

  int width_;
  std::int64_t padded_ = 0;                ///< m, up to whole strips
  std::vector<double> left_, right_;       // [V W] in strips of rows, [W V] in groups of columns
  std::vector<double> x_, x_groups_;       // x, padded, and in groups of columns
  std::vector<double> below_, transposed_; // A_lower x, padded, and A_strictly_lower^T x by rows
  std::vector<double> scratch_;            // one diagonal tile in full, or the last rows of one below it
};

/// The tiles' kernels. A strip is 16 rows of a matrix, element (i, k) at [16 k + i]; a group is 12 columns,
/// element (k, j) at [12 k + j].
struct PassKernels {
  static constexpr int strip = 16, group = 12;
  /// Rows and columns of a tile: 192 KB.
  static constexpr int tile_rows = 256, tile_columns = 96;
  /// Of the panel.
  static constexpr int width = 48;

  /// c -= a b; c: rows x tile_columns, a: strips of 2 width columns, b: groups of 2 width rows.
  void (*subtract)(double* c, std::int64_t ldc, int rows, const double* strips, const double* groups);
  /// product += a x; a: rows x tile_columns; x: the tile's rows in width / 12 groups, `group_stride` apart;
  /// product: rows x width.
  void (*multiply)(const double* a, std::int64_t lda, int rows, const double* x_groups,
                   std::int64_t group_stride, double* product, std::int64_t ld_product);
  /// product^T += a^T x; x: rows x width; product^T: tile_columns rows of width numbers.
  void (*multiply_transposed)(const double* a, std::int64_t lda, int rows, const double* x, std::int64_t ldx,
                              double* product);
};
#if defined(__x86_64__)
extern const PassKernels avx512_pass_kernels;
#endif

} // namespace pastur::linalg
