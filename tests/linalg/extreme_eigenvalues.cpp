// SPDX-License-Identifier: BSD-3-Clause
// Against Eigen's dense eigensolver on matrices that every rank holds.
#include "support/replicated_operator.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>

#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

const parallel::Communicator& world() {
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

BlockCyclicMatrix distributed(const Eigen::MatrixXd& matrix, std::int32_t block) {
  BlockCyclicMatrix result(ProcessGrid::create(world()), matrix.rows(), matrix.cols(), block);
  result.assign([&](std::int64_t i, std::int64_t j) {
    return i >= j ? matrix(i, j) : std::numeric_limits<double>::quiet_NaN();
  });
  return result;
}

Eigen::MatrixXd wishart(Eigen::Index n, Eigen::Index samples) {
  const Eigen::MatrixXd x = test::normal_matrix("wishart", n, samples);
  return x * x.transpose() / static_cast<double>(samples);
}

Eigen::VectorXd spectrum_of(const Eigen::MatrixXd& matrix) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues();
}

void expect_extremes(const Eigen::MatrixXd& matrix, double tolerance, const std::string& what) {
  const Eigen::VectorXd expected = spectrum_of(matrix);
  const double scale = expected.cwiseAbs().maxCoeff();
  const ExtremeEigenvalues found = extreme_eigenvalues(test::replicated_operator(world(), matrix));
  EXPECT_NEAR(found.lambda_min, expected.minCoeff(), tolerance * scale) << what;
  EXPECT_NEAR(found.lambda_max, expected.maxCoeff(), tolerance * scale) << what;
  EXPECT_GT(found.applications, 0) << what;
  EXPECT_LT(found.residual, 2e-8) << what;
}

TEST(ExtremeEigenvaluesOfAnOperator, agree_with_the_dense_spectrum) {
  expect_extremes(wishart(300, 500), 1e-11, "definite");
  expect_extremes(-wishart(150, 300), 1e-11, "negative definite");
  const Eigen::MatrixXd g = test::normal_matrix("wigner", 200, 200);
  expect_extremes(g + g.transpose(), 1e-11, "indefinite");
  expect_extremes(wishart(120, 60), 1e-11, "singular");
}

TEST(ExtremeEigenvaluesOfAnOperator, are_found_for_the_smallest_sizes) {
  for (Eigen::Index n = 1; n <= 7; ++n) {
    expect_extremes(wishart(n, 2 * n), 1e-12, "size " + std::to_string(n));
    expect_extremes(Eigen::MatrixXd::Identity(n, n), 1e-12, "identity of size " + std::to_string(n));
    expect_extremes(Eigen::MatrixXd::Zero(n, n), 1e-12, "zero of size " + std::to_string(n));
  }
}

TEST(ExtremeEigenvaluesOfAnOperator, resolve_a_small_least_eigenvalue) {
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(200, 1.0, 2.0);
  spectrum(0) = 1e-3;
  const Eigen::MatrixXd matrix = test::symmetric_with(spectrum);
  const ExtremeEigenvalues found = extreme_eigenvalues(test::replicated_operator(world(), matrix));
  EXPECT_NEAR(found.lambda_min / 1e-3, 1.0, 1e-11);
  EXPECT_NEAR(found.lambda_max / 2.0, 1.0, 1e-13);
}

TEST(ExtremeEigenvaluesOfAnOperator, that_do_not_converge_are_an_error) {
  const Eigen::MatrixXd matrix = test::symmetric_with(Eigen::VectorXd::LinSpaced(300, 1.0, 2.0));
  EXPECT_THROW(
      extreme_eigenvalues(test::replicated_operator(world(), matrix), {.basis = 5, .max_restarts = 2}),
      std::runtime_error);
  EXPECT_NO_THROW(extreme_eigenvalues(test::replicated_operator(world(), matrix)));
}

TEST(ExtremeEigenvaluesOfAnOperator, pass_on_what_the_operator_throws) {
  LinearOperator failing = test::replicated_operator(world(), Eigen::MatrixXd());
  failing.global_size = world().size();
  failing.local_size = 1;
  int calls = 0;
  failing.apply = [&](std::span<const double> x, std::span<double> y) {
    if (++calls > 1) throw std::domain_error("the second product");
    y[0] = x[0];
  };
  if (world().size() > 1) {
    EXPECT_THROW(extreme_eigenvalues(failing), std::domain_error);
  }
  // Thrown on the last rank alone: an exception on all, with its text.
  const int last = world().size() - 1;
  failing.apply = [&](std::span<const double>, std::span<double>) {
    if (world().rank() == last) throw std::range_error("only here");
  };
  std::string message;
  try {
    extreme_eigenvalues(failing);
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("only here"), std::string::npos) << message;
}

TEST(LeadingEigenvaluesOfAnOperator, agree_with_the_dense_spectrum) {
  // The second has rank 4: the values after its fourth are 0.
  for (const Eigen::Index samples : {300, 4}) {
    const Eigen::MatrixXd matrix = wishart(150, samples);
    const Eigen::VectorXd expected = spectrum_of(matrix);
    const double norm = expected[149];
    for (const std::int64_t count : {1, 6}) {
      const LeadingEigenvalues found = leading_eigenvalues(test::replicated_operator(world(), matrix), count);
      ASSERT_EQ(static_cast<std::int64_t>(found.values.size()), count);
      for (std::int64_t i = 0; i < count; ++i)
        EXPECT_NEAR(found.values[static_cast<std::size_t>(i)], expected[149 - i], 1e-10 * norm) << i;
      EXPECT_LT(found.residual, 2e-8);
    }
  }
  const Eigen::MatrixXd small = wishart(3, 6);
  EXPECT_EQ(leading_eigenvalues(test::replicated_operator(world(), small), 3).values.size(), 3U);
  EXPECT_THROW(leading_eigenvalues(test::replicated_operator(world(), small), 4), std::invalid_argument);
  EXPECT_THROW(leading_eigenvalues(test::replicated_operator(world(), small), 0), std::invalid_argument);
}

TEST(ExtremeEigenvaluesOfAnOperator, with_inconsistent_sizes_are_refused) {
  const Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(8, 8);
  LinearOperator a = test::replicated_operator(world(), matrix);
  a.global_size = 9;
  EXPECT_THROW(extreme_eigenvalues(a), std::invalid_argument);
  a.global_size = 0;
  a.local_size = 0;
  EXPECT_THROW(extreme_eigenvalues(a), std::invalid_argument);
}

TEST(ExtremeEigenvaluesOfAMatrix, agree_with_the_dense_spectrum_for_every_block_size) {
  for (const std::int32_t block : {3, 16, 64}) {
    for (const Eigen::Index n : {1, 2, 5, 67, 200}) {
      const Eigen::MatrixXd matrix = wishart(n, n + n / 4 + 1);
      const Eigen::VectorXd expected = spectrum_of(matrix);
      const ExtremeEigenvalues found = extreme_eigenvalues(distributed(matrix, block));
      EXPECT_NEAR(found.lambda_min / expected(0), 1.0, 1e-10) << n << " " << block;
      EXPECT_NEAR(found.lambda_max / expected(n - 1), 1.0, 1e-12) << n << " " << block;
      EXPECT_LT(found.residual, 2e-8);
    }
  }
}

TEST(ExtremeEigenvaluesOfAMatrix, resolve_a_tiny_least_eigenvalue_in_few_products) {
  // The condition number 1e8 leaves the least eigenvalue eight digits in double precision.
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(250, 0.1, 1.0);
  spectrum(0) = 1e-8;
  const ExtremeEigenvalues found = extreme_eigenvalues(distributed(test::symmetric_with(spectrum), 16));
  EXPECT_NEAR(found.lambda_min / 1e-8, 1.0, 1e-7);
  EXPECT_NEAR(found.lambda_max, 1.0, 1e-13);
}

TEST(ExtremeEigenvaluesOfAMatrix, that_is_not_positive_definite_or_not_finite_are_refused) {
  Eigen::MatrixXd matrix = wishart(40, 80);
  matrix(20, 20) = -1.0;
  EXPECT_THROW(extreme_eigenvalues(distributed(matrix, 8)), std::domain_error);
  matrix(20, 20) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(extreme_eigenvalues(distributed(matrix, 8)), std::domain_error);
}

TEST(ExtremeEigenvalues, leave_no_memory_behind) {
  const Eigen::MatrixXd matrix = wishart(24, 48);
  const LinearOperator good = test::replicated_operator(world(), matrix);
  LinearOperator bad = good;
  bad.apply = [](std::span<const double>, std::span<double>) { throw std::domain_error("no product"); };
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      extreme_eigenvalues(good);
      extreme_eigenvalues(distributed(matrix, 8));
      EXPECT_THROW(extreme_eigenvalues(bad), std::domain_error);
    }
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
  };
  const double before = rounds(5);
  const double after = rounds(20);
  // MPI's own buffers breathe by some KB; the smallest object of PETSc, leaked once a solve, would be far
  // above this.
  EXPECT_LT(after - before, 32e3);
}

} // namespace
} // namespace pastur::linalg
