// SPDX-License-Identifier: BSD-3-Clause
#include "fill_kernels.hpp"

#include "kernel_sets.hpp"

#include <vector>

namespace pastur::random {

std::span<const FillKernels* const> supported_kernels() {
  static const std::vector<const FillKernels*> sets = [] {
    std::vector<const FillKernels*> found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
      found.push_back(&avx512_kernels);
    if (__builtin_cpu_supports("avx2")) found.push_back(&avx2_kernels);
#endif
    found.push_back(&baseline_kernels);
    return found;
  }();
  return sets;
}

} // namespace pastur::random
