// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pastur::random {

/// A random matrix without end: element (i, j) is a pure function of the stream's 128-bit identity, i and j
/// (Philox4x32-10, Salmon et al. 2011). Half of the identity is the Philox key, half the upper counter words;
/// the lower counter words are the row and a block of columns.
struct Stream {
  std::array<std::uint32_t, 2> key{};
  std::array<std::uint32_t, 2> salt{};
};

/// The streams of one draw. Two families are independent unless their identities are equal.
class Streams {
public:
  /// `identity`: any text that names seed, study, model parameters and draw, hashed with XXH3-128.
  explicit Streams(std::string_view identity);
  /// The stream of the random object `name` ("X", "W", "noise" ...).
  Stream stream(std::string_view name) const;

private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};

/// The four 32-bit words of counter (column_block, row, salt[0], salt[1]): Random123's philox4x32 with 10
/// rounds.
std::array<std::uint32_t, 4> philox(const Stream& stream, std::uint32_t row, std::uint32_t column_block);

} // namespace pastur::random
