// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/krylov_problem.hpp"
#include "support/heap_growth.hpp"
#include "support/replicated_operator.hpp"

#include <pastur/linalg/krylov_ridge_block.hpp>
#include <pastur/linalg/nystrom.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <petscsys.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

namespace pastur::linalg {
namespace {

/// This rank's rows of every column.
std::vector<double> pieces(const Eigen::MatrixXd& whole) {
  std::vector<double> local;
  for (Eigen::Index j = 0; j < whole.cols(); ++j) {
    const std::vector<double> column = piece(whole.col(j));
    local.insert(local.end(), column.begin(), column.end());
  }
  return local;
}

/// The solution, whole, on every rank.
Eigen::MatrixXd gathered(const KrylovBlockSolution& found, Eigen::Index n, Eigen::Index columns) {
  const auto [first, last] = even_range(n, world().rank(), world().size());
  const auto rows = static_cast<std::size_t>(last - first);
  Eigen::MatrixXd whole(n, columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    const std::vector<double> column =
        world().all_gather(std::span(found.coefficients).subspan(static_cast<std::size_t>(j) * rows, rows));
    whole.col(j) = Eigen::Map<const Eigen::VectorXd>(column.data(), n);
  }
  return whole;
}

Eigen::MatrixXd right_hand_sides(Eigen::Index n, Eigen::Index columns) {
  return test::normal_matrix("right-hand sides", n, columns);
}

/// n eigenvalues in [0.5, 1.5], but for `outliers` from 100 to 10^4.
Eigen::MatrixXd with_outliers(Eigen::Index n, Eigen::Index outliers) {
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(n, 0.5, 1.5);
  for (Eigen::Index i = 0; i < outliers; ++i)
    spectrum(i) = std::pow(10.0, 2.0 + 2.0 * static_cast<double>(i) / static_cast<double>(outliers));
  return test::symmetric_with(spectrum);
}

LowRankPreconditioner sketched(const LinearOperator& k) {
  return nystrom_preconditioner(k, random::Streams("block test").stream("Omega"));
}

void expect_solution(const Eigen::MatrixXd& k, double ridge, const Eigen::MatrixXd& y,
                     const KrylovBlockSolution& found) {
  const Eigen::Index n = k.rows();
  const Eigen::MatrixXd shifted = k + ridge * Eigen::MatrixXd::Identity(n, n);
  const Eigen::LLT<Eigen::MatrixXd> factor(shifted);
  const Eigen::MatrixXd alpha = gathered(found, n, y.cols());
  const Eigen::VectorXd eigenvalues = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(shifted).eigenvalues();
  double worst = 0.0, rounding = 0.0; // of a residual
  for (Eigen::Index j = 0; j < y.cols(); ++j) {
    const Eigen::VectorXd expected = factor.solve(y.col(j));
    // What the residual allows, with room for the rounding of both.
    const double allowed = 1.1e-10 * y.col(j).norm() / eigenvalues(0) + 1e-11 * expected.norm();
    EXPECT_LE((alpha.col(j) - expected).norm(), allowed) << j;
    if (y.col(j).norm() == 0.0) continue;
    worst = std::max(worst, (shifted * alpha.col(j) - y.col(j)).norm() / y.col(j).norm());
    rounding = std::max(rounding, 4e-16 * eigenvalues(n - 1) * alpha.col(j).norm() / y.col(j).norm());
  }
  EXPECT_LE(found.residual, 1e-10);
  EXPECT_NEAR(found.residual, worst, rounding);
}

TEST(KrylovRidgeBlock, agrees_with_cholesky_for_blocks_of_any_shape) {
  for (const Eigen::Index n : {1, 2, 7, 50, 211}) {
    const Eigen::MatrixXd x = test::normal_matrix("features", n, 2 * n);
    const Eigen::MatrixXd k = x * x.transpose() / static_cast<double>(2 * n);
    const LinearOperator a = test::replicated_operator(world(), k);
    for (const Eigen::Index columns : {1, 3, 18, 60}) { // more than rows, too
      for (const double ridge : {0.0, 1e-3, 10.0}) {
        SCOPED_TRACE(testing::Message() << n << " x " << columns << ", ridge " << ridge);
        const Eigen::MatrixXd y = right_hand_sides(n, columns);
        expect_solution(k, ridge, y, krylov_ridge_block(a, pieces(y), columns, ridge));
        expect_solution(k, ridge, y, krylov_ridge_block(a, pieces(y), columns, ridge, sketched(a)));
      }
    }
  }
}

TEST(KrylovRidgeBlock, takes_dependent_zero_and_very_different_columns) {
  const Eigen::MatrixXd k = with_outliers(120, 9);
  const LinearOperator a = test::replicated_operator(world(), k);
  Eigen::MatrixXd y = right_hand_sides(120, 9);
  y.col(1).setZero();
  y.col(3) = y.col(0);
  y.col(4) = 2.0 * y.col(0) - 3.0 * y.col(2);
  y.col(5) = y.col(2) + 1e-9 * y.col(5);
  y.col(6) *= 1e12;
  y.col(7) *= 1e-12;
  y.col(8) = k * y.col(0); // in the Krylov space of another
  for (const double ridge : {-0.3, 0.0, 1.0}) {
    const KrylovBlockSolution plain = krylov_ridge_block(a, pieces(y), 9, ridge);
    expect_solution(k, ridge, y, plain);
    EXPECT_LE(plain.applications, 6 * plain.iterations + 3 * 8);
    EXPECT_EQ(gathered(plain, 120, 9).col(1).norm(), 0.0);
    expect_solution(k, ridge, y, krylov_ridge_block(a, pieces(y), 9, ridge, sketched(a)));
  }
}

TEST(KrylovRidgeBlock, a_column_that_converges_early_leaves_the_block) {
  const Eigen::MatrixXd q =
      Eigen::HouseholderQR<Eigen::MatrixXd>(test::normal_matrix("rotation", 200, 200)).householderQ();
  const Eigen::MatrixXd k = q * Eigen::VectorXd::LinSpaced(200, 0.01, 2.0).asDiagonal() * q.transpose();
  const LinearOperator a = test::replicated_operator(world(), k);
  Eigen::MatrixXd y = right_hand_sides(200, 4);
  y.leftCols(3) = q.middleCols(20, 3); // eigenvectors: one step
  const KrylovBlockSolution found = krylov_ridge_block(a, pieces(y), 4, 0.0);
  expect_solution(k, 0.0, y, found);
  EXPECT_GT(found.iterations, 20);
  EXPECT_LT(found.applications, found.iterations + 20);
}

TEST(KrylovRidgeBlock, a_column_left_behind_has_a_krylov_space_of_its_own) {
  // Five eigenvalues: single solves take seven iterations. Four columns converge in the first, in which the
  // fifth must not lose its place.
  Eigen::VectorXd spectrum(61);
  for (Eigen::Index i = 0; i < 61; ++i)
    spectrum(i) = i % 3 == 0 ? 0.5 : std::pow(10.0, 4.0 * static_cast<double>(i % 4) / 3.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  Eigen::MatrixXd y = right_hand_sides(61, 5);
  y.col(1) = k * y.col(0);
  y.col(2) = k * y.col(1);
  y.col(3) = test::symmetric_with(spectrum.cwiseEqual(0.5).cast<double>()) * y.col(3); // eigenvectors
  y.col(4) = y.col(3) + 1e-6 * y.col(4);
  const KrylovBlockSolution found =
      krylov_ridge_block(test::replicated_operator(world(), k), pieces(y), 5, 0.0);
  expect_solution(k, 0.0, y, found);
  EXPECT_LE(found.iterations, 12);
}

TEST(KrylovRidgeBlock, takes_nearly_dependent_columns_beyond_half_of_the_rows_preconditioned) {
  Eigen::VectorXd spectrum(40);
  for (Eigen::Index i = 0; i < 40; ++i)
    spectrum(i) = i % 3 == 0 ? 0.5 : std::pow(10.0, static_cast<double>(i % 4) / 3.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), k);
  Eigen::MatrixXd y = right_hand_sides(40, 36);
  for (Eigen::Index j = 18; j < 36; ++j) // 1e-5 to 1e-13 apart
    y.col(j) = y.col(j - 18) + std::pow(10.0, -static_cast<double>(5 + j % 9)) * y.col(j);
  const LowRankPreconditioner preconditioner =
      nystrom_preconditioner(a, random::Streams("block test").stream("Omega"), {.rank = 28});
  const KrylovBlockSolution found = krylov_ridge_block(a, pieces(y), 36, 0.0, preconditioner);
  expect_solution(k, 0.0, y, found);
  EXPECT_LE(found.iterations, 8);
}

TEST(KrylovRidgeBlock, finds_outliers_in_a_fraction_of_the_iterations_of_single_solves) {
  constexpr Eigen::Index n = 300;
  const Eigen::MatrixXd k = with_outliers(n, 16);
  const LinearOperator a = test::replicated_operator(world(), k);
  const Eigen::MatrixXd y = right_hand_sides(n, 16);
  const std::int64_t single = krylov_ridge(a, piece(y.col(0)), 0.0).iterations;
  const KrylovBlockSolution block = krylov_ridge_block(a, pieces(y), 16, 0.0);
  EXPECT_LT(2 * block.iterations, single);
  const KrylovBlockSolution preconditioned =
      krylov_ridge_block(a, pieces(y.leftCols(2)), 2, 0.0, sketched(a));
  expect_solution(k, 0.0, y.leftCols(2), preconditioned);
  EXPECT_LT(2 * preconditioned.iterations, krylov_ridge_block(a, pieces(y.leftCols(2)), 2, 0.0).iterations);
}

TEST(KrylovRidgeBlock, one_column_takes_the_iterations_of_conjugate_gradients) {
  Eigen::VectorXd spectrum(150);
  for (Eigen::Index i = 0; i < 150; ++i) spectrum(i) = std::pow(10.0, -3.0 * static_cast<double>(i) / 149.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::int64_t single = krylov_ridge(a, piece(labels(150)), 0.0).iterations;
  const std::int64_t block = krylov_ridge_block(a, piece(labels(150)), 1, 0.0).iterations;
  EXPECT_NEAR(static_cast<double>(block), static_cast<double>(single), 0.05 * static_cast<double>(single));
}

TEST(KrylovRidgeBlock, reaches_a_tolerance_near_rounding) {
  Eigen::VectorXd spectrum(120);
  for (Eigen::Index i = 0; i < 120; ++i) spectrum(i) = std::pow(10.0, -static_cast<double>(i) / 40.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), k);
  const Eigen::MatrixXd y = right_hand_sides(120, 6);
  for (const double ridge : {1e-5, 1.0}) {
    for (const LowRankPreconditioner& preconditioner : {LowRankPreconditioner{}, sketched(a)}) {
      const KrylovBlockSolution found =
          krylov_ridge_block(a, pieces(y), 6, ridge, preconditioner, {.tolerance = 1e-12});
      EXPECT_LE(found.residual, 1e-12);
      const Eigen::MatrixXd alpha = gathered(found, 120, 6);
      EXPECT_LE((k * alpha + ridge * alpha - y).norm(), 2e-12 * y.norm());
    }
  }
}

TEST(KrylovRidgeBlock, does_not_depend_on_the_number_of_ranks) {
  const Eigen::MatrixXd k = with_outliers(61, 5);
  const Eigen::MatrixXd y = right_hand_sides(61, 7);
  const KrylovBlockSolution team =
      krylov_ridge_block(test::replicated_operator(world(), k), pieces(y), 7, 0.1);
  const parallel::Communicator self = parallel::Communicator::self();
  const std::vector<double> whole(y.data(), y.data() + y.size());
  const KrylovBlockSolution alone = krylov_ridge_block(test::replicated_operator(self, k), whole, 7, 0.1);
  const Eigen::Map<const Eigen::MatrixXd> expected(alone.coefficients.data(), 61, 7);
  EXPECT_LT((gathered(team, 61, 7) - expected).norm(), 1e-9 * expected.norm());
}

TEST(KrylovRidgeBlock, options_with_the_prefix_steer_it) {
  const Eigen::MatrixXd k = with_outliers(100, 5);
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> y = pieces(right_hand_sides(100, 2));
  const KrylovOptions options{.prefix = "steered_block_"};
  EXPECT_NO_THROW(krylov_ridge_block(a, y, 2, 0.0, {}, options));
  PetscOptionsSetValue(nullptr, "-steered_block_ksp_max_it", "2");
  EXPECT_THROW(krylov_ridge_block(a, y, 2, 0.0, {}, options), std::runtime_error);
  PetscOptionsClearValue(nullptr, "-steered_block_ksp_max_it");
}

TEST(KrylovRidgeBlock, of_nothing_is_nothing) {
  const Eigen::MatrixXd k = Eigen::MatrixXd::Identity(20, 20);
  const LinearOperator a = test::replicated_operator(world(), k);
  EXPECT_TRUE(krylov_ridge_block(a, {}, 0, 1.0).coefficients.empty());
  const KrylovBlockSolution zero = krylov_ridge_block(a, pieces(Eigen::MatrixXd::Zero(20, 3)), 3, 1.0);
  EXPECT_EQ(zero.coefficients, pieces(Eigen::MatrixXd::Zero(20, 3)));
  EXPECT_EQ(zero.iterations, 0);
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST(KrylovRidgeBlock, that_does_not_converge_says_how_far_it_came) {
  const Eigen::MatrixXd k = with_outliers(100, 10);
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> y = pieces(right_hand_sides(100, 3));
  EXPECT_THAT(message_of([&] { krylov_ridge_block(a, y, 3, 0.0, {}, {.max_iterations = 4}); }),
              testing::AllOf(testing::HasSubstr("4 iterations"), testing::HasSubstr("relative residual")));
  EXPECT_THAT(message_of([&] { krylov_ridge_block(a, y, 3, -2.0); }),
              testing::HasSubstr("not positive definite"));
  EXPECT_THAT(message_of([&] { krylov_ridge_block(a, y, 3, 0.0, {}, {.tolerance = 1e-20}); }),
              testing::HasSubstr("rounding"));
}

TEST(KrylovRidgeBlock, wrong_input_on_one_rank_is_an_error_on_all) {
  const Eigen::MatrixXd k = Eigen::MatrixXd::Identity(20, 20);
  const LinearOperator a = test::replicated_operator(world(), k);
  const bool here = world().rank() == world().size() - 1;
  const std::vector<double> good = pieces(right_hand_sides(20, 2));
  std::vector<double> y = good;
  if (here) y.push_back(1.0);
  EXPECT_THROW(krylov_ridge_block(a, y, 2, 1.0), std::exception);
  EXPECT_THROW(krylov_ridge_block(a, good, -2, 1.0), std::exception);
  y = good;
  if (here) y[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(krylov_ridge_block(a, y, 2, 1.0), std::exception);
  EXPECT_THROW(krylov_ridge_block(a, good, 2, std::numeric_limits<double>::infinity()), std::exception);
  LowRankPreconditioner preconditioner{.shift = 1.0, .factor = good, .rank = 2};
  EXPECT_THROW(krylov_ridge_block(a, good, 2, -1.5, preconditioner), std::exception);
  if (here) preconditioner.factor.pop_back();
  EXPECT_THROW(krylov_ridge_block(a, good, 2, 1.0, preconditioner), std::exception);
}

TEST(KrylovRidgeBlock, passes_on_what_fails_in_a_product_on_one_rank) {
  const Eigen::MatrixXd k = with_outliers(60, 5);
  const std::vector<double> y = pieces(right_hand_sides(60, 3));
  const LinearOperator good = test::replicated_operator(world(), k);
  const bool here = world().rank() == world().size() - 1;
  LinearOperator bad = good;
  int calls = 0;
  bad.apply_block = [&](std::span<const double> in, std::span<double> out, std::int64_t columns) {
    good.multiply(in, out, columns);
    if (++calls == 3 && here) throw std::range_error("only here");
  };
  EXPECT_THAT(message_of([&] { krylov_ridge_block(bad, y, 3, 0.0); }), testing::HasSubstr("only here"));
  bad.apply_block = [&](std::span<const double> in, std::span<double> out, std::int64_t columns) {
    good.multiply(in, out, columns);
    if (++calls > 6 && here) out[0] = std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_THAT(message_of([&] { krylov_ridge_block(bad, y, 3, 0.0); }), testing::HasSubstr("not finite"));
}

TEST(KrylovRidgeBlock, leaves_no_memory_behind) {
  const Eigen::MatrixXd k = with_outliers(24, 4);
  const LinearOperator good = test::replicated_operator(world(), k);
  LinearOperator bad = good;
  bad.apply = [](std::span<const double>, std::span<double>) { throw std::domain_error("no product"); };
  const std::vector<double> y = pieces(right_hand_sides(24, 3));
  const LowRankPreconditioner preconditioner = sketched(good);
  const double growth = testing_support::least_heap_growth(40, [&] {
    krylov_ridge_block(good, y, 3, 0.1, preconditioner);
    EXPECT_THROW(krylov_ridge_block(bad, y, 3, 0.1, preconditioner), std::domain_error);
  });
  EXPECT_LT(growth, testing_support::no_leak);
}

} // namespace
} // namespace pastur::linalg
