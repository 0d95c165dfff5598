// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_sets.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,prefer-vector-width=512")
#endif
#include "lane_kernels.hpp"

namespace pastur::random {
namespace {

struct Avx512 {
  using Word __attribute__((vector_size(64))) = std::uint64_t;
  using Double __attribute__((vector_size(64))) = double;
  static constexpr int lanes = 8;
  // The zero-masking forms with a full mask: the plain ones trip GCC 12's uninitialised-variable warning (its
  // bug 105593).
  static constexpr __mmask8 all = 0xff;
  PASTUR_INLINE static Word product(Word a, Word b) {
    return (Word)_mm512_maskz_mul_epu32(all, (__m512i)a, (__m512i)b);
  }
  PASTUR_INLINE static Double square_root(Double x) { return (Double)_mm512_maskz_sqrt_pd(all, (__m512d)x); }
  PASTUR_INLINE static Double to_double(Word x) { return (Double)_mm512_maskz_cvtepu64_pd(all, (__m512i)x); }
};

} // namespace

const FillKernels avx512_kernels = LaneKernels<Avx512>::table("AVX-512");

} // namespace pastur::random
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
