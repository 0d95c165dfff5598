// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/inputs.hpp>
#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/linalg/process_grid.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/theory/gegenbauer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pastur::learning {

/// A kernel of t = <x, x'>/d, applied in place to many t in [-1, 1].
using KernelOfCosine = std::function<void(std::span<double>)>;

/// The infinite-width kernel K(t), and its part of degree <= `degree` (valid while the returned function and
/// `kernel` live).
KernelOfCosine infinite_width(const theory::NeuralTangentKernel& kernel);
KernelOfCosine truncated(const theory::NeuralTangentKernel& kernel, std::int64_t d, std::int64_t degree);

/// The n x n kernel matrix of the training inputs in the lower triangle; t_ii = 1 exactly, other t clipped to
/// [-1, 1]. The inputs must have norm sqrt(d). Communication-free: every rank regenerates the rows of X it
/// needs. n^2 d flop and n^2/2 kernel evaluations over the team.
linalg::BlockCyclicMatrix assemble_kernel(const Inputs& inputs, const KernelOfCosine& kernel,
                                          std::shared_ptr<const linalg::ProcessGrid> grid,
                                          std::int32_t block = 64);

/// Predictions on the test inputs, K(test, train) alphas. `alphas`: n x columns, column-major, the same on
/// every rank; the result is n_test x columns, column-major, on every rank. 2 n n_test (d + columns) flop
/// over the team. @note Collective
std::vector<double> predict_kernel(const Inputs& inputs, const KernelOfCosine& kernel,
                                   std::span<const double> alphas, std::int64_t columns,
                                   const parallel::Communicator& team);

} // namespace pastur::learning
