// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/linalg/ridge_routes.hpp"
#include "test_matrices.hpp"

#include <pastur/linalg/ridge_path.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

using namespace testing;

/// A kernel with its labels and its plain eigendecomposition, the reference of every test.
struct Problem {
  Eigen::MatrixXd k;
  Eigen::VectorXd y;
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;

  Problem(Eigen::MatrixXd kernel, std::uint64_t seed)
      : k(std::move(kernel)), y(random_vector(k.rows(), seed)) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(k);
    values = solver.eigenvalues();
    vectors = solver.eigenvectors();
  }
  /// (K + ridge)^{-1} y, without the `null` least eigenvalues.
  Eigen::VectorXd solution(double ridge, Eigen::Index null = 0) const {
    Eigen::VectorXd c = vectors.transpose() * y;
    for (Eigen::Index i = 0; i < c.size(); ++i) c(i) = i < null ? 0.0 : c(i) / (values(i) + ridge);
    return vectors * c;
  }
};

Eigen::VectorXd column(const RidgePath& path, std::size_t r, std::int64_t n) {
  return as_vector(
      std::span(path.coefficients).subspan(r * static_cast<std::size_t>(n), static_cast<std::size_t>(n)));
}

double relative(const Eigen::VectorXd& found, const Eigen::VectorXd& expected) {
  return (found - expected).norm() / (1e-300 + expected.norm());
}

class RidgePathTest : public ::testing::Test {
protected:
  RidgePath run(const Problem& problem, const std::vector<double>& ridges, std::int32_t block,
                RidgeRoute route, bool spectrum) const {
    return ridge_path(distribute_lower(problem.k, grid_, block), as_std(problem.y), ridges,
                      {route, spectrum, 1e-11});
  }

  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(RidgePathTest, ridge_path_agrees_with_cholesky_at_every_ridge) {
  for (const Shape& shape : square_shapes()) {
    const Problem problem(
        gram_of(shape.n, 2 * shape.n, 24) + 0.05 * Eigen::MatrixXd::Identity(shape.n, shape.n), 25);
    const std::vector<double> ridges = {0.0, 1e-6, 1e-3, 0.1, 1.0, 100.0, -0.5 * problem.values(0)};
    const RidgePath reduced = run(problem, ridges, shape.block, RidgeRoute::tridiagonal, true);
    const RidgePath factored = run(problem, ridges, shape.block, RidgeRoute::cholesky, false);
    const RidgePath banded = run(problem, ridges, shape.block, RidgeRoute::band, true);
    const RidgePath without_spectrum = run(problem, ridges, shape.block, RidgeRoute::band, false);
    EXPECT_EQ(banded.route.rfind("band, ", 0), 0U) << banded.route;
    EXPECT_LT((as_vector(banded.eigenvalues) - problem.values).cwiseAbs().maxCoeff(),
              1e-13 * (1.0 + problem.values(shape.n - 1)));
    EXPECT_NE(reduced.route.find("tridiagonal"), std::string::npos);
    EXPECT_NE(factored.route.find("Cholesky"), std::string::npos);
    for (std::size_t r = 0; r < ridges.size(); ++r) {
      const Eigen::VectorXd expected = problem.solution(ridges[r]);
      // K alpha - y = -ridge alpha; the difference itself would carry the rounding errors of K alpha.
      const double residual = ridges[r] * ridges[r] * expected.squaredNorm();
      for (const RidgePath* path : {&reduced, &factored, &banded, &without_spectrum}) {
        EXPECT_TRUE(path->admissible[r]);
        EXPECT_LT(relative(column(*path, r, shape.n), expected), 1e-11)
            << path->route << ", n = " << shape.n << ", ridge " << ridges[r];
        EXPECT_NEAR(path->residual_norms[r], residual, 1e-11 * residual + 1e-24)
            << path->route << ", ridge " << ridges[r];
      }
    }
  }
}

TEST_F(RidgePathTest, automatic_takes_cholesky_for_few_ridges_and_one_reduction_for_many) {
  const Problem problem(gram_of(30, 60, 26) + 0.1 * Eigen::MatrixXd::Identity(30, 30), 27);
  EXPECT_NE(run(problem, {0.1}, 8, RidgeRoute::automatic, false).route.find("Cholesky"), std::string::npos);
  EXPECT_NE(run(problem, {0.1}, 8, RidgeRoute::automatic, true).route.find("tridiagonal"), std::string::npos);
  EXPECT_NE(
      run(problem, std::vector<double>(40, 0.1), 8, RidgeRoute::automatic, false).route.find("tridiagonal"),
      std::string::npos);
}

TEST_F(RidgePathTest, says_what_was_expected_and_what_it_took) {
  using pastur::linalg::ridge_route_cost;
  for (const int ranks : {1, 4}) {
    for (const RidgeRoute route : {RidgeRoute::band, RidgeRoute::tridiagonal, RidgeRoute::cholesky}) {
      const double cost = ridge_route_cost(route, 2000, 10, {.spectrum = false}, ranks);
      EXPECT_GT(cost, 10.0 * 2000.0 * 2000.0 * 2000.0 / 3.0 / ranks * 0.1);
      EXPECT_GT(ridge_route_cost(route, 4000, 10, {.spectrum = false}, ranks), 4.0 * cost);
      EXPECT_GE(ridge_route_cost(route, 2000, 40, {.spectrum = false}, ranks), cost);
    }
  }
  const Problem problem(gram_of(60, 100, 31), 32);
  const RidgePath path = run(problem, {0.1, 1.0}, 8, RidgeRoute::band, true);
  EXPECT_EQ(path.expected_product_flops, ridge_route_cost(RidgeRoute::band, 60, 2, {}, world_.size()));
  EXPECT_GT(path.seconds, 0.0);
}

TEST_F(RidgePathTest, the_cheapest_route_depends_on_size_ridges_and_rank) {
  for (const int ranks : {1, 2, 4}) {
    EXPECT_EQ(cheapest_ridge_route(3000, 20, {}, ranks), RidgeRoute::band);
    EXPECT_EQ(cheapest_ridge_route(3000, 20, {.rank_bound = 2999}, ranks), RidgeRoute::tridiagonal);
    EXPECT_EQ(cheapest_ridge_route(3000, 2, {.spectrum = false}, ranks), RidgeRoute::cholesky);
    EXPECT_EQ(cheapest_ridge_route(3000, 100, {.spectrum = false}, ranks), RidgeRoute::band);
  }
  // Small ensembles: a factorisation on the band costs more than the reduction saves.
  EXPECT_EQ(cheapest_ridge_route(300, 20, {}, 1), RidgeRoute::tridiagonal);
}

TEST_F(RidgePathTest, the_band_serves_a_kernel_of_many_panels) {
  const Problem problem(gram_of(230, 460, 40) + 0.1 * Eigen::MatrixXd::Identity(230, 230), 41);
  const std::vector<double> ridges = {0.0, 1e-3, 0.1, 3.0};
  for (const std::int32_t block : {7, 32, 64}) {
    for (const bool spectrum : {true, false}) {
      const RidgePath path = run(problem, ridges, block, RidgeRoute::band, spectrum);
      EXPECT_EQ(path.route.rfind("band, ", 0), 0U) << path.route;
      for (std::size_t r = 0; r < ridges.size(); ++r)
        EXPECT_LT(relative(column(path, r, 230), problem.solution(ridges[r])), 1e-11)
            << "ridge " << ridges[r];
    }
  }
}

TEST_F(RidgePathTest, spectrum_rank_and_pseudo_inverse_norm_of_a_regular_kernel) {
  for (const Shape& shape : square_shapes()) {
    const Problem problem(
        gram_of(shape.n, 3 * shape.n, 28) + 0.05 * Eigen::MatrixXd::Identity(shape.n, shape.n), 29);
    const RidgePath path = run(problem, {1.0}, shape.block, RidgeRoute::automatic, true);
    EXPECT_LT((as_vector(path.eigenvalues) - problem.values).cwiseAbs().maxCoeff(),
              1e-13 * (1.0 + problem.values(shape.n - 1)));
    EXPECT_EQ(path.rank, shape.n);
    EXPECT_EQ(path.outside_range, 0.0);
    const double expected = problem.y.dot(problem.solution(0.0));
    EXPECT_NEAR(path.pseudo_inverse_norm, expected, 1e-11 * expected);
  }
}

TEST_F(RidgePathTest, minimum_norm_solution_is_the_pseudo_inverse_of_a_rank_deficient_kernel) {
  for (const Shape& shape : std::vector<Shape>{{2, 1}, {23, 4}, {71, 16}, {150, 32}}) {
    for (const std::int64_t rank : {std::int64_t{1}, shape.n / 2, shape.n - 1}) {
      const Problem problem(gram_of(shape.n, rank, 30), 31);
      const Eigen::Index null = shape.n - rank;
      const std::vector<double> ridges = {0.0, 0.01, -1e-9, 1e-14 * problem.values(shape.n - 1)};
      // Any route must end here: Cholesky cannot, and has to notice.
      for (const auto& [route, spectrum] : {std::pair{RidgeRoute::automatic, true},
                                            {RidgeRoute::cholesky, false},
                                            {RidgeRoute::band, true},
                                            {RidgeRoute::band, false}}) {
        const RidgePath path = run(problem, ridges, shape.block, route, spectrum);
        const Eigen::VectorXd expected = problem.solution(0.0, null);
        const double condition = problem.values(shape.n - 1) / problem.values(null);
        EXPECT_LT(relative(column(path, 0, shape.n), expected), 1e-14 * condition + 1e-11)
            << shape.n << ", rank " << rank;
        const double outside = (problem.vectors.leftCols(null).transpose() * problem.y).squaredNorm();
        EXPECT_NEAR(path.residual_norms[0], outside, 1e-11 * problem.y.squaredNorm());
        EXPECT_LT(relative(column(path, 1, shape.n), problem.solution(0.01)), 1e-11);
        EXPECT_FALSE(path.admissible[2]);
        EXPECT_TRUE(std::isnan(path.coefficients[static_cast<std::size_t>(2 * shape.n)]));
        EXPECT_TRUE(std::isnan(path.residual_norms[2]));
        // A ridge below rounding still interpolates all that can be interpolated.
        EXPECT_TRUE(path.admissible[3]);
        EXPECT_NEAR(path.residual_norms[3], outside, 1e-9 * problem.y.squaredNorm());
        if (!spectrum) continue;
        EXPECT_EQ(path.rank, rank);
        for (Eigen::Index i = 0; i < null; ++i) EXPECT_EQ(path.eigenvalues[static_cast<std::size_t>(i)], 0.0);
        EXPECT_NEAR(path.outside_range, outside, 1e-11 * problem.y.squaredNorm());
        const double norm = problem.y.dot(expected);
        EXPECT_NEAR(path.pseudo_inverse_norm, norm, (1e-14 * condition + 1e-11) * norm);
      }
    }
  }
}

TEST_F(RidgePathTest, a_zero_row_is_an_unfitted_label) {
  Eigen::MatrixXd k = gram_of(20, 60, 32);
  k.row(7).setZero();
  k.col(7).setZero();
  const Problem problem(k, 33);
  const RidgePath path = run(problem, {0.0}, 4, RidgeRoute::automatic, true);
  EXPECT_EQ(path.rank, 19);
  EXPECT_EQ(path.eigenvalues[0], 0.0);
  EXPECT_NEAR(path.outside_range, problem.y(7) * problem.y(7), 1e-12);
  EXPECT_NEAR(path.residual_norms[0], problem.y(7) * problem.y(7), 1e-12);
  EXPECT_NEAR(path.coefficients[7], 0.0, 1e-12);
}

TEST_F(RidgePathTest, the_zero_kernel_predicts_nothing) {
  const Problem problem(Eigen::MatrixXd::Zero(9, 9), 34);
  const RidgePath path = run(problem, {0.0, 2.0, -1.0}, 2, RidgeRoute::automatic, true);
  EXPECT_EQ(path.rank, 0);
  EXPECT_EQ(column(path, 0, 9).norm(), 0.0);
  EXPECT_LT(relative(column(path, 1, 9), problem.y / 2.0), 1e-14);
  EXPECT_FALSE(path.admissible[2]);
  EXPECT_NEAR(path.outside_range, problem.y.squaredNorm(), 1e-12);
}

TEST_F(RidgePathTest, negative_ridges_are_admissible_down_to_the_least_eigenvalue) {
  for (const Shape& shape : square_shapes()) {
    const Problem problem(
        gram_of(shape.n, 2 * shape.n, 35) + 0.3 * Eigen::MatrixXd::Identity(shape.n, shape.n), 36);
    const double least = problem.values(0);
    // Distances to the edge relative to it; the solution loses as many digits.
    const std::vector<double> distances = {0.5, 1e-3, 1e-8};
    std::vector<double> ridges;
    for (const double distance : distances) ridges.push_back(-least * (1.0 - distance));
    ridges.push_back(-least * (1.0 + 1e-8));
    ridges.push_back(-2.0 * least);
    for (const RidgeRoute route : {RidgeRoute::band, RidgeRoute::tridiagonal, RidgeRoute::cholesky}) {
      const RidgePath path = run(problem, ridges, shape.block, route, false);
      for (std::size_t r = 0; r < distances.size(); ++r) {
        ASSERT_TRUE(path.admissible[r]) << path.route << " at distance " << distances[r];
        const Eigen::VectorXd expected = problem.solution(ridges[r]);
        EXPECT_LT(relative(column(path, r, shape.n), expected), 1e-13 / distances[r])
            << path.route << " at distance " << distances[r];
      }
      for (std::size_t r = distances.size(); r < ridges.size(); ++r) {
        EXPECT_FALSE(path.admissible[r]) << path.route << " n = " << shape.n;
        EXPECT_TRUE(std::isnan(path.coefficients[r * static_cast<std::size_t>(shape.n)]));
      }
    }
  }
}

TEST_F(RidgePathTest, an_indefinite_kernel_needs_a_ridge_above_its_negative_eigenvalue) {
  const Problem problem(random_symmetric(40, 37), 38);
  const double least = problem.values(0);
  ASSERT_LT(least, 0.0);
  const std::vector<double> ridges = {-0.5 * least, -1.01 * least, 0.0};
  for (const bool spectrum : {true, false}) {
    const RidgePath path = run(problem, ridges, 8, RidgeRoute::automatic, spectrum);
    EXPECT_FALSE(path.admissible[0]);
    EXPECT_TRUE(path.admissible[1]);
    EXPECT_LT(relative(column(path, 1, 40), problem.solution(ridges[1])), 1e-10);
    EXPECT_TRUE(path.admissible[2]);
  }
}

TEST_F(RidgePathTest, a_team_finds_what_one_rank_finds) {
  const std::shared_ptr<const ProcessGrid> alone = ProcessGrid::create(parallel::Communicator::self());
  const Problem problem(gram_of(90, 45, 39), 40);
  const std::vector<double> ridges = {0.0, 1e-3, 1.0};
  const RidgePath team = run(problem, ridges, 16, RidgeRoute::automatic, true);
  const RidgePath one = ridge_path(distribute_lower(problem.k, alone, 16), as_std(problem.y), ridges);
  EXPECT_LT(relative(as_vector(team.coefficients), as_vector(one.coefficients)), 1e-10);
  EXPECT_LT(relative(as_vector(team.eigenvalues), as_vector(one.eigenvalues)), 1e-12);
  EXPECT_EQ(team.rank, one.rank);
  EXPECT_NEAR(team.pseudo_inverse_norm, one.pseudo_inverse_norm, 1e-10 * one.pseudo_inverse_norm);
  EXPECT_NEAR(team.outside_range, one.outside_range, 1e-10 * one.outside_range);
}

TEST_F(RidgePathTest, bad_input_is_refused_on_every_rank) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Problem problem(gram_of(12, 24, 41), 42);
  const std::vector<double> y = as_std(problem.y);
  const std::vector<double> ridges = {1.0};
  Eigen::MatrixXd k = problem.k;
  k(11, 2) = nan;
  EXPECT_THROW(ridge_path(distribute_lower(k, grid_, 4), y, ridges), std::domain_error);
  std::vector<double> labels = y;
  labels[3] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(ridge_path(distribute_lower(problem.k, grid_, 4), labels, ridges), std::domain_error);
  EXPECT_THROW(ridge_path(distribute_lower(problem.k, grid_, 4), y, std::vector<double>{nan}),
               std::domain_error);
  labels.pop_back();
  EXPECT_THROW(ridge_path(distribute_lower(problem.k, grid_, 4), labels, ridges), std::invalid_argument);
}

TEST_F(RidgePathTest, no_ridges_still_give_the_spectrum) {
  const Problem problem(gram_of(15, 30, 43), 44);
  const RidgePath path = run(problem, {}, 4, RidgeRoute::automatic, true);
  EXPECT_TRUE(path.coefficients.empty());
  EXPECT_LT((as_vector(path.eigenvalues) - problem.values).cwiseAbs().maxCoeff(), 1e-13);
}

} // namespace

} // namespace pastur::linalg
