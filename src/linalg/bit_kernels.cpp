// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#include <pastur/linalg/bit_panel.hpp>

#include <array>
#include <bit>
#include <vector>

namespace pastur::linalg {

namespace {

constexpr std::int64_t group = BitPanel::group;

void common_bits(const std::uint64_t* rows, const std::uint64_t* columns, std::int64_t words, double* out,
                 std::int64_t ld) {
  for (std::int64_t j = 0; j < group; ++j) {
    std::int64_t counts[group] = {};
    for (std::int64_t w = 0; w < words; ++w) {
      const std::uint64_t column = columns[w * group + j];
      for (std::int64_t i = 0; i < group; ++i) counts[i] += std::popcount(rows[w * group + i] & column);
    }
    for (std::int64_t i = 0; i < group; ++i) out[i + j * ld] += static_cast<double>(counts[i]);
  }
}

void pack(double threshold, const double* values, std::int64_t ld, std::int64_t bits, std::uint64_t* words) {
  for (std::int64_t i = 0; i < group; ++i) words[i] = 0;
  for (std::int64_t l = 0; l < bits; ++l) {
    for (std::int64_t i = 0; i < group; ++i)
      words[i] |= static_cast<std::uint64_t>(values[i + l * ld] > threshold) << l;
  }
}

} // namespace

const BitKernels portable_bit_kernels{"portable", common_bits, pack};

std::span<const BitKernels* const> supported_bit_kernels() {
  static const std::vector<const BitKernels*> sets = [] {
    std::vector<const BitKernels*> found;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512dq"))
      found.push_back(&avx512_bit_kernels);
    if (__builtin_cpu_supports("avx2")) found.push_back(&avx2_bit_kernels);
#endif
    found.push_back(&portable_bit_kernels);
    return found;
  }();
  return sets;
}

void add_common_bits_corner(CommonBitsKernel kernel, const std::uint64_t* rows, const std::uint64_t* columns,
                            std::int64_t words, std::int64_t height, std::int64_t width, double* out,
                            std::int64_t ld) {
  if (height == group && width == group) {
    kernel(rows, columns, words, out, ld);
    return;
  }
  std::array<double, std::size_t{group} * group> tile{};
  kernel(rows, columns, words, tile.data(), group);
  for (std::int64_t j = 0; j < width; ++j) {
    for (std::int64_t i = 0; i < height; ++i)
      out[i + j * ld] += tile[static_cast<std::size_t>(i + j * group)];
  }
}

} // namespace pastur::linalg
