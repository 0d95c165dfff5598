// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>

#include <cstdint>
#include <span>

namespace pastur::learning {

struct PredictionSizes {
  std::int64_t n, n_test, d, columns;
};

/// predictions (n_test x columns, column-major) += this rank's part of f_hat on the test points, from tiles
/// of the test-by-train kernel (S_test S^T) o (X_test X^T) / (N d): slopes of two values as bits, others by
/// BLAS.
void add_kernel_predictions(const Inputs& inputs, const SlopeSource& source, const PredictionSizes& size,
                            std::span<const double> alphas, const parallel::Communicator& team,
                            std::span<double> predictions);

/// Test points and training points at a time in a tile of the kernel; with bits, the training points whose
/// slopes are made at once, and the strip of them that is multiplied at once.
inline constexpr std::int64_t test_panel = 1024, train_panel = 2048, bit_strip = 256;
/// Test points whose bits are kept while the training points pass: about slab_bytes.
std::int64_t bit_test_panel(std::int64_t neurons);

/// What a route to the predictions takes over the team.
struct PredictionWork {
  double flops = 0.0;
  double bit_pairs = 0.0;
  /// Flops of a matrix product that take as long.
  double product_flops() const { return flops + bit_pairs / bit_pairs_per_flop; }
};
PredictionWork prediction_work(const PredictionSizes& size, std::int64_t neurons, bool two_slopes,
                               PredictionRoute route);
/// The cheaper of network and kernel.
PredictionRoute cheaper_route(const PredictionSizes& size, std::int64_t neurons, bool two_slopes);

} // namespace pastur::learning
