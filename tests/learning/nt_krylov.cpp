// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/nt_features.hpp>
#include <pastur/learning/targets.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/linalg/ridge_path.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/parallel/communicator.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace pastur::learning;
using pastur::linalg::ProcessGrid;
using pastur::parallel::Communicator;
using pastur::random::Streams;
using pastur::theory::Activation;

TEST(NeuralTangentKrylov,
     matrix_free_ridge_agrees_with_the_dense_path_and_the_preconditioner_saves_iterations) {
  const Communicator world = Communicator::world();
  const Streams streams("krylov");
  constexpr std::int64_t n = 400, d = 25;
  const Inputs inputs = Inputs::sphere(streams, n, 0, d);
  const NeuralTangentFeatures features(inputs, Activation::named("relu"), WeightLaw::sphere, 60, streams);
  const Labels labels = draw_labels(inputs, Target::lin_quad, 0.25, streams);
  const std::vector<double> ridges{1e-3};
  const auto dense =
      pastur::linalg::ridge_path(features.assemble(ProcessGrid::create(world), 32), labels.train, ridges);

  const auto kernel = features.linear_operator(world);
  const auto [begin, end] = pastur::linalg::even_range(n, world.rank(), world.size());
  const std::span<const double> y =
      std::span(labels.train).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  const auto plain = pastur::linalg::krylov_ridge(kernel, y, ridges[0]);
  const auto preconditioned =
      pastur::linalg::krylov_ridge(kernel, y, ridges[0], features.preconditioner(world));
  double scale = 0.0;
  for (const double alpha : dense.coefficients) scale = std::max(scale, std::abs(alpha));
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double alpha = dense.coefficients[static_cast<std::size_t>(begin) + i];
    EXPECT_NEAR(plain.coefficients[i], alpha, 1e-7 * scale);
    EXPECT_NEAR(preconditioned.coefficients[i], alpha, 1e-7 * scale);
  }
  EXPECT_LT(preconditioned.iterations, plain.iterations);
}

TEST(NeuralTangentKrylov, extreme_eigenvalues_of_the_operator_are_those_of_the_matrix) {
  const Communicator world = Communicator::world();
  const Streams streams("extremes");
  const NeuralTangentFeatures features(Inputs::sphere(streams, 200, 0, 15), Activation::named("erf"),
                                       WeightLaw::gauss, 60, streams);
  const auto dense = pastur::linalg::eigenvalues(features.assemble(ProcessGrid::create(world), 32));
  const auto extremes = pastur::linalg::extreme_eigenvalues(features.linear_operator(world));
  EXPECT_NEAR(extremes.lambda_max, dense.back(), 1e-7 * dense.back());
  EXPECT_NEAR(extremes.lambda_min, dense.front(), 1e-7 * dense.back());
}

// 8 draws of the sheet's table: relu 0.03952(14), tanh 0.02270(13).
TEST(NeuralTangentKrylov, least_eigenvalue_agrees_with_the_verified_numbers) {
  // One-rank draws, dealt out.
  const Communicator world = Communicator::world(), self = Communicator::self();
  const auto grid = ProcessGrid::create(self);
  struct Row {
    const char* activation;
    double mean, error;
  };
  for (const Row& row : {Row{"relu", 0.03952, 0.00014}, Row{"tanh", 0.02270, 0.00013}}) {
    double sum = 0.0, squares = 0.0;
    constexpr int draws = 8;
    for (int draw = world.rank(); draw < draws; draw += world.size()) {
      const Streams streams("sheet " + std::to_string(draw));
      const NeuralTangentFeatures features(Inputs::sphere(streams, 600, 0, 40),
                                           Activation::named(row.activation), WeightLaw::sphere, 60, streams);
      const double value = pastur::linalg::eigenvalues(features.assemble(grid)).front();
      sum += value;
      squares += value * value;
    }
    sum = world.sum(sum);
    squares = world.sum(squares);
    const double mean = sum / draws;
    const double error = std::sqrt((squares / draws - mean * mean) / (draws - 1));
    EXPECT_NEAR(mean, row.mean, 3.0 * std::hypot(error, row.error)) << row.activation;
    EXPECT_LT(error, 0.001);
  }
}

} // namespace
