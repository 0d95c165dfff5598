// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/krylov_problem.hpp"
#include "support/heap_growth.hpp"
#include "support/replicated_operator.hpp"

#include <pastur/linalg/krylov_ridge.hpp>

#include <gtest/gtest.h>
#include <petscsys.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

/// A bulk in [0.5, 1.5] and `spikes` eigenvalues from 100 to 10^4 above it, with the eigenvectors of the
/// spikes.
struct Spiked {
  Eigen::MatrixXd matrix;
  Eigen::MatrixXd factor; ///< U with U U^T the spikes' part
};

Spiked spiked(Eigen::Index n, Eigen::Index spikes) {
  const Eigen::MatrixXd q =
      Eigen::HouseholderQR<Eigen::MatrixXd>(test::normal_matrix("spikes", n, n)).householderQ();
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(n, 0.5, 1.5);
  for (Eigen::Index k = 0; k < spikes; ++k) {
    spectrum(k) = std::pow(10.0, 2.0 + 2.0 * static_cast<double>(k) / static_cast<double>(spikes));
  }
  return {q * spectrum.asDiagonal() * q.transpose(),
          q.leftCols(spikes) * spectrum.head(spikes).cwiseSqrt().asDiagonal()};
}

LowRankPreconditioner preconditioner_of(const Eigen::MatrixXd& factor, double shift) {
  const auto [first, last] = even_range(factor.rows(), world().rank(), world().size());
  LowRankPreconditioner result{.shift = shift, .factor = {}, .rank = factor.cols()};
  for (Eigen::Index k = 0; k < factor.cols(); ++k) {
    result.factor.insert(result.factor.end(), factor.col(k).data() + first, factor.col(k).data() + last);
  }
  return result;
}

TEST(KrylovRidge, agrees_with_a_dense_solve_at_every_ridge) {
  for (const Eigen::Index n : {1, 3, 50, 300}) {
    const Eigen::MatrixXd x = test::normal_matrix("features", n, 2 * n);
    const Eigen::MatrixXd k = x * x.transpose() / static_cast<double>(2 * n);
    const Eigen::VectorXd y = labels(n);
    for (const double ridge : {0.0, 1e-3, 1.0, 100.0}) {
      const Eigen::MatrixXd shifted = k + ridge * Eigen::MatrixXd::Identity(n, n);
      const Eigen::VectorXd expected = shifted.llt().solve(y);
      const KrylovSolution found = krylov_ridge(test::replicated_operator(world(), k), piece(y), ridge);
      const Eigen::VectorXd alpha =
          Eigen::Map<const Eigen::VectorXd>(world().all_gather(found.coefficients).data(), n);
      EXPECT_LT((alpha - expected).norm() / expected.norm(), 5e-9) << n << " " << ridge;
      EXPECT_LE(found.residual, 1e-10);
      EXPECT_NEAR(found.residual, (shifted * alpha - y).norm() / y.norm(), 1e-14);
    }
  }
}

TEST(KrylovRidge, the_preconditioner_removes_the_spikes) {
  const auto [k, factor] = spiked(300, 12);
  const Eigen::VectorXd y = labels(300);
  const double ridge = 0.1;
  const KrylovSolution plain = krylov_ridge(test::replicated_operator(world(), k), piece(y), ridge);
  const KrylovSolution better =
      krylov_ridge(test::replicated_operator(world(), k), piece(y), ridge, preconditioner_of(factor, 1.0));
  EXPECT_GE(plain.iterations, 3 * better.iterations) << plain.iterations << " against " << better.iterations;
  RecordProperty("plain_iterations", static_cast<int>(plain.iterations));
  RecordProperty("preconditioned_iterations", static_cast<int>(better.iterations));
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < plain.coefficients.size(); ++i) {
    difference = std::max(difference, std::abs(plain.coefficients[i] - better.coefficients[i]));
    size = std::max(size, std::abs(plain.coefficients[i]));
  }
  EXPECT_LT(difference, 1e-8 * world().max(size));
}

TEST(KrylovRidge, with_the_exact_preconditioner_needs_one_step) {
  const Eigen::MatrixXd u = test::normal_matrix("low rank", 80, 6);
  const Eigen::MatrixXd k = u * u.transpose();
  const KrylovSolution found =
      krylov_ridge(test::replicated_operator(world(), k), piece(labels(80)), 0.5, preconditioner_of(u, 0.0));
  EXPECT_LE(found.iterations, 2);
}

TEST(KrylovRidge, zero_labels_have_the_zero_solution) {
  const Eigen::MatrixXd k = Eigen::MatrixXd::Identity(10, 10);
  const KrylovSolution found =
      krylov_ridge(test::replicated_operator(world(), k), piece(Eigen::VectorXd::Zero(10)), 1.0);
  for (const double value : found.coefficients) EXPECT_EQ(value, 0.0);
  EXPECT_EQ(found.residual, 0.0);
}

TEST(KrylovRidge, the_residual_is_true_for_an_ill_conditioned_system) {
  Eigen::VectorXd spectrum(200);
  for (Eigen::Index i = 0; i < 200; ++i) spectrum(i) = std::pow(10.0, -5.0 * static_cast<double>(i) / 199.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const Eigen::VectorXd y = labels(200);
  const KrylovSolution found =
      krylov_ridge(test::replicated_operator(world(), k), piece(y), 0.0, {}, {.max_iterations = 100000});
  const Eigen::VectorXd alpha =
      Eigen::Map<const Eigen::VectorXd>(world().all_gather(found.coefficients).data(), 200);
  EXPECT_LE((k * alpha - y).norm() / y.norm(), 1.1e-10);
}

TEST(KrylovRidge, an_unconverged_solve_is_an_error_that_says_how_far_it_came) {
  const auto [k, factor] = spiked(200, 10);
  std::string message;
  try {
    krylov_ridge(test::replicated_operator(world(), k), piece(labels(200)), 0.0, {}, {.max_iterations = 4});
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("4 iterations"), std::string::npos) << message;
  // Beyond what double precision can reach.
  EXPECT_THROW(
      krylov_ridge(test::replicated_operator(world(), k), piece(labels(200)), 0.0, {}, {.tolerance = 1e-20}),
      std::runtime_error);
  // Not definite, and not finite.
  EXPECT_THROW(krylov_ridge(test::replicated_operator(world(), k), piece(labels(200)), -1.0),
               std::runtime_error);
  Eigen::MatrixXd broken = k;
  broken(3, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(krylov_ridge(test::replicated_operator(world(), broken), piece(labels(200)), 0.0),
               std::runtime_error);
}

TEST(KrylovRidge, options_with_the_prefix_steer_the_solver) {
  const auto [k, factor] = spiked(100, 5);
  const KrylovOptions options{.prefix = "steered_"};
  EXPECT_NO_THROW(krylov_ridge(test::replicated_operator(world(), k), piece(labels(100)), 0.0, {}, options));
  PetscOptionsSetValue(nullptr, "-steered_ksp_max_it", "2");
  EXPECT_THROW(krylov_ridge(test::replicated_operator(world(), k), piece(labels(100)), 0.0, {}, options),
               std::runtime_error);
  PetscOptionsClearValue(nullptr, "-steered_ksp_max_it");
}

TEST(KrylovRidge, wrong_input_on_one_rank_is_an_error_on_all) {
  const Eigen::MatrixXd k = Eigen::MatrixXd::Identity(20, 20);
  const LinearOperator a = test::replicated_operator(world(), k);
  std::vector<double> y = piece(labels(20));
  if (world().rank() == world().size() - 1) y.push_back(1.0);
  EXPECT_THROW(krylov_ridge(a, y, 1.0), std::exception);
  y = piece(labels(20));
  if (world().rank() == 0) y[0] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(krylov_ridge(a, y, 1.0), std::exception);
  y = piece(labels(20));
  LowRankPreconditioner preconditioner = preconditioner_of(Eigen::MatrixXd::Ones(20, 2), 1.0);
  if (world().rank() == 0) preconditioner.factor.pop_back();
  EXPECT_THROW(krylov_ridge(a, y, 1.0, preconditioner), std::exception);
  EXPECT_THROW(krylov_ridge(a, y, 1.0, preconditioner_of(Eigen::MatrixXd::Ones(20, 2), -3.0)),
               std::exception);
  preconditioner = preconditioner_of(Eigen::MatrixXd::Ones(20, 2), 1.0);
  if (world().rank() == 0) preconditioner.factor[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(krylov_ridge(a, y, 1.0, preconditioner), std::domain_error);
}

TEST(KrylovRidge, passes_on_what_the_operator_throws_on_one_rank) {
  const Eigen::MatrixXd k = spiked(60, 5).matrix;
  LinearOperator a = test::replicated_operator(world(), k);
  const auto product = a.apply;
  int calls = 0;
  a.apply = [&](std::span<const double> x, std::span<double> y) {
    product(x, y);
    if (++calls == 5 && world().rank() == world().size() - 1) throw std::range_error("only here");
  };
  std::string message;
  try {
    krylov_ridge(a, piece(labels(60)), 0.0);
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("only here"), std::string::npos) << message;
}

TEST(KrylovRidge, leaves_no_memory_behind) {
  const auto [k, factor] = spiked(24, 8);
  const LinearOperator good = test::replicated_operator(world(), k);
  LinearOperator bad = good;
  bad.apply = [](std::span<const double>, std::span<double>) { throw std::domain_error("no product"); };
  const std::vector<double> y = piece(labels(24));
  const LowRankPreconditioner preconditioner = preconditioner_of(factor, 1.0);
  const double growth = testing_support::least_heap_growth(40, [&] {
    krylov_ridge(good, y, 0.1, preconditioner);
    EXPECT_THROW(krylov_ridge(bad, y, 0.1, preconditioner), std::domain_error);
  });
  EXPECT_LT(growth, testing_support::no_leak);
}

} // namespace
} // namespace pastur::linalg
