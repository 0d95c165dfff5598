// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/random/stream.hpp>

#include <cstdint>
#include <span>

namespace pastur::random {

/// `count` counters from (block, row) on, along the rows or along the blocks: the two elements of each block
/// go to first[i] and second[i]; either may be null.
using PairKernel = void (*)(const Stream& stream, std::uint32_t block, std::uint32_t row, std::int64_t count,
                            double* first, double* second);
/// Bits [begin, end) of each row's 128-bit block as +1 or -1, one output column each.
using SignKernel = void (*)(const Stream& stream, std::uint32_t block, std::uint32_t row, std::int64_t rows,
                            int begin, int end, double* out, std::int64_t ld);

/// The kernels of one instruction set. All sets give the same bits.
struct FillKernels {
  const char* name;
  PairKernel uniform_rows;
  PairKernel uniform_blocks;
  PairKernel normal_rows;
  PairKernel normal_blocks;
  SignKernel signs;
};

/// What this processor can run, fastest first, with the portable baseline last.
std::span<const FillKernels* const> supported_kernels();
inline const FillKernels& kernels() {
  return *supported_kernels().front();
}

} // namespace pastur::random
