// SPDX-License-Identifier: BSD-3-Clause
// What the neural-tangent kernel takes, before anything is allocated.
#include "nt_predictions.hpp"
#include "slope_bits.hpp"

#include <pastur/linalg/bit_panel.hpp>

#include <algorithm>

namespace pastur::learning {

PredictionWork prediction_work(const PredictionSizes& size, std::int64_t neurons, bool two_slopes,
                               PredictionRoute route) {
  const auto n = static_cast<double>(size.n), n_test = static_cast<double>(size.n_test),
             d = static_cast<double>(size.d), columns = static_cast<double>(size.columns),
             N = static_cast<double>(neurons);
  const double slopes = 2.0 * N * d * (n + n_test);
  if (route == PredictionRoute::network) return {.flops = (1.0 + columns) * slopes};
  const double products = 2.0 * n_test * n * (d + columns);
  if (two_slopes) return {.flops = slopes + products, .bit_pairs = n_test * n * N};
  return {.flops = slopes + products + 2.0 * n_test * n * N};
}

PredictionRoute cheaper_route(const PredictionSizes& size, std::int64_t neurons, bool two_slopes) {
  const auto work = [&](PredictionRoute route) {
    return prediction_work(size, neurons, two_slopes, route).product_flops();
  };
  return work(PredictionRoute::network) <= work(PredictionRoute::kernel) ? PredictionRoute::network
                                                                         : PredictionRoute::kernel;
}

namespace {

/// Scratch of one rank of `ranks` beside the predictions themselves.
double prediction_scratch(const PredictionSizes& size, std::int64_t neurons, bool two_slopes, double ranks) {
  const auto d = static_cast<double>(size.d), n_test = static_cast<double>(size.n_test);
  const double share = std::min(n_test / ranks + 1.0, n_test);
  if (cheaper_route(size, neurons, two_slopes) == PredictionRoute::network) {
    return 8.0 * (share * d + std::max(4194304.0, 64.0 * d * static_cast<double>(size.columns)) +
                  2.0 * 8388608.0 + 2.0 * 64.0 * share);
  }
  constexpr auto train = static_cast<double>(train_panel);
  if (!two_slopes) {
    constexpr auto test = static_cast<double>(test_panel);
    return 8.0 * ((test + train) * (d + 1024.0) + 2.0 * train * test);
  }
  const std::int64_t test = std::min(bit_test_panel(neurons), size.n_test);
  return 8.0 * ((static_cast<double>(test) + train) * d +
                2.0 * static_cast<double>(bit_strip) * static_cast<double>(test) +
                static_cast<double>(tile_rows * tile_neurons)) +
         linalg::BitPanel::bytes(test, neurons) + linalg::BitPanel::bytes(train_panel, neurons);
}

} // namespace

NeuralTangentCost neural_tangent_cost(std::int64_t n, std::int64_t n_test, std::int64_t d,
                                      std::int64_t neurons, std::int64_t columns, bool two_slopes,
                                      int ranks) {
  const auto samples = static_cast<double>(n), dimension = static_cast<double>(d),
             N = static_cast<double>(neurons), p = static_cast<double>(ranks);
  // As square a grid as ProcessGrid makes: its longer side bounds a rank's local rows plus columns.
  int side = 1;
  for (int k = 1; k * k <= ranks; ++k) {
    if (ranks % k == 0) side = k;
  }
  const double local = ranks == 1 ? samples : samples / side + samples * side / p;
  NeuralTangentCost cost;
  cost.assembly_flops = samples * samples * dimension + 2.0 * N * dimension * local * p;
  const auto chunk = static_cast<double>(neurons_per_chunk(static_cast<std::int64_t>(local), neurons));
  cost.assembly_bytes = 8.0 * (local * dimension + chunk * dimension + 256.0 * local);
  if (two_slopes) {
    cost.assembly_bit_pairs = 0.5 * samples * samples * N;
    cost.assembly_bytes += std::min(slab_bytes, local * (N / 8.0 + 8.0)) +
                           8.0 * (static_cast<double>(tile_rows * tile_neurons) + local);
  } else {
    cost.assembly_flops += samples * samples * N;
    cost.assembly_bytes += 8.0 * local * chunk;
  }
  const PredictionSizes size{n, n_test, d, columns};
  const PredictionWork prediction =
      prediction_work(size, neurons, two_slopes, cheaper_route(size, neurons, two_slopes));
  cost.prediction_flops = prediction.flops;
  cost.prediction_bit_pairs = prediction.bit_pairs;
  cost.prediction_bytes = 8.0 * static_cast<double>(n_test) * static_cast<double>(columns) +
                          prediction_scratch(size, neurons, two_slopes, p);
  cost.operator_flops = 4.0 * samples * N * dimension;
  const double rows = samples / p + 1.0;
  // Inputs, slopes, and tiles for groups of some 512 columns.
  const double slopes = two_slopes ? rows * (N / 8.0 + 8.0) : 8.0 * rows * N;
  const double tiles = 8.0 * static_cast<double>(tile_rows) * (2.0 * tile_neurons + 512.0 + dimension);
  cost.operator_bytes = 8.0 * rows * dimension + slopes + tiles;
  return cost;
}

} // namespace pastur::learning
