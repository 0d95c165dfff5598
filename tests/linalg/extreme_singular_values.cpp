// SPDX-License-Identifier: BSD-3-Clause
// Against all singular values of the same matrices.
#include "test_matrices.hpp"

#include <pastur/linalg/extreme_singular_values.hpp>
#include <pastur/linalg/singular_values.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace pastur;
using namespace pastur::linalg;
using linalg::testing::distribute;
using linalg::testing::random_matrix;

class ExtremeSingularValuesOfAMatrix : public ::testing::Test {
protected:
  ExtremeSingularValues ends(const Eigen::MatrixXd& a, std::int32_t block = 16) {
    return extreme_singular_values(distribute(a, grid_, block));
  }
  /// Q diag(values) P^T, of `rows` rows.
  static Eigen::MatrixXd with_values(const Eigen::VectorXd& values, Eigen::Index rows) {
    const Eigen::Index n = values.size();
    const Eigen::MatrixXd q =
        Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(rows, rows, 5)).householderQ();
    const Eigen::MatrixXd p = Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(n, n, 6)).householderQ();
    return q.leftCols(n) * values.asDiagonal() * p.transpose();
  }
  static double rounding(Eigen::Index n) {
    return static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  }

  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(parallel::Communicator::world());
};

TEST_F(ExtremeSingularValuesOfAMatrix, agree_with_the_whole_spectrum_for_every_shape) {
  for (const auto& [rows, cols] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {2, 2}, {5, 1}, {7, 3}, {40, 40}, {90, 47}, {64, 64}, {151, 151}, {300, 150}}) {
    for (const std::int32_t block : {4, 64}) {
      const Eigen::MatrixXd a = random_matrix(rows, cols, 3);
      const std::vector<double> all = singular_values(distribute(a, grid_, block));
      const ExtremeSingularValues found = ends(a, block);
      EXPECT_NEAR(found.greatest, all.front(), 1e-12 * all.front()) << rows << " x " << cols;
      EXPECT_NEAR(found.least, all.back(), 1e-12 * all.front()) << rows << " x " << cols;
      EXPECT_NEAR(found.least / all.back(), 1.0, 1e-9) << rows << " x " << cols;
      EXPECT_LT(found.residual, 1e-7);
      EXPECT_GT(found.applications, 0);
    }
  }
}

TEST_F(ExtremeSingularValuesOfAMatrix, keep_the_digits_that_the_condition_number_leaves) {
  // A^T A would lose the least of these altogether.
  const Eigen::Index n = 120;
  for (const double least : {1e-6, 1e-10, 1e-13}) {
    for (const Eigen::Index rows : {n, n + n / 2}) {
      Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(n, 3.0, 0.1);
      values[n - 1] = least;
      const ExtremeSingularValues found = ends(with_values(values, rows));
      EXPECT_NEAR(found.greatest, 3.0, 1e-13);
      EXPECT_NEAR(found.least, least, 3.0 * rounding(n)) << rows << " rows";
    }
  }
}

TEST_F(ExtremeSingularValuesOfAMatrix, leave_at_most_rounding_where_the_matrix_is_deficient) {
  const Eigen::Index n = 90;
  for (const Eigen::Index rows : {n, 2 * n}) {
    for (const Eigen::Index rank : {n - 1, n / 2, Eigen::Index{1}}) {
      Eigen::VectorXd values = Eigen::VectorXd::Zero(n);
      values.head(rank) = Eigen::VectorXd::LinSpaced(rank, 1.0, 2.0);
      const ExtremeSingularValues found = ends(with_values(values, rows));
      EXPECT_NEAR(found.greatest, values.maxCoeff(), 1e-12) << rank;
      EXPECT_LE(found.least, rounding(n) * found.greatest) << "rank " << rank << ", " << rows << " rows";
      EXPECT_GE(found.least, 0.0);
    }
    Eigen::MatrixXd column_missing = random_matrix(rows, n, 8);
    column_missing.col(n / 3).setZero();
    EXPECT_EQ(ends(column_missing).least, 0.0);
    EXPECT_GT(ends(column_missing).greatest, 1.0);
    const ExtremeSingularValues zero = ends(Eigen::MatrixXd::Zero(rows, n));
    EXPECT_EQ(zero.greatest, 0.0);
    EXPECT_EQ(zero.least, 0.0);
  }
}

TEST_F(ExtremeSingularValuesOfAMatrix, scale_with_the_matrix_over_the_whole_range_of_doubles) {
  const Eigen::MatrixXd a = random_matrix(50, 50, 4);
  const ExtremeSingularValues unit = ends(a);
  for (const double factor : {0x1p-900, 0x1p+900}) {
    const ExtremeSingularValues scaled = ends(factor * a);
    EXPECT_DOUBLE_EQ(scaled.greatest / factor, unit.greatest);
    EXPECT_DOUBLE_EQ(scaled.least / factor, unit.least);
  }
  const ExtremeSingularValues identity = ends(Eigen::MatrixXd::Identity(33, 33));
  EXPECT_NEAR(identity.greatest, 1.0, 1e-14);
  EXPECT_NEAR(identity.least, 1.0, 1e-14);
}

TEST_F(ExtremeSingularValuesOfAMatrix, are_an_error_for_bad_matrices_and_without_convergence) {
  Eigen::MatrixXd a = random_matrix(30, 30, 1);
  EXPECT_THROW(
      extreme_singular_values(distribute(a, grid_, 8), {.tolerance = 1e-14, .basis = 3, .max_restarts = 1}),
      std::runtime_error);
  a(2, 7) = std::numeric_limits<double>::quiet_NaN(); // above the diagonal
  EXPECT_THROW(ends(a), std::domain_error);
  a(2, 7) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(ends(a), std::domain_error);
  EXPECT_THROW(ends(random_matrix(3, 4, 1)), std::invalid_argument);
}

} // namespace
