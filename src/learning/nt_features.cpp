// SPDX-License-Identifier: BSD-3-Clause
#include "local_panels.hpp"
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/gram.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>
#include <string>

namespace pastur::learning {

NeuralTangentFeatures::NeuralTangentFeatures(Inputs inputs, const theory::Activation& activation,
                                             WeightLaw law, std::int64_t neurons,
                                             const random::Streams& streams)
    : inputs_(std::move(inputs)), activation_(activation), law_(law), neurons_(neurons),
      weights_(streams.stream("W")) {
  if (neurons < 1)
    throw std::invalid_argument("neural-tangent features of " + std::to_string(neurons) + " neurons");
  (void)activation_.derivative(0.0); // throws where sigma' is undefined
}

SlopeSource NeuralTangentFeatures::slope_source() const {
  return {activation_, law_, neurons_, inputs_.d(), weights_};
}

void NeuralTangentFeatures::weights(std::int64_t first, std::int64_t count, double* out,
                                    std::int64_t ld) const {
  if (first < 0 || count < 0 || first + count > neurons_) {
    throw std::out_of_range("weights " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                            " of " + std::to_string(neurons_));
  }
  slope_source().weights(first, count, out, ld);
}

linalg::BlockCyclicMatrix NeuralTangentFeatures::assemble(std::shared_ptr<const linalg::ProcessGrid> grid,
                                                          std::int32_t block) const {
  const parallel::LogEvent event("PasturAssemble");
  const std::int64_t n = inputs_.n(), d = inputs_.d();
  linalg::BlockCyclicMatrix kernel(std::move(grid), n, n, block);
  kernel.fill(0.0);
  const LocalInputs local(inputs_, kernel);
  const std::int64_t rows = kernel.local_rows(), columns = kernel.local_cols();
  const std::int64_t chunk = neurons_per_chunk(local.same() ? rows : rows + columns, neurons_);
  {
    const SlopeSource source = slope_source();
    Panel row_slopes(rows, chunk), column_slopes(local.same() ? 0 : columns, chunk);
    source.for_each_chunk(chunk, [&](std::int64_t, std::int64_t count, const Panel& w) {
      source.slopes(local.rows().data(), rows, local.rows().ld(), w, count, row_slopes.data());
      if (!local.same())
        source.slopes(local.columns().data(), columns, local.columns().ld(), w, count, column_slopes.data());
      const Panel& right = local.same() ? row_slopes : column_slopes;
      linalg::accumulate_gram(kernel, row_slopes.data(), row_slopes.ld(), right.data(), right.ld(), count,
                              1.0, 1.0);
    });
  }
  // Hadamard product with X X^T / (N d).
  const double scale = 1.0 / (static_cast<double>(neurons_) * static_cast<double>(d));
  for_each_strip(kernel, local, d, scale,
                 [&](std::int32_t column, std::int32_t strip, std::int32_t row, const double* products) {
                   const std::int64_t length = rows - row;
                   for (std::int32_t j = 0; j < strip; ++j, products += length) {
                     double* values = &kernel.local(row, column + j);
                     for (std::int64_t i = 0; i < length; ++i) values[i] *= products[i];
                   }
                 });
  return kernel;
}

} // namespace pastur::learning
