// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/krylov_problem.hpp"
#include "support/replicated_operator.hpp"

#include <pastur/linalg/krylov_ridge_path.hpp>

#include <gtest/gtest.h>
#include <petscsys.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {
namespace {

/// alpha for ridge r, whole, on every rank.
Eigen::VectorXd solution(const KrylovRidgePath& path, std::size_t r, Eigen::Index n) {
  const auto [first, last] = even_range(n, world().rank(), world().size());
  const auto rows = static_cast<std::size_t>(last - first);
  const std::vector<double> whole = world().all_gather(std::span(path.coefficients).subspan(r * rows, rows));
  return Eigen::Map<const Eigen::VectorXd>(whole.data(), n);
}

TEST(KrylovRidgePath, agrees_with_dense_solves_for_ridges_in_any_order) {
  for (const Eigen::Index n : {1, 3, 50, 300}) {
    const Eigen::MatrixXd x = test::normal_matrix("features", n, 2 * n);
    const Eigen::MatrixXd k = x * x.transpose() / static_cast<double>(2 * n);
    const Eigen::VectorXd y = labels(n);
    const std::vector<double> ridges = {1.0, 0.0, 100.0, 1e-3, -0.01, 1e-3};
    const KrylovRidgePath path = krylov_ridge_path(test::replicated_operator(world(), k), piece(y), ridges);
    EXPECT_LE(path.residual, 1e-10);
    for (std::size_t r = 0; r < ridges.size(); ++r) {
      const Eigen::MatrixXd shifted = k + ridges[r] * Eigen::MatrixXd::Identity(n, n);
      const Eigen::VectorXd expected = shifted.llt().solve(y);
      const Eigen::VectorXd alpha = solution(path, r, n);
      EXPECT_LT((alpha - expected).norm() / expected.norm(), 1e-8) << n << " " << ridges[r];
      EXPECT_LE((shifted * alpha - y).norm() / y.norm(), 1.01e-10) << n << " " << ridges[r];
    }
  }
}

TEST(KrylovRidgePath, costs_the_products_of_the_least_ridge_and_one_each) {
  Eigen::VectorXd spectrum = Eigen::VectorXd::LinSpaced(300, 0.5, 1.5);
  spectrum.head(12) = Eigen::VectorXd::LinSpaced(12, 10.0, 100.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> y = piece(labels(300));
  std::vector<double> ridges;
  for (int r = 0; r < 15; ++r) ridges.push_back(std::pow(10.0, -4.0 + 0.4 * r));
  const KrylovRidgePath path = krylov_ridge_path(a, y, ridges);
  EXPECT_LE(path.applications, krylov_ridge(a, y, ridges[0]).iterations + 15 + 5);
}

TEST(KrylovRidgePath, reaches_a_tolerance_near_rounding) {
  // Rounding allows some 1e-16 |K| |alpha| / |y|, 1e-13 here.
  Eigen::VectorXd spectrum(120);
  for (Eigen::Index i = 0; i < 120; ++i) spectrum(i) = std::pow(10.0, -static_cast<double>(i) / 40.0);
  const Eigen::MatrixXd k = test::symmetric_with(spectrum);
  const std::vector<double> ridges = {1e-5, 1e-3, 1.0};
  const KrylovRidgePath path = krylov_ridge_path(test::replicated_operator(world(), k), piece(labels(120)),
                                                 ridges, {}, {.tolerance = 1e-12});
  EXPECT_LE(path.residual, 1e-12);
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    const Eigen::MatrixXd shifted = k + ridges[r] * Eigen::MatrixXd::Identity(120, 120);
    EXPECT_LE((shifted * solution(path, r, 120) - labels(120)).norm() / labels(120).norm(), 2e-12);
  }
}

TEST(KrylovRidgePath, options_with_the_prefix_steer_it) {
  const Eigen::MatrixXd k = test::symmetric_with(Eigen::VectorXd::LinSpaced(100, 0.1, 10.0));
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> ridges = {0.0, 1.0};
  const KrylovOptions options{.prefix = "steered_path_"};
  EXPECT_NO_THROW(krylov_ridge_path(a, piece(labels(100)), ridges, {}, options));
  PetscOptionsSetValue(nullptr, "-steered_path_ksp_max_it", "2");
  EXPECT_THROW(krylov_ridge_path(a, piece(labels(100)), ridges, {}, options), std::runtime_error);
  PetscOptionsClearValue(nullptr, "-steered_path_ksp_max_it");
}

TEST(KrylovRidgePath, of_nothing_is_nothing) {
  const Eigen::MatrixXd k = Eigen::MatrixXd::Identity(20, 20);
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> ridges = {0.0, 1.0};
  const KrylovRidgePath zero = krylov_ridge_path(a, piece(Eigen::VectorXd::Zero(20)), ridges);
  for (const double value : zero.coefficients) EXPECT_EQ(value, 0.0);
  EXPECT_TRUE(krylov_ridge_path(a, piece(labels(20)), {}).coefficients.empty());
}

TEST(KrylovRidgePath, that_does_not_converge_is_an_error_on_every_rank) {
  const Eigen::MatrixXd k = test::symmetric_with(Eigen::VectorXd::LinSpaced(100, 0.1, 10.0));
  const LinearOperator a = test::replicated_operator(world(), k);
  const std::vector<double> ridges = {0.0, 1.0};
  EXPECT_THROW(krylov_ridge_path(a, piece(labels(100)), ridges, {}, {.max_iterations = 4}),
               std::runtime_error);
  EXPECT_THROW(krylov_ridge_path(a, piece(labels(100)), std::vector<double>{-20.0}), std::runtime_error);
  std::vector<double> y = piece(labels(100));
  if (world().rank() == 0) y[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(krylov_ridge_path(a, y, ridges), std::exception);
  if (world().rank() == 0) y.pop_back();
  EXPECT_THROW(krylov_ridge_path(a, y, ridges), std::exception);
  LinearOperator failing = a;
  failing.apply = [](std::span<const double>, std::span<double>) {
    if (world().rank() == world().size() - 1) throw std::range_error("only here");
  };
  EXPECT_THROW(krylov_ridge_path(failing, piece(labels(100)), ridges), std::runtime_error);
}

} // namespace
} // namespace pastur::linalg
