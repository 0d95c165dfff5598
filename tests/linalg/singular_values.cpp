// SPDX-License-Identifier: BSD-3-Clause
#include "test_matrices.hpp"

#include <pastur/linalg/matrix_product.hpp>
#include <pastur/linalg/singular_values.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace {

using namespace pastur;
using namespace pastur::linalg;
using linalg::testing::as_std;
using linalg::testing::distribute;
using linalg::testing::gathered;
using linalg::testing::random_matrix;
using linalg::testing::random_vector;

class SingularValues : public ::testing::Test {
protected:
  static void expect_near(const std::vector<double>& found, const Eigen::VectorXd& expected,
                          double tolerance) {
    ASSERT_EQ(static_cast<Eigen::Index>(found.size()), expected.size());
    for (Eigen::Index i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(found[static_cast<std::size_t>(i)], expected[i], tolerance) << "value " << i;
  }

  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

struct Rectangle {
  std::int64_t rows, cols;
  std::int32_t block;
};

TEST_F(SingularValues, values_and_vectors_agree_with_eigen_for_every_shape) {
  for (const Rectangle& shape :
       {Rectangle{1, 1, 4}, Rectangle{7, 3, 2}, Rectangle{3, 7, 2}, Rectangle{20, 20, 8},
        Rectangle{46, 23, 4}, Rectangle{60, 71, 16}, Rectangle{70, 70, 64}}) {
    const Eigen::MatrixXd a = random_matrix(shape.rows, shape.cols, 3);
    const Eigen::VectorXd expected = Eigen::JacobiSVD<Eigen::MatrixXd>(a).singularValues();
    expect_near(singular_values(distribute(a, grid_, shape.block)), expected, 1e-13 * expected[0]);
    const SingularDecomposition found = singular_decomposition(distribute(a, grid_, shape.block));
    expect_near(found.values, expected, 1e-13 * expected[0]);
    const Eigen::MatrixXd left = gathered(found.left);
    const Eigen::MatrixXd right = gathered(found.right_transposed);
    const Eigen::MatrixXd back = left * expected.asDiagonal() * right;
    EXPECT_LT((back - a).norm(), 1e-12 * expected[0]);
    EXPECT_LT((left.transpose() * left - Eigen::MatrixXd::Identity(left.cols(), left.cols())).norm(), 1e-12);
    if (shape.rows != shape.cols) continue;
    const std::vector<double> overlaps = vector_overlaps(found);
    const Eigen::VectorXd product = (left.transpose() * right.transpose()).diagonal();
    expect_near(overlaps, product, 1e-13);
  }
}

TEST_F(SingularValues, tiny_values_keep_the_accuracy_of_the_greatest) {
  // Singular values 1, 1e-2, ..., 1e-14 between random orthogonal factors; A^T A would lose those below 1e-8.
  const Eigen::Index n = 8;
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(n, n, 5)).householderQ();
  const Eigen::MatrixXd p = Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(n, n, 6)).householderQ();
  Eigen::VectorXd s(n);
  for (Eigen::Index i = 0; i < n; ++i) s[i] = std::pow(10.0, -2.0 * static_cast<double>(i));
  expect_near(singular_values(distribute(q * s.asDiagonal() * p, grid_, 2)), s, 2e-15);
}

TEST_F(SingularValues, complex_values_agree_with_eigen) {
  for (const std::int64_t n : {1, 5, 24}) {
    Eigen::MatrixXcd a = random_matrix(n, n, 1).cast<std::complex<double>>();
    a += std::complex<double>(0.0, 1.0) * random_matrix(n, n, 2).cast<std::complex<double>>();
    const Eigen::VectorXd expected = Eigen::JacobiSVD<Eigen::MatrixXcd>(a).singularValues();
    std::vector<std::complex<double>> values(a.data(), a.data() + a.size());
    expect_near(singular_values(values, n), expected, 1e-13 * expected[0]);
  }
}

TEST_F(SingularValues, matrices_that_are_not_finite_are_refused_on_every_rank) {
  Eigen::MatrixXd a = random_matrix(9, 9, 1);
  a(2, 7) = std::numeric_limits<double>::quiet_NaN(); // above the diagonal
  EXPECT_THROW(singular_values(distribute(a, grid_, 2)), std::domain_error);
  EXPECT_THROW(singular_decomposition(distribute(a, grid_, 2)), std::domain_error);
}

TEST_F(SingularValues, products_agree_with_eigen) {
  const Eigen::MatrixXd a = random_matrix(37, 21, 1);
  const Eigen::MatrixXd b = random_matrix(21, 30, 2);
  const BlockCyclicMatrix da = distribute(a, grid_, 8);
  EXPECT_LT((gathered(multiply(da, distribute(b, grid_, 8))) - a * b).norm(), 1e-13);
  const Eigen::VectorXd x = random_vector(21, 3);
  const Eigen::VectorXd y = random_vector(37, 4);
  EXPECT_LT((linalg::testing::as_vector(multiply(da, as_std(x))) - a * x).norm(), 1e-13);
  EXPECT_LT((linalg::testing::as_vector(multiply(da, as_std(y), true)) - a.transpose() * y).norm(), 1e-13);

  const std::vector<std::int64_t> columns = {0, 3, 4, 17, 20};
  const Eigen::MatrixXd chosen = gathered(select_columns(da, columns));
  for (std::size_t k = 0; k < columns.size(); ++k)
    EXPECT_EQ((chosen.col(static_cast<Eigen::Index>(k)) - a.col(columns[k])).norm(), 0.0);

  const Eigen::MatrixXd square = random_matrix(23, 23, 5);
  EXPECT_LT(
      (gathered(symmetric_part(distribute(square, grid_, 4))) - 0.5 * (square + square.transpose())).norm(),
      1e-14);
  BlockCyclicMatrix changed = distribute(a, grid_, 8);
  scale_rows(changed, as_std(y));
  scale_columns(changed, as_std(x));
  add_rank_one(changed, 0.7, as_std(y), as_std(x));
  const Eigen::MatrixXd expected = y.asDiagonal() * a * x.asDiagonal();
  EXPECT_LT((gathered(changed) - expected - 0.7 * y * x.transpose()).norm(), 1e-13);
  EXPECT_THROW(multiply(da, da), std::invalid_argument);
  EXPECT_THROW(select_columns(da, std::vector<std::int64_t>{4, 4}), std::invalid_argument);
}

} // namespace
