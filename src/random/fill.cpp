// SPDX-License-Identifier: BSD-3-Clause
#include "fill_kernels.hpp"

#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::random {
namespace {

constexpr std::int64_t limit = std::int64_t{1} << 32;

/// Tiles with fewer rows than a vector has lanes are filled along the columns.
constexpr std::int64_t thin = 8;

void require_inside(const Tile& tile, std::int64_t ld) {
  const auto inside = [](std::int64_t start, std::int64_t length) {
    return start >= 0 && length >= 0 && start <= limit && length <= limit - start;
  };
  if (!inside(tile.row, tile.rows) || !inside(tile.column, tile.columns)) {
    throw std::out_of_range(
        fmt::format("random tile of {} rows from {} and {} columns from {} leaves [0, 2^32)", tile.rows,
                    tile.row, tile.columns, tile.column));
  }
  if (ld < tile.rows) {
    throw std::invalid_argument(
        fmt::format("random tile of {} rows written with leading dimension {}", tile.rows, ld));
  }
}

void fill_along_rows(const Stream& stream, const Tile& tile, double* out, std::int64_t ld,
                     PairKernel kernel) {
  const std::int64_t end = tile.column + tile.columns;
  for (std::int64_t block = tile.column / 2; 2 * block < end; ++block) {
    const std::int64_t column = 2 * block;
    double* first = column >= tile.column ? out + (column - tile.column) * ld : nullptr;
    double* second = column + 1 < end ? out + (column + 1 - tile.column) * ld : nullptr;
    kernel(stream, static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(tile.row), tile.rows, first,
           second);
  }
}

void fill_along_columns(const Stream& stream, const Tile& tile, double* out, std::int64_t ld,
                        PairKernel kernel) {
  constexpr std::int64_t chunk = 256;
  double first[chunk];
  double second[chunk];
  const std::int64_t end = tile.column + tile.columns;
  const std::int64_t end_block = (end + 1) / 2;
  for (std::int64_t i = 0; i < tile.rows; ++i) {
    for (std::int64_t block = tile.column / 2; block < end_block; block += chunk) {
      const std::int64_t count = std::min(chunk, end_block - block);
      kernel(stream, static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(tile.row + i), count,
             first, second);
      for (std::int64_t b = 0; b < count; ++b) {
        const std::int64_t j = 2 * (block + b) - tile.column;
        if (j >= 0) out[i + j * ld] = first[b];
        if (j + 1 < tile.columns) out[i + (j + 1) * ld] = second[b];
      }
    }
  }
}

void fill(const Stream& stream, const Tile& tile, double* out, std::int64_t ld, PairKernel rows,
          PairKernel blocks) {
  require_inside(tile, ld);
  if (tile.rows == 0 || tile.columns == 0) return;
  if (tile.rows < thin && tile.columns > 2 * tile.rows) {
    fill_along_columns(stream, tile, out, ld, blocks);
  } else {
    fill_along_rows(stream, tile, out, ld, rows);
  }
}

} // namespace

void fill_uniform(const Stream& stream, const Tile& tile, double* out, std::int64_t ld) {
  fill(stream, tile, out, ld, kernels().uniform_rows, kernels().uniform_blocks);
}

void fill_normal(const Stream& stream, const Tile& tile, double* out, std::int64_t ld) {
  fill(stream, tile, out, ld, kernels().normal_rows, kernels().normal_blocks);
}

void fill_signs(const Stream& stream, const Tile& tile, double* out, std::int64_t ld) {
  require_inside(tile, ld);
  if (tile.rows == 0) return;
  constexpr std::int64_t bits = 128;
  const std::int64_t end = tile.column + tile.columns;
  for (std::int64_t column = tile.column; column < end;) {
    const std::int64_t block = column / bits;
    const std::int64_t stop = std::min(end, (block + 1) * bits);
    kernels().signs(stream, static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(tile.row),
                    tile.rows, static_cast<int>(column - block * bits), static_cast<int>(stop - block * bits),
                    out + (column - tile.column) * ld, ld);
    column = stop;
  }
}

} // namespace pastur::random
