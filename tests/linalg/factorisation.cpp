// SPDX-License-Identifier: BSD-3-Clause
#include "test_matrices.hpp"

#include <pastur/linalg/factorisation.hpp>
#include <pastur/linalg/spectrum.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using namespace testing;

Eigen::MatrixXd positive_definite(std::int64_t n, std::uint64_t seed) {
  return gram_of(n, 2 * n, seed) + 0.1 * Eigen::MatrixXd::Identity(n, n);
}

class FactorisationTest : public ::testing::Test {
protected:
  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(FactorisationTest, cholesky_factor_agrees_with_the_plain_one) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = positive_definite(shape.n, 8);
    BlockCyclicMatrix factor = distribute_lower(a, grid_, shape.block);
    ASSERT_TRUE(cholesky(factor));
    const Eigen::MatrixXd expected = a.llt().matrixL();
    const Eigen::MatrixXd found = gathered(factor).triangularView<Eigen::Lower>();
    EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-12) << shape.n;
  }
}

TEST_F(FactorisationTest, solutions_satisfy_their_equations) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = positive_definite(shape.n, 9);
    const Eigen::MatrixXd x = random_matrix(shape.n, 3, 10);
    const Eigen::MatrixXd b = a * x;
    std::vector<double> values(b.data(), b.data() + b.size());
    BlockCyclicMatrix factor = distribute_lower(a, grid_, shape.block);
    ASSERT_TRUE(cholesky(factor));
    cholesky_solve(factor, values, 3);
    EXPECT_LT((as_vector(values) - x.reshaped()).cwiseAbs().maxCoeff(), 1e-11) << shape.n;
    EXPECT_THROW(cholesky_solve(factor, values, 4), std::invalid_argument);
  }
}

TEST_F(FactorisationTest, an_indefinite_matrix_is_reported_on_every_rank) {
  for (const Shape& shape : square_shapes()) {
    Eigen::MatrixXd a = positive_definite(shape.n, 11);
    a(shape.n - 1, shape.n - 1) = -1.0;
    BlockCyclicMatrix factor = distribute_lower(a, grid_, shape.block);
    EXPECT_FALSE(cholesky(factor)) << shape.n;
  }
}

TEST_F(FactorisationTest, nan_and_infinity_are_refused) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Eigen::MatrixXd a = positive_definite(20, 12);
    BlockCyclicMatrix good = distribute_lower(a, grid_, 4);
    a(17, 3) = bad;
    BlockCyclicMatrix factor = distribute_lower(a, grid_, 4);
    EXPECT_THROW(cholesky(factor), std::domain_error);
    EXPECT_THROW(reduce_generalised(factor, good), std::domain_error);
  }
  BlockCyclicMatrix oblong(grid_, 4, 5, 2);
  EXPECT_THROW(cholesky(oblong), std::invalid_argument);
}

TEST_F(FactorisationTest, reduced_pencil_has_the_generalised_eigenvalues) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = random_symmetric(shape.n, 13);
    const Eigen::MatrixXd b = positive_definite(shape.n, 14);
    BlockCyclicMatrix factor = distribute_lower(b, grid_, shape.block);
    ASSERT_TRUE(cholesky(factor));
    BlockCyclicMatrix reduced = distribute_lower(a, grid_, shape.block);
    reduce_generalised(reduced, factor);
    const Eigen::MatrixXd l = b.llt().matrixL();
    const Eigen::MatrixXd half = l.triangularView<Eigen::Lower>().solve(a);
    const Eigen::MatrixXd expected = l.triangularView<Eigen::Lower>().solve(half.transpose());
    const Eigen::MatrixXd difference = gathered(reduced) - expected;
    const Eigen::MatrixXd lower = difference.triangularView<Eigen::Lower>();
    EXPECT_LT(lower.cwiseAbs().maxCoeff(), 1e-11 * (1.0 + expected.cwiseAbs().maxCoeff())) << shape.n;
    const Eigen::VectorXd values =
        Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXd>(a, b, Eigen::EigenvaluesOnly).eigenvalues();
    EXPECT_LT((as_vector(eigenvalues(std::move(reduced))) - values).cwiseAbs().maxCoeff(),
              1e-11 * (1.0 + values.cwiseAbs().maxCoeff()));
  }
}

TEST_F(FactorisationTest, a_pencil_on_two_layouts_is_refused) {
  BlockCyclicMatrix a = distribute_lower(positive_definite(12, 15), grid_, 4);
  const BlockCyclicMatrix factor = distribute_lower(positive_definite(12, 16), grid_, 3);
  EXPECT_THROW(reduce_generalised(a, factor), std::invalid_argument);
}

} // namespace

} // namespace pastur::linalg
