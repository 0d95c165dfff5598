// SPDX-License-Identifier: BSD-3-Clause
// Every rank fills only the tiles it owns; together they are the matrix that one rank would have made.
#include <pastur/parallel/communicator.hpp>
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace pastur::random {
namespace {

constexpr std::int64_t rows = 83;
constexpr std::int64_t columns = 71;

/// The whole matrix from the block-cyclic parts of a process grid with `grid_rows` rows, each part filled
/// tile by tile by its rank.
std::vector<double> assembled(const parallel::Communicator& world, int grid_rows, std::int64_t block,
                              void (*fill)(const Stream&, const Tile&, double*, std::int64_t),
                              const Stream& stream) {
  const int grid_columns = world.size() / grid_rows;
  const int my_row = world.rank() / grid_columns;
  const int my_column = world.rank() % grid_columns;
  std::vector<double> whole(static_cast<std::size_t>(rows * columns), 0.0);
  std::vector<double> tile(static_cast<std::size_t>(block * block));
  for (std::int64_t column = my_column * block; column < columns; column += grid_columns * block) {
    for (std::int64_t row = my_row * block; row < rows; row += grid_rows * block) {
      const Tile part{row, std::min(block, rows - row), column, std::min(block, columns - column)};
      fill(stream, part, tile.data(), block);
      for (std::int64_t j = 0; j < part.columns; ++j) {
        std::copy_n(tile.data() + j * block, part.rows, whole.data() + row + (column + j) * rows);
      }
    }
  }
  world.sum(whole);
  return whole;
}

TEST(DistributedTiles, equal_the_whole_matrix_on_every_grid_and_for_every_block_size) {
  const parallel::Communicator world = parallel::Communicator::world();
  const Stream stream = Streams("distributed").stream("X");
  for (const auto fill : {fill_uniform, fill_normal, fill_signs}) {
    std::vector<double> expected(static_cast<std::size_t>(rows * columns));
    fill(stream, {0, rows, 0, columns}, expected.data(), rows);
    for (int grid_rows = 1; grid_rows <= world.size(); ++grid_rows) {
      if (world.size() % grid_rows != 0) continue;
      for (const std::int64_t block : {1, 3, 8, 64}) {
        EXPECT_EQ(assembled(world, grid_rows, block, fill, stream), expected)
            << grid_rows << " grid rows, block " << block;
      }
    }
  }
}

} // namespace
} // namespace pastur::random
