// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/inner_product_kernel.hpp>
#include <pastur/parallel/communicator.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace {

using namespace pastur::learning;
using pastur::linalg::BlockCyclicMatrix;
using pastur::linalg::ProcessGrid;
using pastur::parallel::Communicator;
using pastur::random::Streams;
using pastur::theory::Activation;
using pastur::theory::NeuralTangentKernel;

constexpr std::int64_t n = 290, n_test = 21, d = 9;

/// <x_i, x_j> / d of all inputs.
std::vector<double> cosines(const Inputs& inputs) {
  const std::int64_t total = inputs.n() + inputs.n_test();
  std::vector<double> x(static_cast<std::size_t>(total * d)), t(static_cast<std::size_t>(total * total), 0.0);
  inputs.rows(0, total, x.data(), total);
  for (std::int64_t j = 0; j < total; ++j) {
    for (std::int64_t i = 0; i < total; ++i) {
      for (std::int64_t k = 0; k < d; ++k) {
        t[static_cast<std::size_t>(i + j * total)] +=
            x[static_cast<std::size_t>(i + k * total)] * x[static_cast<std::size_t>(j + k * total)] / d;
      }
    }
  }
  return t;
}

double relu_kernel(double t) {
  return t * (std::numbers::pi - std::acos(t)) / (2.0 * std::numbers::pi);
}

TEST(InnerProductKernel, relu_kernel_matrix_is_its_closed_form_with_an_exact_diagonal) {
  const Communicator world = Communicator::world();
  const Inputs inputs = Inputs::sphere(Streams("kernel"), n, n_test, d);
  const auto t = cosines(inputs);
  const NeuralTangentKernel relu(Activation::named("relu"));
  BlockCyclicMatrix kernel = assemble_kernel(inputs, infinite_width(relu), ProcessGrid::create(world), 8);
  kernel.symmetrize_from_lower();
  const auto whole = kernel.gather();
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double value = whole[static_cast<std::size_t>(i + j * n)];
      if (i == j) {
        EXPECT_EQ(value, 0.5);
      } else {
        ASSERT_NEAR(value, relu_kernel(t[static_cast<std::size_t>(i + j * (n + n_test))]), 1e-13);
      }
    }
  }
}

TEST(InnerProductKernel, duplicate_rows_are_clipped_and_not_nan) {
  // d = 3 and rows in both directions of one axis: t = +-1 up to rounding.
  const Communicator self = Communicator::self();
  auto data = std::make_shared<DataSet>();
  data->source = "axis";
  data->rows = 6;
  data->columns = 3;
  data->values = SharedArray::create(self, 18);
  const double a = std::sqrt(3.0) * 0.6, b = std::sqrt(3.0) * 0.8;
  for (std::size_t i = 0; i < 6; ++i) {
    const double sign = i % 2 == 0 ? 1.0 : -1.0;
    data->values.writable()[3 * i] = sign * a * (1.0 + 1e-15);
    data->values.writable()[3 * i + 1] = sign * b * (1.0 + 1e-15);
  }
  const Inputs inputs = Inputs::rows_of(data, Streams("axis"), 4, 2);
  const BlockCyclicMatrix kernel = assemble_kernel(
      inputs,
      [](std::span<double> t) {
        for (double& value : t) value = relu_kernel(value);
      },
      ProcessGrid::create(self));
  EXPECT_TRUE(kernel.all_finite());
  for (const double value : predict_kernel(
           inputs,
           [](std::span<double> t) {
             for (double& v : t) v = std::acos(v);
           },
           std::vector<double>(4, 1.0), 1, self)) {
    EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(InnerProductKernel, truncation_to_degree_one_is_the_linear_kernel) {
  const Communicator world = Communicator::world();
  const Inputs inputs = Inputs::sphere(Streams("linear"), n, n_test, d);
  const NeuralTangentKernel relu(Activation::named("relu"));
  const auto xi = relu.eigenvalues(static_cast<int>(d), 1);
  const auto t = cosines(inputs);
  BlockCyclicMatrix kernel = assemble_kernel(inputs, truncated(relu, d, 1), ProcessGrid::create(world), 16);
  kernel.symmetrize_from_lower();
  const auto whole = kernel.gather();
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i < n; ++i) {
      ASSERT_NEAR(whole[static_cast<std::size_t>(i + j * n)],
                  xi[0] + static_cast<double>(d) * xi[1] * t[static_cast<std::size_t>(i + j * (n + n_test))],
                  1e-13);
    }
  }
}

TEST(InnerProductKernel, predictions_are_the_test_kernel_times_the_coefficients) {
  const Communicator world = Communicator::world();
  const Inputs inputs = Inputs::sphere(Streams("predict"), n, n_test, d);
  const auto t = cosines(inputs);
  std::vector<double> alphas(static_cast<std::size_t>(2 * n));
  for (std::size_t k = 0; k < alphas.size(); ++k) alphas[k] = std::sin(static_cast<double>(k));
  const NeuralTangentKernel relu(Activation::named("relu"));
  const auto predictions = predict_kernel(inputs, infinite_width(relu), alphas, 2, world);
  ASSERT_EQ(predictions.size(), static_cast<std::size_t>(2 * n_test));
  for (std::int64_t r = 0; r < 2; ++r) {
    for (std::int64_t i = 0; i < n_test; ++i) {
      double expected = 0.0;
      for (std::int64_t k = 0; k < n; ++k) {
        expected += relu_kernel(t[static_cast<std::size_t>(n + i + k * (n + n_test))]) *
                    alphas[static_cast<std::size_t>(k + r * n)];
      }
      EXPECT_NEAR(predictions[static_cast<std::size_t>(i + r * n_test)], expected, 1e-12);
    }
  }
}

TEST(InnerProductKernel, predictions_at_the_training_points_are_the_kernel_matrix_product) {
  // Held-out rows that equal the training rows: K(test, train) = K but for the rounding of t_ii.
  const Communicator world = Communicator::world(), self = Communicator::self();
  auto data = std::make_shared<DataSet>();
  data->source = "twice";
  data->rows = data->test_rows = 24;
  data->columns = d;
  data->values = SharedArray::create(self, 48 * d);
  std::vector<double> x(24 * d);
  Inputs::sphere(Streams("twice"), 24, 0, d).rows(0, 24, x.data(), 24);
  for (std::size_t i = 0; i < 48; ++i) {
    for (std::size_t j = 0; j < d; ++j) data->values.writable()[i * d + j] = x[i % 24 + 24 * j];
  }
  const Inputs inputs = Inputs::rows_of(data, Streams("twice"), 24, 24);
  const KernelOfCosine square = [](std::span<double> t) {
    for (double& value : t) value *= value;
  };
  std::vector<double> alphas(24);
  for (std::size_t k = 0; k < 24; ++k) alphas[k] = 1.0 / static_cast<double>(k + 1);
  const auto predictions = predict_kernel(inputs, square, alphas, 1, world);
  BlockCyclicMatrix kernel = assemble_kernel(inputs, square, ProcessGrid::create(world), 2);
  kernel.symmetrize_from_lower();
  const auto whole = kernel.gather();
  for (std::size_t i = 0; i < 24; ++i) {
    const auto row = static_cast<std::size_t>(
        std::find(inputs.selected().begin(), inputs.selected().begin() + 24, inputs.selected()[24 + i] - 24) -
        inputs.selected().begin());
    double expected = 0.0;
    for (std::size_t k = 0; k < 24; ++k) expected += whole[row + 24 * k] * alphas[k];
    EXPECT_NEAR(predictions[i], expected, 1e-12);
  }
}

} // namespace
