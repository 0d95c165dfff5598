// SPDX-License-Identifier: BSD-3-Clause
// Against Eigen's dense eigensolver on matrices that every rank holds.
#include "support/heap_growth.hpp"
#include "support/replicated_operator.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
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

TEST(ExtremeEigenvaluesOfAnOperator, are_found_with_restarts_of_a_small_basis) {
  const Eigen::MatrixXd matrix = wishart(200, 500);
  const Eigen::VectorXd expected = spectrum_of(matrix);
  const ExtremeEigenvalues found =
      extreme_eigenvalues(test::replicated_operator(world(), matrix), {.largest_basis = 20});
  EXPECT_NEAR(found.lambda_min, expected(0), 1e-11);
  EXPECT_NEAR(found.lambda_max, expected(199), 1e-11);
  EXPECT_GT(found.applications, 40);
}

TEST(ExtremeEigenvaluesOfAnOperator, that_do_not_converge_are_an_error) {
  const Eigen::MatrixXd matrix = test::symmetric_with(Eigen::VectorXd::LinSpaced(300, 1.0, 2.0));
  EXPECT_THROW(extreme_eigenvalues(test::replicated_operator(world(), matrix),
                                   {.largest_basis = 5, .max_restarts = 2}),
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
    y[0] = (1.0 + world().rank()) * x[0]; // one product would do for the identity
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

/// Against the dense spectrum, to what rounding of the greatest eigenvalue leaves of the least.
void expect_ends(const Eigen::VectorXd& spectrum, const std::string& what, double cluster = 0.0) {
  const double least = spectrum.minCoeff();
  const double greatest = spectrum.maxCoeff();
  const ExtremeEigenvalues found = extreme_eigenvalues(distributed(test::symmetric_with(spectrum), 16));
  const double rounding = 1e-14 * greatest + cluster;
  EXPECT_NEAR(found.lambda_min, least, 1e-11 * least + rounding) << what;
  EXPECT_NEAR(found.lambda_max, greatest, 1e-11 * greatest + cluster) << what;
  EXPECT_LE(found.residual, 1e-12) << what;
}

TEST(ExtremeEigenvaluesOfAMatrix, are_found_in_clusters_and_with_multiplicity) {
  constexpr Eigen::Index n = 150;
  const Eigen::VectorXd bulk = Eigen::VectorXd::LinSpaced(n, 1.0, 3.0);
  for (const double apart : {0.0, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4}) {
    for (const Eigen::Index together : {2, 5}) {
      Eigen::VectorXd spectrum = bulk;
      for (Eigen::Index k = 0; k < together; ++k) {
        spectrum(k) = 1.0 + apart * static_cast<double>(k);
        spectrum(n - 1 - k) = 3.0 - apart * static_cast<double>(k);
      }
      // Within the resolution any value of the cluster will do.
      const double width = apart * static_cast<double>(together - 1);
      expect_ends(spectrum, fmt::format("{} eigenvalues {} apart", together, apart),
                  apart <= ExtremeOptions{}.resolution ? width : 0.0);
    }
  }
  expect_ends(Eigen::VectorXd::Constant(40, 2.5), "one eigenvalue");
  Eigen::VectorXd two = Eigen::VectorXd::Constant(40, 2.5);
  two.head(20).setConstant(0.5);
  expect_ends(two, "two eigenvalues");
}

TEST(ExtremeEigenvaluesOfAMatrix, are_found_for_every_condition_number) {
  constexpr Eigen::Index n = 160;
  for (const double condition : {1e2, 1e4, 1e6, 1e8, 1e10, 1e12}) {
    // Geometric: dense at the lower end; one alone far below a bulk; a lower bulk far below the upper one.
    Eigen::VectorXd spectrum =
        (Eigen::VectorXd::LinSpaced(n, -std::log(condition), 0.0)).array().exp().matrix();
    expect_ends(spectrum, fmt::format("geometric, condition {}", condition));
    spectrum = Eigen::VectorXd::LinSpaced(n, 0.5, 1.0);
    spectrum(0) = 1.0 / condition;
    expect_ends(spectrum, fmt::format("one alone, condition {}", condition));
    spectrum.head(n / 2) = Eigen::VectorXd::LinSpaced(n / 2, 1.0, 1.5) / condition;
    expect_ends(spectrum, fmt::format("two bulks, condition {}", condition));
  }
}

TEST(ExtremeEigenvaluesOfAMatrix, take_fewer_products_at_a_dense_edge_than_the_matrix_has_rows) {
  for (const Eigen::Index samples : {410, 500, 1600}) {
    const Eigen::MatrixXd matrix = wishart(400, samples);
    const Eigen::VectorXd expected = spectrum_of(matrix);
    const ExtremeEigenvalues found = extreme_eigenvalues(distributed(matrix, 32));
    EXPECT_NEAR(found.lambda_min / expected(0), 1.0, 1e-10) << samples;
    EXPECT_NEAR(found.lambda_max / expected(399), 1.0, 1e-11) << samples;
    EXPECT_LT(found.applications, 120) << samples;
  }
}

TEST(ExtremeEigenvaluesOfAMatrix, that_is_not_positive_definite_or_not_finite_are_refused) {
  Eigen::MatrixXd matrix = wishart(40, 80);
  matrix(20, 20) = -1.0;
  EXPECT_THROW(extreme_eigenvalues(distributed(matrix, 8)), std::domain_error);
  // By little: the bound that Lanczos finds is refused first, then the matrix.
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(40, 1.0, 2.0);
  spectrum(0) = -1e-10;
  EXPECT_THROW(extreme_eigenvalues(distributed(test::symmetric_with(spectrum), 8)), std::domain_error);
  matrix(20, 20) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(extreme_eigenvalues(distributed(matrix, 8)), std::domain_error);
}

TEST(ExtremeEigenvalues, leave_no_memory_behind) {
  const Eigen::MatrixXd matrix = wishart(24, 48);
  const LinearOperator good = test::replicated_operator(world(), matrix);
  LinearOperator bad = good;
  bad.apply = [](std::span<const double>, std::span<double>) { throw std::domain_error("no product"); };
  const double growth = testing_support::least_heap_growth(20, [&] {
    extreme_eigenvalues(good);
    extreme_eigenvalues(distributed(matrix, 8));
    EXPECT_THROW(extreme_eigenvalues(bad), std::domain_error);
  });
  EXPECT_LT(growth, testing_support::no_leak);
}

} // namespace
} // namespace pastur::linalg
