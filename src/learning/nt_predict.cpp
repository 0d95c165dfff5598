// SPDX-License-Identifier: BSD-3-Clause
#include "slope_bits.hpp"
#include "slope_panels.hpp"
#include "team_tile.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>
#include <string>

namespace pastur::learning {

namespace {

struct Sizes {
  std::int64_t n, n_test, d, columns;
};

/// f_hat(x) = (1/(N d)) sum_l sigma'(<w_l, x>) <A_l, x> with A_l = sum_i alpha_i sigma'(<w_l, x_i>) x_i, per
/// chunk of neurons: every rank adds the part of its training rows to A, the team sums, every rank predicts
/// its test rows.
void add_network_predictions(const Inputs& inputs, const SlopeSource& source, const Sizes& size,
                             std::span<const double> alphas, const parallel::Communicator& team,
                             std::span<double> predictions) {
  const auto [begin, end] = linalg::even_range(size.n, team.rank(), team.size());
  const auto [test_begin, test_end] = linalg::even_range(size.n_test, team.rank(), team.size());
  const std::int64_t tests = test_end - test_begin, d = size.d;
  // Rows per panel: the scaled inputs, panel x (d columns), take about 32 MB.
  const std::int64_t panel = std::clamp<std::int64_t>((std::int64_t{1} << 22) / (d * size.columns), 64, 1024);
  const std::int64_t chunk = neurons_per_chunk(std::max({panel, tests, d * size.columns}), source.neurons);
  const double scale = 1.0 / (static_cast<double>(source.neurons) * static_cast<double>(d));

  Panel test(tests, d), x(panel, d), scaled(panel, d * size.columns), slopes(panel, chunk);
  Panel test_slopes(tests, chunk), products(tests, chunk), network(chunk, d * size.columns);
  if (tests > 0) inputs.rows(size.n + test_begin, tests, test.data(), test.ld());
  source.for_each_chunk(chunk, [&](std::int64_t, std::int64_t count, const Panel& w) {
    std::fill_n(network.data(), network.size(), 0.0);
    for (std::int64_t i = begin; i < end; i += panel) {
      const std::int64_t rows = std::min(panel, end - i);
      inputs.rows(i, rows, x.data(), rows);
      source.slopes(x.data(), rows, rows, w, count, slopes.data());
      double* out = scaled.data();
      for (std::int64_t r = 0; r < size.columns; ++r) {
        const double* alpha = alphas.data() + i + r * size.n;
        for (std::int64_t j = 0; j < d; ++j, out += rows) {
          const double* column = x.data() + j * rows;
          for (std::int64_t k = 0; k < rows; ++k) out[k] = alpha[k] * column[k];
        }
      }
      multiply_adjoint(count, d * size.columns, rows, 1.0, slopes.data(), rows, scaled.data(), rows, 1.0,
                       network.data(), network.ld());
    }
    team.sum(std::span<double>(network.data(), network.size()));
    source.slopes(test.data(), tests, test.ld(), w, count, test_slopes.data());
    for (std::int64_t r = 0; r < size.columns && tests > 0; ++r) {
      multiply_transposed(tests, count, d, 1.0, test.data(), test.ld(), network.column(r * d), network.ld(),
                          0.0, products.data(), tests);
      add_row_products(test_slopes.data(), tests, products.data(), tests, tests, count, scale,
                       predictions.data() + test_begin + r * size.n_test);
    }
  });
}

/// The same from tiles of the test-by-train kernel, (S_test S^T) o (X_test X^T) / (N d).
void add_kernel_predictions(const Inputs& inputs, const SlopeSource& source, const Sizes& size,
                            std::span<const double> alphas, const parallel::Communicator& team,
                            std::span<double> predictions) {
  const TeamTile tile = team_tile(size.n, size.n_test, team.rank(), team.size());
  constexpr std::int64_t train_panel = 2048, test_panel = 1024;
  const double scale = 1.0 / (static_cast<double>(source.neurons) * static_cast<double>(size.d));
  const std::int64_t chunk = neurons_per_chunk(train_panel + test_panel, source.neurons);
  const std::int64_t most_train = std::min(train_panel, tile.train_end - tile.train_begin);
  const std::int64_t most_test = std::min(test_panel, tile.test_end - tile.test_begin);
  Panel train(most_train, size.d), test(most_test, size.d), train_slopes(most_train, chunk),
      test_slopes(most_test, chunk);
  Panel kernel(most_test, most_train), products(most_test, most_train);
  for (std::int64_t k = tile.test_begin; k < tile.test_end; k += test_panel) {
    const std::int64_t tests = std::min(test_panel, tile.test_end - k);
    inputs.rows(size.n + k, tests, test.data(), tests);
    for (std::int64_t i = tile.train_begin; i < tile.train_end; i += train_panel) {
      const std::int64_t rows = std::min(train_panel, tile.train_end - i);
      inputs.rows(i, rows, train.data(), rows);
      source.for_each_chunk(chunk, [&](std::int64_t first, std::int64_t count, const Panel& w) {
        source.slopes(train.data(), rows, rows, w, count, train_slopes.data());
        source.slopes(test.data(), tests, tests, w, count, test_slopes.data());
        multiply_transposed(tests, rows, count, 1.0, test_slopes.data(), tests, train_slopes.data(), rows,
                            first == 0 ? 0.0 : 1.0, kernel.data(), tests);
      });
      multiply_transposed(tests, rows, size.d, scale, test.data(), tests, train.data(), rows, 0.0,
                          products.data(), tests);
      for (std::int64_t e = 0; e < tests * rows; ++e) kernel.data()[e] *= products.data()[e];
      multiply(tests, size.columns, rows, 1.0, kernel.data(), tests, alphas.data() + i, size.n, 1.0,
               predictions.data() + k, size.n_test);
    }
  }
}

double prediction_flops(double n, double n_test, double d, double neurons, double columns, bool by_network) {
  const double slopes = 2.0 * neurons * d * (n + n_test);
  return slopes + (by_network ? columns * slopes : 2.0 * n_test * n * (neurons + d + columns));
}

} // namespace

std::vector<double> NeuralTangentFeatures::predict(std::span<const double> alphas, std::int64_t columns,
                                                   const parallel::Communicator& team,
                                                   PredictionRoute route) const {
  const parallel::LogEvent event("PasturPredict");
  const Sizes size{inputs_.n(), inputs_.n_test(), inputs_.d(), columns};
  if (static_cast<std::int64_t>(alphas.size()) != size.n * columns) {
    throw std::invalid_argument(std::to_string(alphas.size()) + " coefficients where n * columns = " +
                                std::to_string(size.n * columns) + " belong");
  }
  std::vector<double> predictions(static_cast<std::size_t>(size.n_test * columns), 0.0);
  if (predictions.empty()) return predictions;
  if (route == PredictionRoute::automatic) {
    const auto flops = [&](bool by_network) {
      return prediction_flops(static_cast<double>(size.n), static_cast<double>(size.n_test),
                              static_cast<double>(size.d), static_cast<double>(neurons_),
                              static_cast<double>(columns), by_network);
    };
    route = flops(true) <= flops(false) ? PredictionRoute::network : PredictionRoute::kernel;
  }
  if (route == PredictionRoute::network) {
    add_network_predictions(inputs_, slope_source(), size, alphas, team, predictions);
  } else {
    add_kernel_predictions(inputs_, slope_source(), size, alphas, team, predictions);
  }
  team.sum(std::span<double>(predictions));
  return predictions;
}

NeuralTangentCost neural_tangent_cost(std::int64_t samples, std::int64_t tests, std::int64_t dimension,
                                      std::int64_t neurons, std::int64_t columns, int ranks) {
  const auto n = static_cast<double>(samples), n_test = static_cast<double>(tests),
             d = static_cast<double>(dimension);
  const auto N = static_cast<double>(neurons), m = static_cast<double>(columns),
             p = static_cast<double>(ranks);
  // As square a grid as ProcessGrid makes: its longer side bounds a rank's local rows plus columns.
  int side = 1;
  for (int k = 1; k * k <= ranks; ++k) {
    if (ranks % k == 0) side = k;
  }
  const double local = ranks == 1 ? n : n / side + n * side / p;
  NeuralTangentCost cost;
  cost.assembly_flops = n * n * (N + d) + 2.0 * N * d * local * p;
  const auto chunk = static_cast<double>(neurons_per_chunk(static_cast<std::int64_t>(local), neurons));
  // Slopes of two values come as bits, others in chunks.
  const double bits =
      std::min(slab_bytes, local * (N / 8.0 + 8.0)) + 8.0 * static_cast<double>(tile_rows * tile_neurons);
  cost.assembly_bytes =
      8.0 * (local * d + chunk * d + 256.0 * local) + std::max(8.0 * local * chunk, bits + 8.0 * local);
  const double network = prediction_flops(n, n_test, d, N, m, true),
               kernel = prediction_flops(n, n_test, d, N, m, false);
  cost.prediction_flops = std::min(network, kernel);
  const double share = std::min(n_test / p + 1.0, n_test);
  cost.prediction_bytes =
      8.0 * (n_test * m + (network <= kernel ? share * d + std::max(4194304.0, 64.0 * d * m) +
                                                   2.0 * 8388608.0 + 2.0 * 64.0 * share
                                             : 3072.0 * (d + 1024.0) + 2.0 * 2048.0 * 1024.0));
  cost.operator_flops = 4.0 * n * N * d;
  const double rows = n / p + 1.0;
  cost.operator_bytes = 8.0 * (2.0 * rows * d + rows * N + 3.0 * 8388608.0 / 8.0);
  return cost;
}

} // namespace pastur::learning
