// SPDX-License-Identifier: BSD-3-Clause
// The fills against their definitions, element by element.
#include "../../src/random/fill_kernels.hpp"
#include "../../src/random/lane_kernels.hpp"

#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace pastur::random {
namespace {

const Stream stream = Streams("tests of the fills").stream("X");

struct Words {
  std::uint64_t first;
  std::uint64_t second;
};
Words words_of(std::uint32_t row, std::uint32_t block) {
  const std::array<std::uint32_t, 4> w = philox(stream, row, block);
  return {std::uint64_t{w[1]} << 32 | w[0], std::uint64_t{w[3]} << 32 | w[2]};
}

double uniform_of(std::uint64_t word) {
  return std::max(static_cast<double>(word >> 11), 0.5) * 0x1p-53;
}

/// Box-Muller with the C library's functions in extended precision.
std::array<long double, 2> normals_of(Words w) {
  const long double r = std::sqrt(-2.0L * std::log(static_cast<long double>(uniform_of(w.first))));
  const long double x = static_cast<long double>(w.second << 2 >> 12) * 0x1p-52L - 0.5L;
  const long double angle = x * std::numbers::pi_v<long double> / 2.0L;
  const long double along = (w.second >> 63 != 0 ? -1.0L : 1.0L) * r * std::cos(angle);
  const long double across = r * std::sin(angle);
  if ((w.second >> 62 & 1U) != 0) return {across, along};
  return {along, across};
}

/// Vectors of one lane: any word can be put through the arithmetic of the kernels.
struct OneLane {
  using Word __attribute__((vector_size(8))) = std::uint64_t;
  using Double __attribute__((vector_size(8))) = double;
  static constexpr int lanes = 1;
  static Word product(Word a, Word b) { return Word{(a[0] & 0xffffffffU) * (b[0] & 0xffffffffU)}; }
  static Double square_root(Double x) { return Double{std::sqrt(x[0])}; }
  static Double to_double(Word x) { return Double{static_cast<double>(x[0])}; }
};

long double relative_error(double value, long double expected) {
  return expected == 0.0L ? std::abs(static_cast<long double>(value)) : std::abs(value / expected - 1.0L);
}

constexpr std::int64_t limit = std::int64_t{1} << 32;
using Fill = void (*)(const Stream&, const Tile&, double*, std::int64_t);
constexpr std::array<Fill, 3> fills = {fill_uniform, fill_normal, fill_signs};

std::vector<double> filled(Fill fill, const Tile& tile) {
  std::vector<double> values(static_cast<std::size_t>(tile.rows * tile.columns));
  fill(stream, tile, values.data(), tile.rows);
  return values;
}

TEST(FillUniform, elements_are_the_upper_53_bits_of_their_words) {
  const std::vector<double> values = filled(fill_uniform, {100, 57, 0, 6});
  for (std::uint32_t i = 0; i < 57; ++i) {
    for (std::uint32_t b = 0; b < 3; ++b) {
      const Words w = words_of(100 + i, b);
      EXPECT_EQ(values[i + 57 * (2 * b)], uniform_of(w.first));
      EXPECT_EQ(values[i + 57 * (2 * b + 1)], uniform_of(w.second));
    }
  }
}

TEST(FillUniform, zero_and_one_are_never_reached) {
  using Kernels = LaneKernels<OneLane>;
  EXPECT_EQ(Kernels::uniform(OneLane::Word{0})[0], 0x1p-54);
  EXPECT_EQ(Kernels::uniform(OneLane::Word{2047})[0], 0x1p-54);
  EXPECT_EQ(Kernels::uniform(OneLane::Word{2048})[0], 0x1p-53);
  EXPECT_EQ(Kernels::uniform(OneLane::Word{~std::uint64_t{0}})[0], 1.0 - 0x1p-53);
}

TEST(FillNormal, box_muller_agrees_with_the_c_library) {
  constexpr std::int64_t rows = 20000;
  constexpr std::int64_t columns = 10;
  const std::vector<double> values = filled(fill_normal, {0, rows, 0, columns});
  long double worst = 0.0L;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t b = 0; b < columns / 2; ++b) {
      const std::array<long double, 2> expected =
          normals_of(words_of(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(b)));
      for (std::int64_t half = 0; half < 2; ++half) {
        const double value = values[static_cast<std::size_t>(i + rows * (2 * b + half))];
        worst = std::max(worst, relative_error(value, expected[static_cast<std::size_t>(half)]));
      }
    }
  }
  RecordProperty("worst_relative_error", std::to_string(worst * 1e16L) + "e-16");
  EXPECT_LT(worst, 1e-15L);
}

TEST(FillNormal, extreme_words_are_as_accurate_as_all_others) {
  using Kernels = LaneKernels<OneLane>;
  std::vector<std::uint64_t> words = {
      0, 1, 2047, 2048, 4095, 4096, ~std::uint64_t{0}, ~std::uint64_t{0} - 2048};
  for (int bit = 0; bit < 64; ++bit) {
    for (std::int64_t offset : {-4096, -1, 0, 1, 4096}) {
      words.push_back((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(offset));
      // Around the switch of the logarithm's exponent at 2^e sqrt(1/2).
      words.push_back((std::uint64_t{0xb504f333f9de6484U} >> bit) + static_cast<std::uint64_t>(offset));
    }
  }
  long double worst = 0.0L;
  for (const std::uint64_t first : words) {
    const OneLane::Double r = Kernels::radius(Kernels::scaled_uniform(OneLane::Word{first}));
    for (const std::uint64_t second : words) {
      const Kernels::Normals values = Kernels::normals(r, OneLane::Word{second});
      const std::array<long double, 2> expected = normals_of({first, second});
      worst = std::max({worst, relative_error(values.first[0], expected[0]),
                        relative_error(values.second[0], expected[1])});
    }
  }
  EXPECT_LT(worst, 1e-15L);
}

TEST(FillSigns, each_sign_is_one_bit_of_its_block) {
  constexpr std::int64_t rows = 13;
  const std::vector<double> values = filled(fill_signs, {5, rows, 0, 300});
  for (std::uint32_t i = 0; i < rows; ++i) {
    for (std::uint32_t j = 0; j < 300; ++j) {
      const std::array<std::uint32_t, 4> w = philox(stream, 5 + i, j / 128);
      const bool negative = (w[j % 128 / 32] >> j % 32 & 1U) != 0;
      EXPECT_EQ(values[i + rows * j], negative ? -1.0 : 1.0);
    }
  }
}

TEST(Fills, every_instruction_set_gives_the_same_bits) {
  const FillKernels& baseline = *supported_kernels().back();
  for (const FillKernels* const set : supported_kernels()) {
    for (const std::int64_t count : {1, 2, 3, 7, 8, 9, 255, 256, 257, 1003}) {
      const auto same = [&](PairKernel kernel, PairKernel reference) {
        const std::size_t n = static_cast<std::size_t>(count);
        std::vector<double> values(2 * n + 2, 9.0);
        std::vector<double> expected(2 * n + 2, 9.0);
        kernel(stream, 12, 1000, count, values.data(), values.data() + n + 1);
        reference(stream, 12, 1000, count, expected.data(), expected.data() + n + 1);
        return values == expected && values[n] == 9.0 && values[2 * n + 1] == 9.0;
      };
      EXPECT_TRUE(same(set->uniform_rows, baseline.uniform_rows)) << set->name << " " << count;
      EXPECT_TRUE(same(set->uniform_blocks, baseline.uniform_blocks)) << set->name << " " << count;
      EXPECT_TRUE(same(set->normal_rows, baseline.normal_rows)) << set->name << " " << count;
      EXPECT_TRUE(same(set->normal_blocks, baseline.normal_blocks)) << set->name << " " << count;
      std::vector<double> values(static_cast<std::size_t>(count * 60));
      std::vector<double> expected(values.size());
      set->signs(stream, 3, 77, count, 50, 110, values.data(), count);
      baseline.signs(stream, 3, 77, count, 50, 110, expected.data(), count);
      EXPECT_EQ(values, expected) << set->name << " " << count;
    }
  }
}

TEST(Fills, tiles_at_odd_and_even_places_are_parts_of_the_same_matrix) {
  constexpr std::int64_t rows = 37;
  constexpr std::int64_t columns = 141;
  for (const Fill fill : fills) {
    const std::vector<double> whole = filled(fill, {0, rows, 0, columns});
    for (const std::int64_t row : {0, 1, 8, 19, 36}) {
      for (const std::int64_t height : {1, 2, 3, 8, 17}) {
        for (const std::int64_t column : {0, 1, 2, 63, 127, 128, 140}) {
          for (const std::int64_t width : {1, 2, 3, 13, 78}) {
            const Tile tile{row, std::min(height, rows - row), column, std::min(width, columns - column)};
            const std::int64_t ld = tile.rows + 2;
            std::vector<double> part(static_cast<std::size_t>(ld * tile.columns), 7.0);
            fill(stream, tile, part.data(), ld);
            bool equal = true;
            for (std::int64_t j = 0; j < tile.columns; ++j) {
              for (std::int64_t i = 0; i < ld; ++i) {
                const double value = part[static_cast<std::size_t>(i + j * ld)];
                equal &=
                    value ==
                    (i < tile.rows ? whole[static_cast<std::size_t>(row + i + (column + j) * rows)] : 7.0);
              }
            }
            EXPECT_TRUE(equal) << row << " " << tile.rows << " " << column << " " << tile.columns;
          }
        }
      }
    }
  }
}

TEST(Fills, the_last_rows_and_columns_can_be_reached_and_not_passed) {
  for (const Fill fill : fills) {
    const std::vector<double> values = filled(fill, {limit - 3, 3, limit - 5, 5});
    EXPECT_EQ(values[2 + 3 * 4], filled(fill, {limit - 1, 1, limit - 1, 1})[0]);
    double unused = 0.0;
    EXPECT_THROW(fill(stream, {limit - 1, 2, 0, 1}, &unused, 2), std::out_of_range);
    EXPECT_THROW(fill(stream, {0, 1, limit, 1}, &unused, 1), std::out_of_range);
    EXPECT_THROW(fill(stream, {-1, 1, 0, 1}, &unused, 1), std::out_of_range);
    EXPECT_THROW(fill(stream, {0, 1, 0, -1}, &unused, 1), std::out_of_range);
    EXPECT_THROW(fill(stream, {0, 2, 0, 1}, &unused, 1), std::invalid_argument);
    EXPECT_NO_THROW(fill(stream, {0, 0, 0, 5}, nullptr, 0));
    EXPECT_NO_THROW(fill(stream, {3, 4, 7, 0}, nullptr, 4));
  }
}

} // namespace
} // namespace pastur::random
