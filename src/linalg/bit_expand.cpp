// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/linalg/bit_expand.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

// One plain loop, compiled for each instruction set and chosen at run time.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PASTUR_FOR_EVERY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PASTUR_FOR_EVERY_PROCESSOR
#endif

namespace pastur::linalg {

namespace {

constexpr std::int64_t group = BitPanel::group;

/// The first `width` <= 64 bits of the 16 words of a group.
PASTUR_FOR_EVERY_PROCESSOR void expand_group(const std::uint64_t* words, std::int64_t width, double off,
                                             double on, double* out, std::int64_t ld) {
  for (std::int64_t l = 0; l < width; ++l) {
    const std::uint64_t mask = std::uint64_t{1} << l;
    double* column = out + l * ld;
    for (std::int64_t r = 0; r < group; ++r) column[r] = (words[r] & mask) != 0 ? on : off;
  }
}

} // namespace

void expand_bits(const BitPanel& bits, std::int64_t first_row, std::int64_t rows, std::int64_t first_bit,
                 std::int64_t count, double off, double on, double* out, std::int64_t ld) {
  if (first_row < 0 || rows < 0 || first_row % group != 0 || first_row + rows > bits.rows() ||
      first_bit < 0 || count < 0 || first_bit % BitPanel::word_bits != 0 || first_bit + count > bits.bits()) {
    throw std::out_of_range("bits " + std::to_string(first_bit) + " + " + std::to_string(count) +
                            " of rows " + std::to_string(first_row) + " + " + std::to_string(rows) +
                            " in a panel of " + std::to_string(bits.rows()) + " rows of " +
                            std::to_string(bits.bits()) + " bits");
  }
  std::array<double, group * BitPanel::word_bits> padded; // for a last, incomplete group
  for (std::int64_t row = 0; row < rows; row += group) {
    const std::uint64_t* words =
        bits.group_data((first_row + row) / group) + first_bit / BitPanel::word_bits * group;
    const std::int64_t height = std::min(group, rows - row);
    for (std::int64_t l = 0; l < count; l += BitPanel::word_bits, words += group) {
      const std::int64_t width = std::min(BitPanel::word_bits, count - l);
      if (height == group) {
        expand_group(words, width, off, on, out + row + l * ld, ld);
        continue;
      }
      expand_group(words, width, off, on, padded.data(), group);
      for (std::int64_t k = 0; k < width; ++k)
        std::copy_n(padded.begin() + k * group, height, out + row + (l + k) * ld);
    }
  }
}

} // namespace pastur::linalg
