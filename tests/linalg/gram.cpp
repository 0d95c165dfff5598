// SPDX-License-Identifier: BSD-3-Clause
#include "test_matrices.hpp"

#include <pastur/linalg/gram.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using namespace testing;

/// This process's rows of a, as a column-major panel with some unused rows below.
struct Panel {
  std::vector<double> values;
  std::int64_t ld;
};

template <class GlobalIndex>
Panel panel(const Eigen::MatrixXd& a, std::int32_t rows, GlobalIndex global) {
  Panel out{{}, rows + 3};
  out.values.assign(static_cast<std::size_t>(out.ld * a.cols()), std::numeric_limits<double>::quiet_NaN());
  for (std::int64_t k = 0; k < a.cols(); ++k) {
    for (std::int32_t i = 0; i < rows; ++i)
      out.values[static_cast<std::size_t>(i + k * out.ld)] = a(global(i), k);
  }
  return out;
}

Panel row_panel(const Eigen::MatrixXd& a, const BlockCyclicMatrix& m) {
  return panel(a, m.local_rows(), [&](std::int32_t i) { return m.global_row(i); });
}
Panel col_panel(const Eigen::MatrixXd& a, const BlockCyclicMatrix& m) {
  return panel(a, m.local_cols(), [&](std::int32_t j) { return m.global_col(j); });
}

void add_gram(BlockCyclicMatrix& gram, const Eigen::MatrixXd& a, double alpha, double beta) {
  const Panel rows = row_panel(a, gram);
  const Panel cols = col_panel(a, gram);
  accumulate_gram(gram, rows.values.data(), rows.ld, cols.values.data(), cols.ld, a.cols(), alpha, beta);
}

double lower_error(const BlockCyclicMatrix& gram, const Eigen::MatrixXd& expected) {
  const Eigen::MatrixXd difference = gathered(gram) - expected;
  const Eigen::MatrixXd lower = difference.triangularView<Eigen::Lower>();
  return lower.cwiseAbs().maxCoeff();
}

class GramTest : public ::testing::Test {
protected:
  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(GramTest, gram_agrees_with_the_plain_product_on_every_grid_and_block) {
  for (const int rows : {1, grid_->rows(), world_.size()}) {
    const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(world_, rows);
    for (const Shape& shape : square_shapes()) {
      const Eigen::MatrixXd a = random_matrix(shape.n, 19, 4);
      BlockCyclicMatrix gram(grid, shape.n, shape.n, shape.block);
      gram.fill(std::numeric_limits<double>::quiet_NaN());
      // beta = 0 must overwrite whatever stood there.
      add_gram(gram, a, 0.5, 0.0);
      EXPECT_LT(lower_error(gram, 0.5 * a * a.transpose()), 1e-13) << shape.n << " on " << rows << " rows";
    }
  }
}

TEST_F(GramTest, accumulated_chunks_add_up_to_the_whole) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = random_matrix(shape.n, 24, 5);
    BlockCyclicMatrix gram(grid_, shape.n, shape.n, shape.block);
    gram.fill(1.0);
    for (Eigen::Index start = 0; start < 24; start += 8)
      add_gram(gram, a.middleCols(start, 8), 2.0, start == 0 ? 3.0 : 1.0);
    const Eigen::MatrixXd expected =
        Eigen::MatrixXd::Constant(shape.n, shape.n, 3.0) + 2.0 * a * a.transpose();
    EXPECT_LT(lower_error(gram, expected), 1e-12) << shape.n;
  }
}

TEST_F(GramTest, an_empty_panel_only_scales) {
  BlockCyclicMatrix gram(grid_, 10, 10, 3);
  gram.fill(2.0);
  add_gram(gram, Eigen::MatrixXd(10, 0), 1.0, 0.5);
  EXPECT_EQ(lower_error(gram, Eigen::MatrixXd::Constant(10, 10, 1.0)), 0.0);
}

TEST_F(GramTest, rectangular_product_agrees_with_the_plain_product) {
  for (const auto& [m, n, block] : std::vector<std::tuple<std::int64_t, std::int64_t, std::int32_t>>{
           {1, 9, 4}, {37, 12, 5}, {8, 64, 8}}) {
    const Eigen::MatrixXd a = random_matrix(m, 11, 6);
    const Eigen::MatrixXd b = random_matrix(n, 11, 7);
    BlockCyclicMatrix out(grid_, m, n, block);
    out.fill(1.0);
    const Panel rows = row_panel(a, out);
    const Panel cols = col_panel(b, out);
    accumulate_product(out, rows.values.data(), rows.ld, cols.values.data(), cols.ld, 11, -1.0, 2.0);
    const Eigen::MatrixXd expected = Eigen::MatrixXd::Constant(m, n, 2.0) - a * b.transpose();
    EXPECT_LT((gathered(out) - expected).cwiseAbs().maxCoeff(), 1e-13);
  }
}

TEST_F(GramTest, shapes_that_do_not_fit_are_refused) {
  BlockCyclicMatrix oblong(grid_, 4, 5, 2);
  const double unused = 0.0;
  EXPECT_THROW(accumulate_gram(oblong, &unused, 4, &unused, 5, 1, 1.0, 0.0), std::invalid_argument);
  BlockCyclicMatrix square(grid_, 4, 4, 2);
  EXPECT_THROW(accumulate_gram(square, &unused, 4, &unused, 4, std::int64_t{1} << 33, 1.0, 0.0),
               std::length_error);
}

} // namespace

} // namespace pastur::linalg
