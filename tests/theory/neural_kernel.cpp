// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/neural_kernel.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace {

using pastur::theory::Activation;
using pastur::theory::DualActivation;
using pastur::theory::neural_kernel_advance;
using pastur::theory::neural_kernel_input;
using pastur::theory::NeuralKernelBlock;

constexpr double ten_digits = 5.5e-11;

/// Two inputs with |x|^2/d = 1, cosine 1/2, against each other and themselves.
NeuralKernelBlock pair(double weight_variance, double bias_variance) {
  const std::vector<double> norms{1.0, 1.0};
  const std::vector<double> gram{1.0, 0.5, 0.5, 1.0};
  return neural_kernel_input(norms, norms, gram, weight_variance, bias_variance);
}

TEST(NeuralKernel, recursion_of_the_sheet_is_reproduced) {
  struct Row {
    int layers;
    std::array<double, 4> relu, erf;
  };
  const std::array<Row, 4> table{{
      {1, {2, 1.2179955621, 4, 1.8846622288}, {.9272067743, .4979367955, 2.0505319711, .9206290534}},
      {2, {2, 1.3678113018, 6, 2.7029591222}, {.7752729116, .4403229773, 2.5800000571, 1.0976077080}},
      {3, {2, 1.4762563846, 8, 3.4756893584}, {.7239961058, .4366455531, 3.1571599591, 1.3123969009}},
      {10, {2, 1.7952934596, 22, 8.2167030528}, {.6911656043, .5331401278, 7.3708707804, 2.9797426569}},
  }};
  const auto check = [](const char* name, double weight, double bias, int layers,
                        const std::array<double, 4>& expected) {
    NeuralKernelBlock block = pair(weight, bias);
    const DualActivation dual(Activation::named(name));
    for (int layer = 0; layer < layers; ++layer) neural_kernel_advance(dual, weight, bias, block);
    EXPECT_NEAR(block.row_variance[0], expected[0], ten_digits) << name << layers;
    EXPECT_NEAR(block.covariance[1], expected[1], ten_digits) << name << layers;
    EXPECT_NEAR(block.column_tangent[1], expected[2], ten_digits) << name << layers;
    EXPECT_NEAR(block.tangent[2], expected[3], ten_digits) << name << layers;
  };
  for (const Row& row : table) {
    check("relu", 2.0, 0.0, row.layers, row.relu);
    check("erf", 1.5, 0.1, row.layers, row.erf);
  }
}

TEST(NeuralKernel, diagonal_entries_follow_the_diagonals) {
  for (const char* name : {"relu", "erf", "tanh", "gelu", "softplus"}) {
    NeuralKernelBlock block = pair(1.3, 0.05);
    const DualActivation dual(Activation::named(name));
    for (int layer = 0; layer < 6; ++layer) neural_kernel_advance(dual, 1.3, 0.05, block);
    EXPECT_NEAR(block.covariance[0] / block.row_variance[0], 1.0, 1e-12) << name;
    EXPECT_NEAR(block.tangent[3] / block.row_tangent[1], 1.0, 1e-12) << name;
    EXPECT_EQ(block.covariance[1], block.covariance[2]) << name;
    EXPECT_LT(block.covariance[1], block.row_variance[0]) << name;
  }
}

TEST(NeuralKernel, blocks_of_a_matrix_are_independent) {
  const std::vector<double> norms{0.7, 1.0, 1.4};
  const std::vector<double> gram{0.7, 0.2, -0.3, 0.2, 1.0, 0.5, -0.3, 0.5, 1.4};
  NeuralKernelBlock whole = neural_kernel_input(norms, norms, gram, 1.2, 0.1);
  NeuralKernelBlock corner = neural_kernel_input(std::vector<double>{0.7, 1.0}, std::vector<double>{1.4},
                                                 std::vector<double>{-0.3, 0.5}, 1.2, 0.1);
  const DualActivation dual(Activation::named("silu"));
  for (int layer = 0; layer < 3; ++layer) {
    neural_kernel_advance(dual, 1.2, 0.1, whole);
    neural_kernel_advance(dual, 1.2, 0.1, corner);
  }
  EXPECT_EQ(corner.covariance[0], whole.covariance[6]);
  EXPECT_EQ(corner.tangent[1], whole.tangent[7]);
}

TEST(NeuralKernel, bad_input_is_refused) {
  const std::vector<double> norms{1.0, 1.0};
  EXPECT_THROW(neural_kernel_input(norms, norms, norms, 1.0, 0.0), std::invalid_argument);
  EXPECT_THROW(pair(-1.0, 0.0), std::invalid_argument);
}

} // namespace
