// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/linalg/tridiagonal_vectors.hpp"
#include "test_matrices.hpp"

#include <pastur/linalg/spectrum.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using namespace testing;

Eigen::VectorXd plain_eigenvalues(const Eigen::MatrixXd& a) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a, Eigen::EigenvaluesOnly).eigenvalues();
}

class SpectrumTest : public ::testing::Test {
protected:
  std::vector<Eigensolver> solvers() const {
    std::vector<Eigensolver> all = {Eigensolver::automatic, Eigensolver::two_stages, Eigensolver::scalapack,
                                    Eigensolver::elpa};
    if (world_.size() == 1) all.push_back(Eigensolver::lapack);
    return all;
  }
  void expect_decomposition(const Eigen::MatrixXd& a, const EigenDecomposition& found,
                            const std::string& what) const {
    const Eigen::MatrixXd v = gathered(found.vectors);
    const Eigen::VectorXd values = as_vector(found.values);
    const double scale = 1.0 + a.cwiseAbs().rowwise().sum().maxCoeff();
    EXPECT_LT((values - plain_eigenvalues(a)).cwiseAbs().maxCoeff(), 1e-13 * scale) << what;
    EXPECT_LT((v.transpose() * v - Eigen::MatrixXd::Identity(a.rows(), a.cols())).cwiseAbs().maxCoeff(),
              1e-12)
        << what;
    EXPECT_LT((a * v - v * values.asDiagonal()).cwiseAbs().maxCoeff(), 1e-12 * scale) << what;
  }

  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(SpectrumTest, all_solvers_find_the_plain_eigenvalues) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = random_symmetric(shape.n, 17);
    const Eigen::VectorXd expected = plain_eigenvalues(a);
    for (const Eigensolver solver : solvers()) {
      const std::vector<double> found = eigenvalues(distribute_lower(a, grid_, shape.block), solver);
      ASSERT_EQ(found.size(), static_cast<std::size_t>(shape.n));
      EXPECT_LT((as_vector(found) - expected).cwiseAbs().maxCoeff(),
                1e-13 * (1.0 + std::sqrt(static_cast<double>(shape.n))))
          << shape.n << " solver " << static_cast<int>(solver);
    }
  }
}

TEST_F(SpectrumTest, all_solvers_find_orthonormal_eigenvectors) {
  for (const Shape& shape : square_shapes()) {
    const Eigen::MatrixXd a = random_symmetric(shape.n, 18);
    for (const Eigensolver solver : solvers()) {
      const EigenDecomposition found = eigen_decomposition(distribute_lower(a, grid_, shape.block), solver);
      expect_decomposition(a, found, found.route + ", n = " + std::to_string(shape.n));
      EXPECT_EQ(found.vectors.block(), shape.block);
    }
  }
}

TEST_F(SpectrumTest, vectors_of_large_matrices_come_from_elpa_on_teams) {
  const std::int64_t n = 1000;
  const Eigen::MatrixXd a = random_symmetric(n, 26);
  const EigenDecomposition found = eigen_decomposition(distribute_lower(a, grid_, 64));
  EXPECT_EQ(found.route.rfind(world_.size() == 1 ? "LAPACK" : "ELPA", 0), 0U) << found.route;
  // All columns would take long beside Eigen: every hundredth.
  const Eigen::MatrixXd vectors = gathered(found.vectors);
  for (std::int64_t k = 0; k < n; k += 100) {
    const Eigen::VectorXd v = vectors.col(k);
    EXPECT_LT((a * v - found.values[static_cast<std::size_t>(k)] * v).norm(), 1e-11);
    Eigen::VectorXd overlaps = vectors.transpose() * v;
    overlaps(k) -= 1.0;
    EXPECT_LT(overlaps.norm(), 1e-11);
  }
  const double trace = as_vector(found.values).sum();
  EXPECT_NEAR(trace, a.trace(), 1e-10);
}

TEST_F(SpectrumTest, degenerate_matrices_are_decomposed_too) {
  const std::int64_t n = 41;
  const Eigen::MatrixXd rank_three = gram_of(n, 3, 19);
  for (const Eigen::MatrixXd& a :
       {Eigen::MatrixXd(Eigen::MatrixXd::Identity(n, n)), Eigen::MatrixXd(Eigen::MatrixXd::Zero(n, n)),
        rank_three, Eigen::MatrixXd(Eigen::MatrixXd::Constant(n, n, 1e-200)),
        Eigen::MatrixXd(1e150 * rank_three)}) {
    for (const Eigensolver solver : solvers()) {
      const EigenDecomposition found = eigen_decomposition(distribute_lower(a, grid_, 8), solver);
      expect_decomposition(a, found,
                           found.route + ", largest element " + std::to_string(a.cwiseAbs().maxCoeff()));
    }
  }
}

TEST_F(SpectrumTest, a_thin_grid_gives_the_same_spectrum) {
  const Eigen::MatrixXd a = random_symmetric(60, 20);
  for (const int rows : {1, world_.size()}) {
    const std::shared_ptr<const ProcessGrid> grid = ProcessGrid::create(world_, rows);
    for (const Eigensolver solver : solvers()) {
      const EigenDecomposition found = eigen_decomposition(distribute_lower(a, grid, 8), solver);
      expect_decomposition(a, found, found.route + " on " + std::to_string(rows) + " rows");
    }
  }
}

TEST_F(SpectrumTest, the_second_routes_agree_with_the_first) {
  const DenseLibrary library = world_.size() == 1 ? DenseLibrary::lapack : DenseLibrary::scalapack;
  for (const Shape& shape : square_shapes()) {
    Tridiagonal t;
    t.diagonal = as_std(random_vector(shape.n, 21));
    t.off = as_std(random_vector(shape.n - 1, 22));
    Eigen::MatrixXd dense = as_vector(t.diagonal).asDiagonal();
    for (std::int64_t i = 0; i + 1 < shape.n; ++i)
      dense(i, i + 1) = dense(i + 1, i) = t.off[static_cast<std::size_t>(i)];
    const Eigen::VectorXd expected = plain_eigenvalues(dense);
    EXPECT_LT((as_vector(tridiagonal_eigenvalues(t)) - expected).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT(
        (as_vector(tridiagonal_eigenvalues(t, TridiagonalRoute::second)) - expected).cwiseAbs().maxCoeff(),
        1e-13);
    // Without a row per process ELPA, the second route on several ranks, has nothing to offer.
    if (shape.n < grid_->cols()) continue;
    TridiagonalVectors found = tridiagonal_vectors(t, grid_, shape.block, library, TridiagonalRoute::second);
    EXPECT_EQ(found.method, world_.size() == 1 ? "DSTEQR" : "ELPA");
    expect_decomposition(dense, {std::move(found.values), std::move(found.vectors), ""}, found.method);
  }
}

TEST_F(SpectrumTest, nan_and_infinity_are_refused) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Eigen::MatrixXd a = random_symmetric(20, 23);
    a(19, 0) = bad;
    for (const Eigensolver solver : solvers()) {
      EXPECT_THROW(eigenvalues(distribute_lower(a, grid_, 4), solver), std::domain_error);
      EXPECT_THROW(eigen_decomposition(distribute_lower(a, grid_, 4), solver), std::domain_error);
    }
  }
}

TEST_F(SpectrumTest, lapack_is_refused_on_several_ranks) {
  if (world_.size() == 1) GTEST_SKIP() << "one rank";
  EXPECT_THROW(eigenvalues(BlockCyclicMatrix(grid_, 4, 4, 2), Eigensolver::lapack), std::invalid_argument);
}

} // namespace

} // namespace pastur::linalg
