// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/bit_panel.hpp>
#include <pastur/linalg/congruence.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace pastur::learning;
using pastur::linalg::BlockCyclicMatrix;
using pastur::linalg::ProcessGrid;
using pastur::parallel::Communicator;
using pastur::random::Streams;
using pastur::theory::Activation;

const Activation activations[] = {Activation::named("relu"),     Activation::named("shifted_relu", 0.5),
                                  Activation::named("tanh"),     Activation::named("erf"),
                                  Activation::named("softplus"), Activation::named("leaky", 0.1),
                                  Activation::named("abs")};

/// K_N (rows of `a` by rows of `b`, numbered in the n + n_test inputs) entry by entry from the explicit N d
/// features.
std::vector<double> reference_kernel(const NeuralTangentFeatures& features, const Activation& sigma,
                                     std::int64_t a, std::int64_t rows, std::int64_t b,
                                     std::int64_t columns) {
  const std::int64_t d = features.inputs().d(), N = features.neurons();
  std::vector<double> w(static_cast<std::size_t>(N * d));
  features.weights(0, N, w.data(), N);
  const auto feature_rows = [&](std::int64_t first, std::int64_t count) {
    std::vector<double> x(static_cast<std::size_t>(count * d)), phi(static_cast<std::size_t>(count * N * d));
    features.inputs().rows(first, count, x.data(), count);
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t l = 0; l < N; ++l) {
        double u = 0.0;
        for (std::int64_t j = 0; j < d; ++j)
          u += x[static_cast<std::size_t>(i + j * count)] * w[static_cast<std::size_t>(l + j * N)];
        const double slope = sigma.derivative(u) / std::sqrt(static_cast<double>(N * d));
        for (std::int64_t j = 0; j < d; ++j) {
          phi[static_cast<std::size_t>((i * N + l) * d + j)] =
              slope * x[static_cast<std::size_t>(i + j * count)];
        }
      }
    }
    return phi;
  };
  const auto left = feature_rows(a, rows), right = feature_rows(b, columns);
  std::vector<double> kernel(static_cast<std::size_t>(rows * columns), 0.0);
  for (std::int64_t j = 0; j < columns; ++j) {
    for (std::int64_t i = 0; i < rows; ++i) {
      double sum = 0.0;
      for (std::int64_t k = 0; k < N * d; ++k)
        sum += left[static_cast<std::size_t>(i * N * d + k)] * right[static_cast<std::size_t>(j * N * d + k)];
      kernel[static_cast<std::size_t>(i + j * rows)] = sum;
    }
  }
  return kernel;
}

/// alphas (n x columns) from a stream.
std::vector<double> coefficients(std::int64_t n, std::int64_t columns) {
  std::vector<double> alphas(static_cast<std::size_t>(n * columns));
  pastur::random::fill_normal(Streams("alphas").stream("a"),
                              {.row = 0, .rows = n, .column = 0, .columns = columns}, alphas.data(), n);
  return alphas;
}

double greatest(const std::vector<double>& values) {
  double result = 0.0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

TEST(NeuralTangentFeatures, kernel_is_the_product_of_the_explicit_features) {
  const Communicator world = Communicator::world();
  const auto grid = ProcessGrid::create(world);
  const Streams streams("explicit");
  for (const Activation& sigma : activations) {
    for (const WeightLaw law : {WeightLaw::sphere, WeightLaw::gauss}) {
      const NeuralTangentFeatures features(Inputs::sphere(streams, 37, 0, 6), sigma, law, 13, streams);
      BlockCyclicMatrix kernel = features.assemble(grid, 4);
      kernel.symmetrize_from_lower();
      const auto whole = kernel.gather();
      const auto expected = reference_kernel(features, sigma, 0, 37, 0, 37);
      ASSERT_EQ(whole.size(), expected.size());
      for (std::size_t k = 0; k < whole.size(); ++k)
        EXPECT_NEAR(whole[k], expected[k], 1e-14) << sigma.name() << " entry " << k;
    }
  }
}

TEST(NeuralTangentFeatures, kernel_of_gaussian_inputs_and_many_chunks_agrees_with_features) {
  const Communicator world = Communicator::world();
  const Streams streams("chunks");
  const Activation sigma = Activation::named("tanh");
  // 1100 neurons are more than one chunk.
  const NeuralTangentFeatures features(Inputs::gauss(streams, 23, 0, 3), sigma, WeightLaw::gauss, 1100,
                                       streams);
  BlockCyclicMatrix kernel = features.assemble(ProcessGrid::create(world), 8);
  kernel.symmetrize_from_lower();
  const auto whole = kernel.gather(), expected = reference_kernel(features, sigma, 0, 23, 0, 23);
  for (std::size_t k = 0; k < whole.size(); ++k) EXPECT_NEAR(whole[k], expected[k], 1e-13);
}

TEST(NeuralTangentFeatures, a_team_and_one_rank_assemble_the_same_kernel) {
  const Communicator world = Communicator::world(), self = Communicator::self();
  const Streams streams("team");
  const NeuralTangentFeatures features(Inputs::sphere(streams, 301, 0, 20), Activation::named("softplus"),
                                       WeightLaw::sphere, 50, streams);
  BlockCyclicMatrix team = features.assemble(ProcessGrid::create(world), 16),
                    alone = features.assemble(ProcessGrid::create(self), 64);
  EXPECT_TRUE(team.all_finite());
  team.symmetrize_from_lower();
  alone.symmetrize_from_lower();
  const auto a = team.gather(), b = alone.gather();
  for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 1e-12);
  for (std::size_t i = 0; i < 301; ++i) {
    for (std::size_t j = 0; j < i; ++j) ASSERT_EQ(a[i + 301 * j], a[j + 301 * i]);
  }
}

TEST(NeuralTangentFeatures, both_prediction_routes_agree_with_the_test_kernel) {
  const Communicator world = Communicator::world();
  const Streams streams("predict");
  constexpr std::int64_t n = 45, n_test = 17, columns = 3;
  for (const Activation& sigma : activations) {
    const NeuralTangentFeatures features(Inputs::sphere(streams, n, n_test, 5), sigma, WeightLaw::sphere, 70,
                                         streams);
    const auto alphas = coefficients(n, columns);
    const auto kernel = reference_kernel(features, sigma, n, n_test, 0, n);
    const auto network = features.predict(alphas, columns, world, PredictionRoute::network);
    const auto tiles = features.predict(alphas, columns, world, PredictionRoute::kernel);
    const auto chosen = features.predict(alphas, columns, world);
    for (std::int64_t r = 0; r < columns; ++r) {
      for (std::int64_t i = 0; i < n_test; ++i) {
        double expected = 0.0;
        for (std::int64_t k = 0; k < n; ++k)
          expected +=
              kernel[static_cast<std::size_t>(i + k * n_test)] * alphas[static_cast<std::size_t>(k + r * n)];
        const auto at = static_cast<std::size_t>(i + r * n_test);
        EXPECT_NEAR(network[at], expected, 1e-13) << sigma.name();
        EXPECT_NEAR(tiles[at], expected, 1e-13) << sigma.name();
        EXPECT_NEAR(chosen[at], expected, 1e-13) << sigma.name();
      }
    }
  }
}

TEST(NeuralTangentFeatures, prediction_routes_agree_over_several_panels) {
  const Communicator world = Communicator::world();
  const Streams streams("panels");
  // More training rows than one panel of either route, more test rows than one tile, more neurons than one
  // chunk.
  const NeuralTangentFeatures features(Inputs::sphere(streams, 2100, 1030, 4), Activation::named("relu"),
                                       WeightLaw::sphere, 1050, streams);
  const auto alphas = coefficients(2100, 2);
  const auto network = features.predict(alphas, 2, world, PredictionRoute::network);
  const auto tiles = features.predict(alphas, 2, world, PredictionRoute::kernel);
  const double scale = greatest(network);
  EXPECT_GT(scale, 0.1);
  for (std::size_t k = 0; k < network.size(); ++k) ASSERT_NEAR(network[k], tiles[k], 1e-12 * scale);
}

TEST(NeuralTangentFeatures, matrix_free_product_is_the_dense_one_with_and_without_kept_slopes) {
  const Communicator world = Communicator::world(), self = Communicator::self();
  const Streams streams("operator");
  constexpr std::int64_t n = 230;
  for (const Activation& sigma : {Activation::named("relu"), Activation::named("tanh")}) {
    const NeuralTangentFeatures features(Inputs::sphere(streams, n, 0, 12), sigma, WeightLaw::sphere, 1100,
                                         streams);
    BlockCyclicMatrix kernel = features.assemble(ProcessGrid::create(self));
    kernel.symmetrize_from_lower();
    const auto v = coefficients(n, 1);
    std::vector<double> expected(n, 0.0);
    for (std::int32_t j = 0; j < n; ++j) {
      for (std::int32_t i = 0; i < n; ++i)
        expected[static_cast<std::size_t>(i)] += kernel.local(i, j) * v[static_cast<std::size_t>(j)];
    }
    const double scale = greatest(expected);
    for (const double memory : {1e9, 0.0}) {
      const auto apply = features.linear_operator(world, memory);
      const auto [begin, end] = pastur::linalg::even_range(n, world.rank(), world.size());
      ASSERT_EQ(apply.local_size, end - begin);
      ASSERT_EQ(apply.global_size, n);
      std::vector<double> y(static_cast<std::size_t>(end - begin));
      for (int repeat = 0; repeat < 2; ++repeat) {
        apply.apply(std::span(v).subspan(static_cast<std::size_t>(begin), y.size()), y);
        for (std::size_t i = 0; i < y.size(); ++i)
          EXPECT_NEAR(y[i], expected[static_cast<std::size_t>(begin) + i], 1e-13 * scale);
      }
    }
  }
}

TEST(NeuralTangentFeatures, matrix_free_product_with_a_block_is_that_with_each_vector) {
  const Communicator world = Communicator::world(), self = Communicator::self();
  const Streams streams("block operator");
  // More rows than a tile on one rank, several chunks of neurons and groups of vectors, all ragged.
  constexpr std::int64_t n = 1100, d = 200, N = 331, columns = 5;
  for (const Activation& sigma :
       {Activation::named("relu"), Activation::named("leaky", 0.1), Activation::named("tanh")}) {
    const NeuralTangentFeatures features(Inputs::sphere(streams, n, 0, d), sigma, WeightLaw::gauss, N,
                                         streams);
    BlockCyclicMatrix kernel = features.assemble(ProcessGrid::create(self));
    kernel.symmetrize_from_lower();
    const auto v = coefficients(n, columns);
    const auto expected = pastur::linalg::multiply_replicated(kernel, v, columns);
    const double scale = greatest(expected);
    const auto [begin, end] = pastur::linalg::even_range(n, world.rank(), world.size());
    const std::int64_t rows = end - begin;
    std::vector<double> mine, y(static_cast<std::size_t>(rows * columns));
    for (std::int64_t k = 0; k < columns; ++k)
      mine.insert(mine.end(), v.begin() + k * n + begin, v.begin() + k * n + end);
    for (const double memory : {1e9, 0.0}) {
      features.linear_operator(world, memory).multiply(mine, y, columns);
      for (std::int64_t k = 0; k < columns; ++k) {
        for (std::int64_t i = 0; i < rows; ++i)
          ASSERT_NEAR(y[static_cast<std::size_t>(i + k * rows)],
                      expected[static_cast<std::size_t>(begin + i + k * n)], 1e-13 * scale);
      }
    }
  }
}

TEST(NeuralTangentFeatures, matrix_free_product_has_the_same_chunks_on_ranks_of_unequal_rows) {
  const Communicator world = Communicator::world();
  const Streams streams("unequal");
  // 8193 rows on the first ranks and 8192 on the last: on either side of a chunk of 1024 neurons.
  const std::int64_t n = 8193 * world.size() - (world.size() > 1 ? 1 : 0);
  const NeuralTangentFeatures features(Inputs::sphere(streams, n, 0, 2), Activation::named("tanh"),
                                       WeightLaw::sphere, 1030, streams);
  const auto a = features.linear_operator(world, 0.0);
  const std::vector<double> ones(static_cast<std::size_t>(n), 1.0);
  std::vector<double> y(static_cast<std::size_t>(a.local_size)), whole(ones.size());
  a.apply(std::span(ones).first(y.size()), y);
  const Communicator self = Communicator::self();
  features.linear_operator(self, 0.0).apply(ones, whole);
  const double scale = greatest(whole);
  const auto begin =
      static_cast<std::size_t>(pastur::linalg::even_range(n, world.rank(), world.size()).first);
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(y[i], whole[begin + i], 1e-13 * scale);
}

TEST(NeuralTangentFeatures, more_ranks_than_rows_are_no_trouble) {
  const Communicator world = Communicator::world();
  const Streams streams("tiny");
  const Activation sigma = Activation::named("erf");
  const NeuralTangentFeatures features(Inputs::sphere(streams, 2, 1, 3), sigma, WeightLaw::sphere, 2,
                                       streams);
  const auto expected = reference_kernel(features, sigma, 0, 2, 0, 2);
  const auto row = reference_kernel(features, sigma, 2, 1, 0, 2);
  const std::vector<double> alphas{2.0, -3.0};
  for (const PredictionRoute route : {PredictionRoute::network, PredictionRoute::kernel}) {
    EXPECT_NEAR(features.predict(alphas, 1, world, route)[0], 2.0 * row[0] - 3.0 * row[1], 1e-14);
  }
  const auto apply = features.linear_operator(world);
  const std::int64_t begin = pastur::linalg::even_range(2, world.rank(), world.size()).first;
  std::vector<double> y(static_cast<std::size_t>(apply.local_size));
  apply.apply(std::span(alphas).subspan(static_cast<std::size_t>(begin), y.size()), y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t k = static_cast<std::size_t>(begin) + i;
    EXPECT_NEAR(y[i], 2.0 * expected[k] - 3.0 * expected[k + 2], 1e-14);
  }
  EXPECT_EQ(features.assemble(ProcessGrid::create(world), 1).rows(), 2);
}

TEST(NeuralTangentFeatures, preconditioner_holds_the_linear_part_and_the_bulk) {
  const Communicator world = Communicator::world();
  const Streams streams("preconditioner");
  constexpr std::int64_t n = 60, d = 8;
  const NeuralTangentFeatures features(Inputs::sphere(streams, n, 0, d), Activation::named("relu"),
                                       WeightLaw::sphere, 20, streams);
  const auto preconditioner = features.preconditioner(world);
  EXPECT_EQ(preconditioner.rank, d);
  EXPECT_NEAR(preconditioner.shift, 0.25, 1e-13);
  const auto [begin, end] = pastur::linalg::even_range(n, world.rank(), world.size());
  ASSERT_EQ(preconditioner.factor.size(), static_cast<std::size_t>((end - begin) * d));
  // Rows of norm sqrt(d) scaled by c_0 / sqrt(d) have norm c_0 = 1/2.
  for (std::int64_t i = 0; i < end - begin; ++i) {
    double norm = 0.0;
    for (std::int64_t j = 0; j < d; ++j)
      norm += std::pow(preconditioner.factor[static_cast<std::size_t>(i + j * (end - begin))], 2);
    EXPECT_NEAR(norm, 0.25, 1e-13);
  }
}

TEST(NeuralTangentFeatures, misuse_is_refused) {
  const Streams streams("misuse");
  const Inputs inputs = Inputs::sphere(streams, 5, 2, 3);
  const Communicator self = Communicator::self();
  EXPECT_THROW(NeuralTangentFeatures(inputs, Activation::named("relu"), WeightLaw::sphere, 0, streams),
               std::invalid_argument);
  EXPECT_THROW(NeuralTangentFeatures(inputs, Activation::named("sign"), WeightLaw::sphere, 3, streams),
               std::domain_error);
  const NeuralTangentFeatures features(inputs, Activation::named("relu"), WeightLaw::sphere, 3, streams);
  EXPECT_THROW(features.predict(std::vector<double>(4), 1, self), std::invalid_argument);
  EXPECT_THROW(features.weights(2, 2, nullptr, 2), std::out_of_range);
}

TEST(NeuralTangentFeatures, predictions_by_bits_agree_with_the_network_on_ragged_shapes) {
  const Communicator world = Communicator::world();
  const Streams streams("ragged");
  struct Shape {
    std::int64_t n, n_test, N;
  };
  // Beyond a strip, a panel of training points, a panel of test points; neurons beyond words and vectors.
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 19, 65}, Shape{20, 1, 512}, Shape{270, 33, 513},
                             Shape{2100, 35, 127}, Shape{17, 8200, 70}}) {
    for (const char* name : {"relu", "leaky", "abs"}) {
      const NeuralTangentFeatures features(Inputs::sphere(streams, shape.n, shape.n_test, 5),
                                           Activation::named(name, 0.1), WeightLaw::gauss, shape.N, streams);
      const auto alphas = coefficients(shape.n, 2);
      const auto network = features.predict(alphas, 2, world, PredictionRoute::network);
      const auto tiles = features.predict(alphas, 2, world, PredictionRoute::kernel);
      const double bound = 1e-12 * std::max(1.0, greatest(network));
      for (std::size_t k = 0; k < network.size(); ++k)
        ASSERT_NEAR(tiles[k], network[k], bound) << name << ", " << shape.n << " x " << shape.n_test;
    }
  }
}

TEST(NeuralTangentFeatures, cost_counts_what_the_sheet_counts) {
  const auto cost = neural_tangent_cost(20000, 1000, 500, 1000, 1, false, 1);
  EXPECT_NEAR(cost.assembly_flops, 6e11 + 2e10, 1e9);
  EXPECT_EQ(cost.assembly_bit_pairs, 0.0);
  EXPECT_EQ(cost.operator_flops, 4.0 * 20000 * 1000 * 500);
  EXPECT_LT(neural_tangent_cost(20000, 1000, 500, 1000, 1, false, 4).operator_bytes,
            cost.operator_bytes / 2.0);
  // Slopes of two values: n^2 N of the flops are n^2 N / 2 bit pairs.
  const auto bits = neural_tangent_cost(20000, 1000, 500, 1000, 1, true, 1);
  EXPECT_NEAR(bits.assembly_flops, 2e11 + 2e10, 1e9);
  EXPECT_EQ(bits.assembly_bit_pairs, 0.5 * 20000 * 20000 * 1000.0);
  // Many neurons on few samples: the bits of their slopes, up to a slab of 64 MB.
  const auto bytes = [](std::int64_t neurons) {
    return neural_tangent_cost(1000, 1, 3, neurons, 1, true, 1).assembly_bytes;
  };
  EXPECT_GT(bytes(400'000), pastur::linalg::BitPanel::bytes(1000, 400'000));
  EXPECT_GT(bytes(4'000'000), 6.4e7);
  EXPECT_LT(bytes(4'000'000), 8e7);
}

TEST(NeuralTangentFeatures, bits_make_the_test_kernel_the_cheaper_route_earlier) {
  // One ridge, n = 3000, d = 100, m = 1000: the network takes 3.2 Mflop a neuron, the kernel 6 Mflop a
  // neuron by BLAS, 3 Mbit pairs by bits.
  const auto smooth = neural_tangent_cost(3000, 1000, 100, 2000, 1, false, 1);
  EXPECT_EQ(smooth.prediction_bit_pairs, 0.0);
  EXPECT_EQ(smooth.prediction_flops, 4.0 * 2000 * 100 * 4000);
  const auto bits = neural_tangent_cost(3000, 1000, 100, 2000, 1, true, 1);
  EXPECT_EQ(bits.prediction_bit_pairs, 3000.0 * 1000 * 2000);
  EXPECT_EQ(bits.prediction_flops, 2.0 * 2000 * 100 * 4000 + 2.0 * 3000 * 1000 * 101);
}

} // namespace
