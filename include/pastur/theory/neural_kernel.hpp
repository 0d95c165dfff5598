// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/dual_activation.hpp>

#include <span>
#include <vector>

namespace pastur::theory {

/// A block of the kernels of an infinitely wide network at one depth: Sigma (NNGP) and Theta (NTK),
/// column-major, rows x columns with leading dimension rows, and the diagonals of both at the block's row and
/// column points. Blocks are independent: a distributed matrix is advanced block by block without
/// communication.
struct NeuralKernelBlock {
  std::vector<double> row_variance, column_variance; ///< Sigma(x, x)
  std::vector<double> row_tangent, column_tangent;   ///< Theta(x, x)
  std::vector<double> covariance;                    ///< Sigma(x, x')
  std::vector<double> tangent;                       ///< Theta(x, x')
};

/// Layer 0: Sigma = Theta = weight_variance <x, x'>/d + bias_variance, from the Gram entries <x, x'>/d and
/// the squared norms |x|^2/d.
NeuralKernelBlock neural_kernel_input(std::span<const double> row_square,
                                      std::span<const double> column_square, std::span<const double> gram,
                                      double weight_variance, double bias_variance);

/// One layer further: Sigma' = weight_variance k(Sigma) + bias_variance, Theta' = Sigma' + weight_variance
/// kdot(Sigma) Theta.
void neural_kernel_advance(const DualActivation& dual, double weight_variance, double bias_variance,
                           NeuralKernelBlock& block);

} // namespace pastur::theory
