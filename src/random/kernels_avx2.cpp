// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_sets.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#include "lane_kernels.hpp"

namespace pastur::random {
namespace {

struct Avx2 {
  using Word __attribute__((vector_size(32))) = std::uint64_t;
  using Double __attribute__((vector_size(32))) = double;
  static constexpr int lanes = 4;
  PASTUR_INLINE static Word product(Word a, Word b) { return (Word)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
  PASTUR_INLINE static Double square_root(Double x) { return (Double)_mm256_sqrt_pd((__m256d)x); }
  /// Exact below 2^53: the halves as mantissas of 2^84 and 2^52.
  PASTUR_INLINE static Double to_double(Word x) {
    return ((Double)((x >> 32) | 0x4530000000000000U) - (0x1p84 + 0x1p52)) +
           (Double)((x & 0xffffffffU) | 0x4330000000000000U);
  }
};

} // namespace

const FillKernels avx2_kernels = LaneKernels<Avx2>::table("AVX2");

} // namespace pastur::random
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
