// SPDX-License-Identifier: BSD-3-Clause
// Against Eigen's dense eigensolver on matrices that every rank holds.
#include "../../src/linalg/block_lanczos.hpp"

#include "support/replicated_operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

const parallel::Communicator& world() {
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

/// All Ritz vectors, whole, on every rank.
Eigen::MatrixXd ritz_basis(BlockLanczos& lanczos, Eigen::Index n) {
  const std::size_t count = lanczos.ritz().size();
  Eigen::MatrixXd u(n, static_cast<Eigen::Index>(count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<double> mine = lanczos.ritz_vector(i);
    const std::vector<double> whole = world().all_gather(std::span<const double>(mine));
    u.col(static_cast<Eigen::Index>(i)) = Eigen::Map<const Eigen::VectorXd>(whole.data(), n);
  }
  return u;
}

void expect_true_pairs(BlockLanczos& lanczos, const Eigen::MatrixXd& matrix, const std::string& what) {
  const Eigen::MatrixXd u = ritz_basis(lanczos, matrix.rows());
  const RitzPairs& ritz = lanczos.ritz();
  EXPECT_LT((u.transpose() * u - Eigen::MatrixXd::Identity(u.cols(), u.cols())).cwiseAbs().maxCoeff(), 1e-13)
      << what;
  for (std::size_t i = 0; i < ritz.size(); ++i) {
    const Eigen::VectorXd v = u.col(static_cast<Eigen::Index>(i));
    EXPECT_NEAR((matrix * v - ritz.values[i] * v).norm(), ritz.residuals[i], 1e-12) << what << " " << i;
  }
}

TEST(BlockLanczos, keeps_an_orthonormal_basis_and_knows_its_residuals) {
  const Eigen::MatrixXd matrix = test::symmetric_with(Eigen::VectorXd::LinSpaced(90, -1.0, 2.0));
  const LinearOperator a = test::replicated_operator(world(), matrix);
  for (const std::int64_t block : {1, 2, 5}) {
    BlockLanczos lanczos(a, lanczos_start(a, block), block);
    for (int step = 0; step < 6; ++step) lanczos.expand();
    EXPECT_EQ(lanczos.size(), 6 * block);
    EXPECT_EQ(lanczos.applications(), 6 * block);
    expect_true_pairs(lanczos, matrix, "block " + std::to_string(block));
    lanczos.restart(1, 2);
    EXPECT_EQ(lanczos.size(), std::min<std::int64_t>(3, 6 * block));
    expect_true_pairs(lanczos, matrix, "restarted, block " + std::to_string(block));
    for (int step = 0; step < 4; ++step) lanczos.expand();
    expect_true_pairs(lanczos, matrix, "after a restart, block " + std::to_string(block));
  }
}

TEST(BlockLanczos, error_bounds_hold_on_the_way) {
  const Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(120, 0.1, 1.0);
  const Eigen::MatrixXd matrix = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), matrix);
  BlockLanczos lanczos(a, lanczos_start(a, 2), 2);
  double last = 1.0;
  while (last > 1e-13 && !lanczos.invariant()) {
    lanczos.expand();
    const RitzPairs& ritz = lanczos.ritz();
    last = std::max(ritz.least_error(), ritz.greatest_error());
    if (last > 1e-3) continue; // no gap is resolved yet
    EXPECT_LE(std::abs(ritz.values.front() - spectrum(0)), ritz.least_error() + 1e-14) << lanczos.size();
    EXPECT_LE(std::abs(ritz.values.back() - spectrum(119)), ritz.greatest_error() + 1e-14) << lanczos.size();
  }
  EXPECT_LE(last, 1e-13);
}

TEST(BlockLanczos, ends_with_an_invariant_subspace) {
  // Three eigenvalues: three vectors and no more, or three blocks while they have room.
  Eigen::VectorXd spectrum(30);
  for (Eigen::Index i = 0; i < 30; ++i) spectrum(i) = static_cast<double>(i % 3);
  const Eigen::MatrixXd matrix = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), matrix);
  for (const std::int64_t block : {1, 4, 16}) {
    BlockLanczos lanczos(a, lanczos_start(a, block), block);
    for (int step = 0; step < 40; ++step) lanczos.expand();
    EXPECT_TRUE(lanczos.invariant()) << block;
    EXPECT_EQ(lanczos.size(), std::min<std::int64_t>(3 * block, 30));
    EXPECT_NEAR(lanczos.ritz().values.front(), 0.0, 1e-13);
    EXPECT_NEAR(lanczos.ritz().values.back(), 2.0, 1e-13);
    EXPECT_EQ(lanczos.ritz().greatest_error(), 0.0);
  }
  const Eigen::MatrixXd one = Eigen::MatrixXd::Constant(1, 1, 7.0);
  const LinearOperator small = test::replicated_operator(world(), one);
  BlockLanczos single(small, lanczos_start(small, 3), 3);
  single.expand();
  EXPECT_TRUE(single.invariant());
  EXPECT_DOUBLE_EQ(single.ritz().values.front(), 7.0);
}

TEST(BlockLanczos, refuses_sizes_that_do_not_fit_and_products_that_are_not_finite) {
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(12, 12);
  LinearOperator a = test::replicated_operator(world(), matrix);
  std::vector<double> start = lanczos_start(a, 2);
  EXPECT_THROW(BlockLanczos(a, start, 0), std::invalid_argument);
  if (world().rank() == world().size() - 1) start.push_back(1.0);
  EXPECT_THROW(BlockLanczos(a, start, 2), std::invalid_argument);
  matrix(3, 4) = std::numeric_limits<double>::quiet_NaN();
  BlockLanczos lanczos(a, lanczos_start(a, 1), 1);
  EXPECT_THROW(lanczos.expand(), std::runtime_error);
  a.global_size = 13;
  EXPECT_THROW(BlockLanczos(a, lanczos_start(a, 1), 1), std::invalid_argument);
}

} // namespace
} // namespace pastur::linalg
