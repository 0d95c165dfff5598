// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_sets.hpp"
#include "lane_kernels.hpp"

#include <cmath>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pastur::random {
namespace {

/// What every processor has: two lanes, which the compiler maps to SSE2, NEON or scalars.
struct Baseline {
  using Word __attribute__((vector_size(16))) = std::uint64_t;
  using Double __attribute__((vector_size(16))) = double;
  static constexpr int lanes = 2;
  PASTUR_INLINE static Word product(Word a, Word b) {
#if defined(__SSE2__)
    return (Word)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return Word{(a[0] & 0xffffffffU) * (b[0] & 0xffffffffU), (a[1] & 0xffffffffU) * (b[1] & 0xffffffffU)};
#endif
  }
  PASTUR_INLINE static Double square_root(Double x) {
#if defined(__SSE2__)
    return (Double)_mm_sqrt_pd((__m128d)x);
#else
    return Double{std::sqrt(x[0]), std::sqrt(x[1])};
#endif
  }
  PASTUR_INLINE static Double to_double(Word x) {
    return ((Double)((x >> 32) | 0x4530000000000000U) - (0x1p84 + 0x1p52)) +
           (Double)((x & 0xffffffffU) | 0x4330000000000000U);
  }
};

} // namespace

const FillKernels baseline_kernels = LaneKernels<Baseline>::table("baseline");

} // namespace pastur::random
