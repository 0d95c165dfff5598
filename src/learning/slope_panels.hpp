// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "blas.hpp"

#include <pastur/learning/nt_features.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>

namespace pastur::learning {

/// Neurons per chunk so that `rows` rows of S take about 64 MB: at least 64 for the sake of BLAS, at most
/// `neurons`.
inline std::int64_t neurons_per_chunk(std::int64_t rows, std::int64_t neurons) {
  constexpr std::int64_t elements = std::int64_t{1} << 23;
  return std::min(neurons, std::clamp<std::int64_t>(elements / std::max<std::int64_t>(rows, 1), 64, 1024));
}

/// What S = sigma'(X W^T) is made from. A value of its own, so that an operator outlives the features it came
/// from.
struct SlopeSource {
  theory::Activation activation;
  WeightLaw law;
  std::int64_t neurons;
  std::int64_t d;
  random::Stream stream;

  /// Rows [first, first + count) of W, column-major.
  void weights(std::int64_t first, std::int64_t count, double* out, std::int64_t ld) const;
  /// out (rows x count) = sigma'(X W^T) for `count` neurons with weights w (count x d); out's leading
  /// dimension is `rows`.
  void slopes(const double* x, std::int64_t rows, std::int64_t ld, const Panel& w, std::int64_t count,
              double* out) const;
  /// f(first neuron, number of neurons, their weights) for all neurons, `chunk` at a time.
  void for_each_chunk(std::int64_t chunk,
                      const std::function<void(std::int64_t, std::int64_t, const Panel&)>& f) const;
};

/// out[i] += scale * sum_l a(i, l) b(i, l) for two rows x columns panels.
inline void add_row_products(const double* a, std::int64_t lda, const double* b, std::int64_t ldb,
                             std::int64_t rows, std::int64_t columns, double scale, double* out) {
  for (std::int64_t l = 0; l < columns; ++l) {
    const double* left = a + l * lda;
    const double* right = b + l * ldb;
    for (std::int64_t i = 0; i < rows; ++i) out[i] += scale * left[i] * right[i];
  }
}

} // namespace pastur::learning
