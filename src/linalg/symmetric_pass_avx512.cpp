// SPDX-License-Identifier: BSD-3-Clause
#include "avx512.hpp"
#include "symmetric_pass.hpp"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq")
#endif

namespace pastur::linalg {

namespace {

// One rounding for a product and its sum, as in BLAS: half the instructions.
using Lane = __m512d;
constexpr int strip = PassKernels::strip, group = PassKernels::group, width = PassKernels::width;

/// c (16 x 12) += or -= a (16 x depth) b (depth x 12): 24 of the 32 registers hold c.
template <bool Minus>
[[gnu::always_inline]] inline void accumulate(double* c, std::int64_t ldc, const double* a, std::int64_t lda,
                                              const double* b, int depth) {
  Lane sums[group][2];
#pragma GCC unroll 12
  for (int j = 0; j < group; ++j) {
    sums[j][0] = _mm512_loadu_pd(c + j * ldc);
    sums[j][1] = _mm512_loadu_pd(c + j * ldc + 8);
    // The next strip of the tile, whose columns are too far apart for the hardware to see them coming.
    __builtin_prefetch(c + j * ldc + strip);
    __builtin_prefetch(c + j * ldc + strip + 8);
  }
  for (int k = 0; k < depth; ++k) {
    const Lane upper = _mm512_loadu_pd(a + k * lda), lower = _mm512_loadu_pd(a + k * lda + 8);
#pragma GCC unroll 12
    for (int j = 0; j < group; ++j) {
      const Lane factor = _mm512_set1_pd(b[k * group + j]);
      if constexpr (Minus) {
        sums[j][0] = _mm512_fnmadd_pd(upper, factor, sums[j][0]);
        sums[j][1] = _mm512_fnmadd_pd(lower, factor, sums[j][1]);
      } else {
        sums[j][0] = _mm512_fmadd_pd(upper, factor, sums[j][0]);
        sums[j][1] = _mm512_fmadd_pd(lower, factor, sums[j][1]);
      }
    }
  }
#pragma GCC unroll 12
  for (int j = 0; j < group; ++j) {
    _mm512_storeu_pd(c + j * ldc, sums[j][0]);
    _mm512_storeu_pd(c + j * ldc + 8, sums[j][1]);
  }
}

void subtract(double* c, std::int64_t ldc, int rows, const double* strips, const double* groups) {
  constexpr int depth = 2 * width;
  for (int j = 0; j < PassKernels::tile_columns; j += group) {
    for (int i = 0; i < rows; i += strip)
      accumulate<true>(c + i + j * ldc, ldc, strips + static_cast<std::ptrdiff_t>(i) * depth, strip,
                       groups + static_cast<std::ptrdiff_t>(j) * depth, depth);
  }
}

void multiply(const double* a, std::int64_t lda, int rows, const double* x_groups, std::int64_t group_stride,
              double* product, std::int64_t ld_product) {
  for (int j = 0; j < width; j += group) {
    for (int i = 0; i < rows; i += strip)
      accumulate<false>(product + i + j * ld_product, ld_product, a + i, lda,
                        x_groups + j / group * group_stride, PassKernels::tile_columns);
  }
}

/// Four columns of the tile with six of x, 24 sums again.
void multiply_transposed(const double* a, std::int64_t lda, int rows, const double* x, std::int64_t ldx,
                         double* product) {
  constexpr int columns = 4, vectors = 6;
  for (int v = 0; v < width; v += vectors) {
    for (int j = 0; j < PassKernels::tile_columns; j += columns) {
      Lane sums[columns][vectors] = {};
      for (int i = 0; i < rows; i += 8) {
        Lane entries[columns];
#pragma GCC unroll 4
        for (int q = 0; q < columns; ++q) entries[q] = _mm512_loadu_pd(a + i + (j + q) * lda);
#pragma GCC unroll 6
        for (int w = 0; w < vectors; ++w) {
          const Lane values = _mm512_loadu_pd(x + i + (v + w) * ldx);
#pragma GCC unroll 4
          for (int q = 0; q < columns; ++q) sums[q][w] = _mm512_fmadd_pd(entries[q], values, sums[q][w]);
        }
      }
#pragma GCC unroll 4
      for (int q = 0; q < columns; ++q) {
#pragma GCC unroll 6
        for (int w = 0; w < vectors; ++w) product[(j + q) * width + v + w] += sum_of(sums[q][w]);
      }
    }
  }
}

} // namespace

const PassKernels avx512_pass_kernels{subtract, multiply, multiply_transposed};

} // namespace pastur::linalg
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
