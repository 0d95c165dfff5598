// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vpopcntdq"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vpopcntdq")
#endif

namespace pastur::linalg {

namespace {

/// 16 rows x 8 columns: sixteen accumulators stay in registers, each word of a column is broadcast once for
/// two vectors of rows. Three vector operations per 512 pairs of bits: AND, VPOPCNTQ, ADD.
void half_tile(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words, double* out,
               std::int64_t ld) {
  __m512i upper[8], lower[8];
#pragma GCC unroll 8
  for (int j = 0; j < 8; ++j) upper[j] = lower[j] = _mm512_setzero_si512();
  for (std::int64_t w = 0; w < words; ++w, rows += 16, columns += 16) {
    const __m512i first = _mm512_load_si512(rows);
    const __m512i second = _mm512_load_si512(rows + 8);
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const __m512i column = _mm512_set1_epi64(static_cast<long long>(columns[j]));
      upper[j] = _mm512_add_epi64(upper[j], _mm512_popcnt_epi64(_mm512_and_si512(first, column)));
      lower[j] = _mm512_add_epi64(lower[j], _mm512_popcnt_epi64(_mm512_and_si512(second, column)));
    }
  }
  // The zero-masking conversion with a full mask: the plain one trips GCC 12's uninitialised-variable warning
  // (its bug 105593).
  const auto add = [](double* to, __m512i counts) {
    _mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), _mm512_maskz_cvtepi64_pd(0xff, counts)));
  };
#pragma GCC unroll 8
  for (int j = 0; j < 8; ++j) {
    add(out + j * ld, upper[j]);
    add(out + j * ld + 8, lower[j]);
  }
}

void common_bits(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words, double* out,
                 std::int64_t ld) {
  half_tile(rows, columns, words, out, ld);
  half_tile(rows, columns + 8, words, out + 8 * ld, ld);
}

void pack(double threshold, const double* values, std::int64_t ld, std::int64_t bits, std::uint64_t* words) {
  const __m512d cut = _mm512_set1_pd(threshold);
  __m512i first = _mm512_setzero_si512(), second = first;
  for (std::int64_t l = 0; l < bits; ++l, values += ld) {
    const __m512i bit = _mm512_set1_epi64(static_cast<long long>(std::uint64_t{1} << l));
    first =
        _mm512_mask_or_epi64(first, _mm512_cmp_pd_mask(_mm512_loadu_pd(values), cut, _CMP_GT_OQ), first, bit);
    second = _mm512_mask_or_epi64(second, _mm512_cmp_pd_mask(_mm512_loadu_pd(values + 8), cut, _CMP_GT_OQ),
                                  second, bit);
  }
  _mm512_store_si512(words, first);
  _mm512_store_si512(words + 8, second);
}

} // namespace

const BitKernels avx512_bit_kernels{"AVX-512 VPOPCNTDQ", common_bits, pack};

} // namespace pastur::linalg
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
