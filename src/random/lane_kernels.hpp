// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The arithmetic of every fill, written once over vectors of W 64-bit lanes. A source file per instruction
// set chooses the vectors: it switches the compiler to that set, then includes this header and instantiates
// LaneKernels with its own Isa type, so no two sets ever share a symbol. Only + - * / sqrt and integer
// operations appear, each correctly rounded and never contracted: the same bits on every instruction set.

#include "fill_kernels.hpp"

#include <pastur/random/stream.hpp>

#include <cstdint>
#include <cstring>

#define PASTUR_INLINE [[gnu::always_inline]] inline

namespace pastur::random {

/// Isa: Word and Double (GCC vectors of `lanes` elements), product(a, b) of the low 32 bits of each lane,
/// square_root, and to_double of lanes below 2^53.
template <class Isa>
struct LaneKernels {
  using Word = typename Isa::Word;
  using Double = typename Isa::Double;
  static constexpr int lanes = Isa::lanes;
  static constexpr std::uint64_t low_half = 0xffffffffU;

  /// Two 64-bit random words per lane: elements 2b and 2b + 1 of a row.
  struct Pair {
    Word first;
    Word second;
  };
  struct Normals {
    Double first;
    Double second;
  };

  /// Ten rounds of Philox4x32; only the low half of a lane counts, so the products need no masks.
  PASTUR_INLINE static Pair philox(const Stream& stream, Word block, Word row) {
    Word c0 = block;
    Word c1 = row;
    Word c2 = Word{} + stream.salt[0];
    Word c3 = Word{} + stream.salt[1];
    std::uint32_t k0 = stream.key[0];
    std::uint32_t k1 = stream.key[1];
    const Word m0 = Word{} + std::uint64_t{0xD2511F53U};
    const Word m1 = Word{} + std::uint64_t{0xCD9E8D57U};
    Word p0{};
    Word p1{};
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      p0 = Isa::product(c0, m0);
      p1 = Isa::product(c2, m1);
      c0 = (p1 >> 32) ^ c1 ^ std::uint64_t{k0};
      c1 = p1;
      c2 = (p0 >> 32) ^ c3 ^ std::uint64_t{k1};
      c3 = p0;
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    // Little-endian pairs of 32-bit words: (w1, w0) and (w3, w2).
    return {(c1 << 32) | (c0 & low_half), (c3 << 32) | (c2 & low_half)};
  }

  /// k = max(w >> 11, 1/2): 2^53 times the uniform number.
  PASTUR_INLINE static Double scaled_uniform(Word w) {
    const Double k = Isa::to_double(w >> 11);
    const Double half = Double{} + 0.5;
    return k > half ? k : half;
  }

  PASTUR_INLINE static Double uniform(Word w) {
    return scaled_uniform(w) * 0x1p-53;
  }

  /// sqrt(-2 log(k 2^-53)) for 1/2 <= k < 2^53. The logarithm is fdlibm's (below 1 ulp): k = 2^e m with m in
  /// [sqrt(1/2), sqrt(2)), s = f / (2 + f) for f = m - 1, log m = 2 atanh s.
  PASTUR_INLINE static Double radius(Double k) {
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdU;
    const Word bits = (Word)k;
    const Word above = bits - sqrt_half;
    const Word scaled = bits - (above & 0xfff0000000000000U);
    // Exponent from -1 to 53, shifted to be positive, into the mantissa of 2^52.
    const Word shifted = (above + (std::uint64_t{64} << 52)) >> 52;
    const Double exponent = (Double)(shifted | 0x4330000000000000U) - (0x1p52 + 64.0 + 53.0);
    const Double m = (Double)scaled;
    const Double f = m - 1.0;
    const Double s = f / (m + 1.0);
    const Double z = s * s;
    const Double w = z * z;
    const Double even =
        w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const Double odd =
        z * (6.666666666666735130e-01 +
             w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const Double half_square = 0.5 * f * f;
    const Double tail = s * (half_square + (even + odd)) + exponent * 1.90821492927058770002e-10;
    const Double log = exponent * 6.93147180369123816490e-01 - ((half_square - tail) - f);
    return Isa::square_root(-2.0 * log);
  }

  /// Box-Muller. Of the other word, the low 62 bits (52 are used) choose an angle within an
  /// eighth of a turn on either side of an axis, bit 62 the axis and bit 63 the direction.
  PASTUR_INLINE static Normals normals(Double r, Word w) {
    const Double x = (Double)(((w << 2) >> 12) | 0x3ff0000000000000U) - 1.5; // quarter turns in [-1/2, 1/2)
    const Double y = x * x;
    // sin(pi x / 2) and cos(pi x / 2): Chebyshev interpolants in y on [0, 1/4], relative errors 4e-18 and
    // 7e-17 before rounding.
    const Double y2 = y * y;
    const Double sine =
        x * ((0x1.921fb54442d18p+0 + y * -0x1.4abbce625be41p-1) +
             y2 * ((0x1.466bc677587f8p-4 + y * -0x1.32d2cce2e5b19p-8) +
                   y2 * ((0x1.50782fda12d96p-13 + y * -0x1.e30071afc3e59p-19) + y2 * 0x1.e3f38399551bfp-25)));
    const Double cosine = 1.0 + y * ((-0x1.3bd3cc9be458bp+0 + y * 0x1.03c1f081b0780p-2) +
                                     y2 * ((-0x1.55d3c7dbfd139p-6 + y * 0x1.e1f4fb60281f6p-11) +
                                           y2 * (-0x1.a6c9c1be9eb49p-16 + y * 0x1.f3dbcea61b1a4p-22)));
    const Double along = (Double)((Word)(r * cosine) ^ (w & 0x8000000000000000U));
    const Double across = r * sine;
    const auto other_axis = (w & 0x4000000000000000U) != 0;
    return {other_axis ? across : along, other_axis ? along : across};
  }

  PASTUR_INLINE static Word ramp(std::uint32_t start) {
    Word result{};
    for (int lane = 0; lane < lanes; ++lane)
      result[lane] = std::uint64_t{start} + static_cast<std::uint64_t>(lane);
    return result;
  }

  template <class Vector>
  PASTUR_INLINE static void store(double* out, Vector value, std::int64_t count) {
    if (count >= lanes) {
      std::memcpy(out, &value, sizeof value);
    } else {
      double part[lanes];
      std::memcpy(part, &value, sizeof value);
      std::memcpy(out, part, static_cast<std::size_t>(count) * sizeof(double));
    }
  }

  /// In stages of a few cache lines each, so that the processor overlaps many short chains instead of
  /// following one long one. `count` counters that differ in the row (Rows) or in the block; first and second
  /// receive elements 2b and 2b + 1, or are null.
  template <bool Rows, bool Normal>
  static void fill(const Stream& stream, std::uint32_t block, std::uint32_t row, std::int64_t count,
                   double* first, double* second) {
    const Word constant = Word{} + std::uint64_t{Rows ? block : row};
    Word running = ramp(Rows ? row : block);
    constexpr int vectors = 32;
    Pair words[vectors];
    Double radii[vectors];
    for (std::int64_t i = 0; i < count; i += vectors * lanes) {
      const std::int64_t left = count - i;
      const int used = left >= vectors * lanes ? vectors : static_cast<int>((left + lanes - 1) / lanes);
      for (int v = 0; v < used; ++v, running += std::uint64_t{lanes})
        words[v] = Rows ? philox(stream, constant, running) : philox(stream, running, constant);
      if constexpr (Normal) {
        for (int v = 0; v < used; ++v) radii[v] = radius(scaled_uniform(words[v].first));
      }
      for (int v = 0; v < used; ++v) {
        Normals values;
        if constexpr (Normal) {
          values = normals(radii[v], words[v].second);
        } else {
          values = {uniform(words[v].first), uniform(words[v].second)};
        }
        const std::int64_t at = i + v * lanes;
        if (first != nullptr) store(first + at, values.first, count - at);
        if (second != nullptr) store(second + at, values.second, count - at);
      }
    }
  }

  /// The 128 signs of a block are its bits, lowest first.
  static void signs(const Stream& stream, std::uint32_t block, std::uint32_t row, std::int64_t rows,
                    int begin, int end, double* out, std::int64_t ld) {
    const Word constant = Word{} + std::uint64_t{block};
    Word running = ramp(row);
    const Word one = Word{} + std::uint64_t{0x3ff0000000000000U};
    for (std::int64_t i = 0; i < rows; i += lanes, running += std::uint64_t{lanes}) {
      const Pair words = philox(stream, constant, running);
      for (int bit = begin; bit < end; ++bit) {
        const Word w = bit < 64 ? words.first : words.second;
        store(out + i + (bit - begin) * ld, (w << (63 - bit % 64) & 0x8000000000000000U) | one, rows - i);
      }
    }
  }

  static constexpr FillKernels table(const char* name) {
    return {name, fill<true, false>, fill<false, false>, fill<true, true>, fill<false, true>, signs};
  }
};

} // namespace pastur::random
