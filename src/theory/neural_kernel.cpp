// SPDX-License-Identifier: BSD-3-Clause
#include "activation_quadrature.hpp"

#include <pastur/theory/hermite.hpp>
#include <pastur/theory/neural_kernel.hpp>

#include <stdexcept>

namespace pastur::theory {
namespace {

/// Diagonals repeat on the sphere: the averages of the last variance are kept.
void advance_diagonal(const Activation& sigma, double weight_variance, double bias_variance,
                      std::vector<double>& variance, std::vector<double>& tangent) {
  double known = -1.0;
  double kernel = 0.0;
  double derivative = 0.0;
  for (std::size_t i = 0; i < variance.size(); ++i) {
    if (variance[i] != known) {
      known = variance[i];
      kernel = second_moment(sigma, known);
      derivative = derivative_second_moment(sigma, known);
    }
    variance[i] = weight_variance * kernel + bias_variance;
    tangent[i] = variance[i] + weight_variance * derivative * tangent[i];
  }
}

} // namespace

NeuralKernelBlock neural_kernel_input(std::span<const double> row_square,
                                      std::span<const double> column_square, std::span<const double> gram,
                                      double weight_variance, double bias_variance) {
  if (gram.size() != row_square.size() * column_square.size()) {
    throw std::invalid_argument("neural_kernel_input: sizes of norms and Gram block differ");
  }
  require_variance(weight_variance);
  require_variance(bias_variance);
  const auto layer = [&](std::span<const double> products) {
    std::vector<double> result(products.begin(), products.end());
    for (double& x : result) x = weight_variance * x + bias_variance;
    return result;
  };
  NeuralKernelBlock block{layer(row_square), layer(column_square), {}, {}, layer(gram), {}};
  block.row_tangent = block.row_variance;
  block.column_tangent = block.column_variance;
  block.tangent = block.covariance;
  return block;
}

void neural_kernel_advance(const DualActivation& dual, double weight_variance, double bias_variance,
                           NeuralKernelBlock& block) {
  require_variance(weight_variance);
  require_variance(bias_variance);
  std::vector<double> derivative(block.covariance.size());
  dual.apply_block(block.row_variance, block.column_variance, block.covariance, derivative);
  for (std::size_t i = 0; i < derivative.size(); ++i) {
    block.covariance[i] = weight_variance * block.covariance[i] + bias_variance;
    block.tangent[i] = block.covariance[i] + weight_variance * derivative[i] * block.tangent[i];
  }
  advance_diagonal(dual.activation(), weight_variance, bias_variance, block.row_variance, block.row_tangent);
  advance_diagonal(dual.activation(), weight_variance, bias_variance, block.column_variance,
                   block.column_tangent);
}

} // namespace pastur::theory
