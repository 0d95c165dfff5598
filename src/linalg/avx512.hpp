// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

namespace pastur::linalg {

/// Whether this processor runs what is compiled for avx512f and avx512dq.
inline bool has_avx512() {
  static const bool supported = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  return supported;
}

/// Of the eight lanes.
[[gnu::target("avx512f,avx512dq"), gnu::always_inline]] inline double sum_of(const __m512d& x) {
  const __m256d half = __builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7);
  const __m128d pair = __builtin_shufflevector(half, half, 0, 1) + __builtin_shufflevector(half, half, 2, 3);
  return pair[0] + pair[1];
}

} // namespace pastur::linalg
#endif
