// SPDX-License-Identifier: BSD-3-Clause
#include "test_matrices.hpp"

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using namespace testing;

struct Rectangle {
  std::int64_t rows, cols;
  std::int32_t block;
};

const std::vector<Rectangle> rectangles = {{1, 1, 4}, {3, 7, 8},   {17, 5, 2}, {24, 16, 8},
                                           {0, 3, 4}, {40, 41, 3}, {6, 1, 1}};

class BlockCyclicMatrixTest : public ::testing::Test {
protected:
  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(BlockCyclicMatrixTest, grid_is_as_square_as_its_ranks_allow) {
  EXPECT_EQ(grid_->rows() * grid_->cols(), world_.size());
  EXPECT_LE(grid_->rows(), grid_->cols());
  if (world_.size() == 4) {
    EXPECT_EQ(grid_->rows(), 2);
  }
  EXPECT_EQ(grid_->row() * grid_->cols() + grid_->col(), grid_->team().rank());
  EXPECT_THROW(ProcessGrid::create(world_, world_.size() + 1), std::invalid_argument);
}

TEST_F(BlockCyclicMatrixTest, every_element_has_one_owner_and_local_indices_ascend) {
  for (const Rectangle& shape : rectangles) {
    const BlockCyclicMatrix a(grid_, shape.rows, shape.cols, shape.block);
    std::vector<double> owners(static_cast<std::size_t>(shape.rows * shape.cols), 0.0);
    for (std::int32_t i = 0; i < a.local_rows(); ++i) {
      if (i > 0) {
        EXPECT_LT(a.global_row(i - 1), a.global_row(i));
      }
      for (std::int32_t j = 0; j < a.local_cols(); ++j)
        owners[static_cast<std::size_t>(a.global_row(i) + a.global_col(j) * shape.rows)] += 1.0;
    }
    for (std::int32_t j = 1; j < a.local_cols(); ++j) EXPECT_LT(a.global_col(j - 1), a.global_col(j));
    world_.sum(std::span<double>(owners));
    for (const double count : owners) EXPECT_EQ(count, 1.0);
  }
}

TEST_F(BlockCyclicMatrixTest, local_rows_below_counts_the_local_rows_before_a_global_one) {
  const BlockCyclicMatrix a(grid_, 29, 31, 3);
  for (std::int64_t global = 0; global <= 31; ++global) {
    std::int32_t rows = 0;
    std::int32_t cols = 0;
    for (std::int32_t i = 0; i < a.local_rows(); ++i) rows += a.global_row(i) < global ? 1 : 0;
    for (std::int32_t j = 0; j < a.local_cols(); ++j) cols += a.global_col(j) < global ? 1 : 0;
    EXPECT_EQ(a.local_rows_below(global), rows);
    EXPECT_EQ(a.local_cols_below(global), cols);
  }
}

TEST_F(BlockCyclicMatrixTest, gather_returns_what_assign_and_scatter_put) {
  for (const Rectangle& shape : rectangles) {
    const Eigen::MatrixXd whole = random_matrix(shape.rows, shape.cols, 1);
    BlockCyclicMatrix a(grid_, shape.rows, shape.cols, shape.block);
    a.assign([](std::int64_t i, std::int64_t j) { return noise(1, i, j); });
    EXPECT_TRUE(gathered(a) == whole);
    EXPECT_TRUE(gathered(distribute(whole, grid_, shape.block)) == whole);
  }
}

TEST_F(BlockCyclicMatrixTest, copy_is_deep) {
  BlockCyclicMatrix a(grid_, 9, 9, 2);
  a.fill(1.0);
  BlockCyclicMatrix b = a.copy();
  b.fill(2.0);
  EXPECT_TRUE((gathered(a).array() == 1.0).all());
  EXPECT_TRUE((gathered(b).array() == 2.0).all());
}

TEST_F(BlockCyclicMatrixTest, redistribution_keeps_every_element) {
  for (const Rectangle& shape : rectangles) {
    const Eigen::MatrixXd whole = random_matrix(shape.rows, shape.cols, 2);
    const BlockCyclicMatrix a = distribute(whole, grid_, shape.block);
    for (const int rows : {1, world_.size()}) {
      const std::shared_ptr<const ProcessGrid> other = ProcessGrid::create(world_, rows);
      for (const std::int32_t block : {1, 5, 64}) {
        const BlockCyclicMatrix b = a.redistribute(other, block);
        EXPECT_EQ(b.block(), block);
        EXPECT_TRUE(gathered(b) == whole)
            << shape.rows << " x " << shape.cols << " to blocks of " << block << " on " << rows << " rows";
      }
    }
  }
}

TEST_F(BlockCyclicMatrixTest, a_triangle_is_mirrored_exactly_either_way) {
  for (const int rows : {1, grid_->rows(), world_.size()}) {
    const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(world_, rows);
    for (const Shape& shape : square_shapes()) {
      const Eigen::MatrixXd symmetric = random_symmetric(shape.n, 3);
      BlockCyclicMatrix a = distribute_lower(symmetric, grid, shape.block);
      a.symmetrize_from_lower();
      EXPECT_TRUE(gathered(a) == symmetric) << shape.n;
      Eigen::MatrixXd upper = symmetric;
      upper.triangularView<Eigen::StrictlyLower>().setConstant(7.0);
      BlockCyclicMatrix b = distribute(upper, grid, shape.block);
      b.symmetrize_from_upper();
      EXPECT_TRUE(gathered(b) == symmetric) << shape.n;
    }
  }
  BlockCyclicMatrix oblong(grid_, 4, 5, 2);
  EXPECT_THROW(oblong.symmetrize_from_lower(), std::invalid_argument);
}

TEST_F(BlockCyclicMatrixTest, one_bad_element_anywhere_in_the_lower_triangle_is_seen_by_all_ranks) {
  const std::int64_t n = 11;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()}) {
    for (std::int64_t where = 0; where < n * n; where += 3) {
      const std::int64_t row = where % n;
      const std::int64_t col = where / n;
      BlockCyclicMatrix a(grid_, n, n, 2);
      a.assign([&](std::int64_t i, std::int64_t j) {
        return i == row && j == col ? bad : std::numeric_limits<double>::max();
      });
      EXPECT_EQ(a.all_finite(), row < col) << row << ", " << col;
    }
    BlockCyclicMatrix wide(grid_, 3, 7, 2);
    wide.assign([&](std::int64_t i, std::int64_t j) { return i == 0 && j == 6 ? bad : 0.0; });
    EXPECT_FALSE(wide.all_finite());
  }
}

TEST_F(BlockCyclicMatrixTest, sizes_beyond_32_bits_are_refused_before_anything_is_allocated) {
  EXPECT_THROW(BlockCyclicMatrix(grid_, std::int64_t{1} << 32, 1, 64), std::length_error);
  EXPECT_THROW(BlockCyclicMatrix(grid_, 200000, 200000, 64), std::length_error);
  EXPECT_THROW(BlockCyclicMatrix(grid_, -1, 3, 64), std::invalid_argument);
  EXPECT_THROW(BlockCyclicMatrix(grid_, 3, 3, 0), std::invalid_argument);
}

TEST_F(BlockCyclicMatrixTest, a_thousand_grids_reuse_one_context) {
  const int next = ProcessGrid::create(world_)->context();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ProcessGrid::create(world_)->context(), next);
}

} // namespace

} // namespace pastur::linalg
