// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/random/stream.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::random {

/// A rectangle of a random matrix: global rows [row, row + rows) and columns [column, column + columns), written column-major to
/// out[(i - row) + (j - column) * ld]. Rows and columns lie in [0, 2^32).
struct Tile {
  std::int64_t row = 0;
  std::int64_t rows = 0;
  std::int64_t column = 0;
  std::int64_t columns = 0;
};

// All fills are vectorised over rows, give the same bits on every instruction set and for every tiling, and throw
// std::out_of_range when the tile leaves [0, 2^32). Two elements share one Philox block (64 bits of randomness each).

/// Uniform on (0, 1), 53 bits, never 0 or 1.
void fill_uniform(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// Standard normal, by Box-Muller on the two elements of a block.
void fill_normal(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// +1 or -1 with probability 1/2.
void fill_signs(const Stream& stream, const Tile& tile, double* out, std::int64_t ld);
/// Rows [row, row + rows) of a matrix with `columns` columns, each uniform on the sphere of the given radius in R^columns.
void fill_sphere_rows(const Stream& stream, std::int64_t row, std::int64_t rows, std::int64_t columns, double radius, double* out,
                      std::int64_t ld);
/// The first `count` entries of a uniformly random permutation of 0..size-1 (Fisher-Yates); O(count) time and memory.
std::vector<std::int64_t> permutation(const Stream& stream, std::int64_t size, std::int64_t count);
inline std::vector<std::int64_t> permutation(const Stream& stream, std::int64_t size) { return permutation(stream, size, size); }

} // namespace pastur::random
