// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/random/stream.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::random {

/// A rectangle of a random matrix: global rows [row, row + rows) and columns [column, column + columns),
/// written column-major to out[(i - row) + (j - column) * ld]. Rows and columns lie in [0, 2^32).
struct Tile {
  std::int64_t row = 0;
  std::int64_t rows = 0;
  std::int64_t column = 0;
  std::int64_t columns = 0;
};

// All fills are vectorised over rows, give the same bits on every instruction set and for every tiling, and
// throw std::out_of_range when the tile leaves [0, 2^32) and std::invalid_argument when ld < rows. Two
// elements share one Philox block: columns 2b and 2b + 1 of a row take words (w1, w0) and (w3, w2) of block
// b, read as 64-bit integers with the higher word first. One object, one stream: different fills of the same
// stream are functions of the same bits.

/// Uniform on (0, 1): max(k, 1/2) 2^-53 with k the upper 53 bits of the element's word; never 0 or 1.
void fill_uniform(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// Standard normal, by Box-Muller on the two elements of a block, accurate to a few units in the last place.
/// The first word gives the radius sqrt(-2 log u) with its uniform u. The second word gives the angle: its
/// top bit a direction, the next one an axis, and the following 52 bits (x in [-1/2, 1/2)) the deviation x
/// pi/2 from it. Reaches 8.65 standard deviations.
void fill_normal(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// +1 or -1 with probability 1/2. Here a block serves 128 columns, one bit each.
void fill_signs(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// Rows [row, row + rows) of a matrix with `columns` columns, each uniform on the sphere of the given radius
/// in R^columns.
void fill_sphere_rows(const Stream& stream, std::int64_t row, std::int64_t rows, std::int64_t columns,
                      double radius, double* out, std::int64_t ld);
/// The first `count` entries of a uniformly random permutation of 0..size-1: Fisher-Yates with exactly
/// uniform integers, O(count) time and memory; a longer prefix extends a shorter one. Throws
/// std::out_of_range unless 0 <= count <= min(size, 2^32).
std::vector<std::int64_t> permutation(const Stream& stream, std::int64_t size, std::int64_t count);
inline std::vector<std::int64_t> permutation(const Stream& stream, std::int64_t size) {
  return permutation(stream, size, size);
}

} // namespace pastur::random
