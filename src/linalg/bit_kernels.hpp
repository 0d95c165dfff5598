// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

namespace pastur::linalg {

/// out(i, j) += common bits of rows i of one group of 16 and j of another, over `words` words in BitPanel's
/// order; out is 16 x 16, column-major.
using CommonBitsKernel = void (*)(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words,
                                  double* out, std::int64_t ld);
/// words[i] = bits values(i, l) > threshold, l = 0 .. bits - 1 <= 63, for 16 rows; values is 16 x bits,
/// column-major.
using PackKernel = void (*)(double threshold, const double* values, std::int64_t ld, std::int64_t bits,
                            std::uint64_t* words);

/// The kernels of one instruction set; all give the same bits.
struct BitKernels {
  const char* name;
  CommonBitsKernel common_bits;
  PackKernel pack;
};

#if defined(__x86_64__)
extern const BitKernels avx512_bit_kernels;
extern const BitKernels avx2_bit_kernels;
#endif
extern const BitKernels portable_bit_kernels;

/// What this processor can run, fastest first.
std::span<const BitKernels* const> supported_bit_kernels();
inline const BitKernels& bit_kernels() {
  return *supported_bit_kernels().front();
}

/// Words of a group of columns that stay in the first-level cache while the groups of rows pass: 16 KB.
inline constexpr std::int64_t cached_words = 128;

/// The first height x width <= 16 x 16 entries of what `kernel` adds to out.
void add_common_bits_corner(CommonBitsKernel kernel, const std::uint64_t* rows, const std::uint64_t* columns,
                            std::int64_t words, std::int64_t height, std::int64_t width, double* out,
                            std::int64_t ld);

} // namespace pastur::linalg
