// SPDX-License-Identifier: BSD-3-Clause
#include "local_panels.hpp"
#include "slope_bits.hpp"
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/bit_gram.hpp>
#include <pastur/linalg/gram.hpp>
#include <pastur/parallel/log_event.hpp>

#include <vector>

namespace pastur::learning {

namespace {

/// lower(kernel) = S S^T by BLAS, chunk after chunk of neurons.
void slope_gram(linalg::BlockCyclicMatrix& kernel, const LocalInputs& local, const SlopeSource& source) {
  const std::int64_t rows = kernel.local_rows(), columns = kernel.local_cols();
  const std::int64_t chunk = neurons_per_chunk(local.same() ? rows : rows + columns, source.neurons);
  Panel row_slopes(rows, chunk), column_slopes(local.same() ? 0 : columns, chunk);
  source.for_each_chunk(chunk, [&](std::int64_t, std::int64_t count, const Panel& w) {
    source.slopes(local.rows().data(), rows, local.rows().ld(), w, count, row_slopes.data());
    if (!local.same())
      source.slopes(local.columns().data(), columns, local.columns().ld(), w, count, column_slopes.data());
    const Panel& right = local.same() ? row_slopes : column_slopes;
    linalg::accumulate_gram(kernel, row_slopes.data(), row_slopes.ld(), right.data(), right.ld(), count, 1.0,
                            1.0);
  });
}

/// Bits set in local rows and columns, beside those set in both, which stand in the kernel.
struct BitCounts {
  std::vector<double> rows, columns;
};

BitCounts slope_bit_gram(linalg::BlockCyclicMatrix& kernel, const LocalInputs& local,
                         const SlopeSource& source) {
  std::vector<BitRows> inputs{{local.rows().data(), kernel.local_rows(), local.rows().ld()}};
  if (!local.same()) inputs.push_back({local.columns().data(), kernel.local_cols(), local.columns().ld()});
  BitCounts counts{std::vector<double>(static_cast<std::size_t>(kernel.local_rows())),
                   std::vector<double>(static_cast<std::size_t>(kernel.local_cols()))};
  for_each_slope_slab(source, inputs, [&](const std::vector<linalg::BitPanel>& panels) {
    linalg::accumulate_common_bits(kernel, panels.front(), panels.back());
    panels.front().add_counts(counts.rows);
    panels.back().add_counts(counts.columns);
  });
  return counts;
}

} // namespace

linalg::BlockCyclicMatrix NeuralTangentFeatures::assemble(std::shared_ptr<const linalg::ProcessGrid> grid,
                                                          std::int32_t block) const {
  const parallel::LogEvent event("PasturAssemble");
  const std::int64_t n = inputs_.n(), d = inputs_.d();
  linalg::BlockCyclicMatrix kernel(std::move(grid), n, n, block);
  kernel.fill(0.0);
  const LocalInputs local(inputs_, kernel);
  // Hadamard product with X X^T / (N d).
  const double scale = 1.0 / (static_cast<double>(neurons_) * static_cast<double>(d));
  const auto times_inner_products = [&](const auto& slope_product) {
    for_each_strip(kernel, local, d, scale,
                   [&](std::int32_t column, std::int32_t strip, std::int32_t row, const double* products) {
                     const std::int32_t length = kernel.local_rows() - row;
                     for (std::int32_t j = 0; j < strip; ++j, products += length) {
                       double* values = &kernel.local(row, column + j);
                       for (std::int32_t i = 0; i < length; ++i)
                         values[i] = slope_product(values[i], row + i, column + j) * products[i];
                     }
                   });
  };
  if (!activation_.has_two_slopes()) {
    slope_gram(kernel, local, slope_source());
    times_inner_products([](double product, std::int32_t, std::int32_t) { return product; });
    return kernel;
  }
  const BitCounts counts = slope_bit_gram(kernel, local, slope_source());
  const TwoSlopes slopes(activation_);
  const auto neurons = static_cast<double>(neurons_);
  times_inner_products([&](double common, std::int32_t row, std::int32_t column) {
    return slopes.inner_product(neurons, common,
                                counts.rows[static_cast<std::size_t>(row)] +
                                    counts.columns[static_cast<std::size_t>(column)]);
  });
  return kernel;
}

} // namespace pastur::learning
