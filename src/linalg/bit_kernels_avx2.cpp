// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

namespace pastur::linalg {

namespace {

/// Bits set in each byte: the nibbles' counts from a table in a register (Mula, Kurz, Lemire, Faster
/// population counts using AVX2 instructions, 2018).
inline __m256i byte_counts(__m256i x) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2,
                                         3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibble));
  const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  return _mm256_add_epi8(low, high);
}

/// 16 rows x 2 columns: eight accumulators of bytes, which hold 31 words' counts before they are summed into
/// 64 bits.
void strip(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words, double* out,
           std::int64_t ld) {
  constexpr std::int64_t most = 31;
  __m256i sums[8];
#pragma GCC unroll 8
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  for (std::int64_t begin = 0; begin < words; begin += most) {
    __m256i bytes[8];
#pragma GCC unroll 8
    for (__m256i& count : bytes) count = _mm256_setzero_si256();
    const std::int64_t end = std::min(begin + most, words);
    for (std::int64_t w = begin; w < end; ++w) {
      const __m256i left = _mm256_set1_epi64x(static_cast<long long>(columns[w * 16]));
      const __m256i right = _mm256_set1_epi64x(static_cast<long long>(columns[w * 16 + 1]));
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) {
        const __m256i row = _mm256_load_si256(reinterpret_cast<const __m256i*>(rows + w * 16 + 4 * q));
        bytes[q] = _mm256_add_epi8(bytes[q], byte_counts(_mm256_and_si256(row, left)));
        bytes[q + 4] = _mm256_add_epi8(bytes[q + 4], byte_counts(_mm256_and_si256(row, right)));
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < 8; ++q)
      sums[q] = _mm256_add_epi64(sums[q], _mm256_sad_epu8(bytes[q], _mm256_setzero_si256()));
  }
  for (int q = 0; q < 8; ++q) {
    alignas(32) std::int64_t counts[4];
    _mm256_store_si256(reinterpret_cast<__m256i*>(counts), sums[q]);
    double* to = out + (q / 4) * ld + (q % 4) * 4;
    for (int i = 0; i < 4; ++i) to[i] += static_cast<double>(counts[i]);
  }
}

void common_bits(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words, double* out,
                 std::int64_t ld) {
  for (int j = 0; j < 16; j += 2) strip(rows, columns + j, words, out + j * ld, ld);
}

void pack(double threshold, const double* values, std::int64_t ld, std::int64_t bits, std::uint64_t* words) {
  const __m256d cut = _mm256_set1_pd(threshold);
  __m256i packed[4];
#pragma GCC unroll 4
  for (__m256i& word : packed) word = _mm256_setzero_si256();
  for (std::int64_t l = 0; l < bits; ++l, values += ld) {
    const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(std::uint64_t{1} << l));
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
      const __m256d above = _mm256_cmp_pd(_mm256_loadu_pd(values + 4 * q), cut, _CMP_GT_OQ);
      packed[q] = _mm256_or_si256(packed[q], _mm256_and_si256(_mm256_castpd_si256(above), bit));
    }
  }
  for (int q = 0; q < 4; ++q) _mm256_store_si256(reinterpret_cast<__m256i*>(words + 4 * q), packed[q]);
}

} // namespace

const BitKernels avx2_bit_kernels{"AVX2", common_bits, pack};

} // namespace pastur::linalg
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
