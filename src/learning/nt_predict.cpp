// SPDX-License-Identifier: BSD-3-Clause
#include "nt_predictions.hpp"
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/log_event.hpp>

#include <stdexcept>
#include <string>

namespace pastur::learning {

namespace {

/// f_hat(x) = (1/(N d)) sum_l sigma'(<w_l, x>) <A_l, x> with A_l = sum_i alpha_i sigma'(<w_l, x_i>) x_i, per
/// chunk of neurons: every rank adds the part of its training rows to A, the team sums, every rank predicts
/// its test rows.
void add_network_predictions(const Inputs& inputs, const SlopeSource& source, const PredictionSizes& size,
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

} // namespace

std::vector<double> NeuralTangentFeatures::predict(std::span<const double> alphas, std::int64_t columns,
                                                   const parallel::Communicator& team,
                                                   PredictionRoute route) const {
  const parallel::LogEvent event("PasturPredict");
  const PredictionSizes size{inputs_.n(), inputs_.n_test(), inputs_.d(), columns};
  if (static_cast<std::int64_t>(alphas.size()) != size.n * columns) {
    throw std::invalid_argument(std::to_string(alphas.size()) + " coefficients where n * columns = " +
                                std::to_string(size.n * columns) + " belong");
  }
  std::vector<double> predictions(static_cast<std::size_t>(size.n_test * columns), 0.0);
  if (predictions.empty()) return predictions;
  if (route == PredictionRoute::automatic)
    route = cheaper_route(size, neurons_, activation_.has_two_slopes());
  if (route == PredictionRoute::network) {
    add_network_predictions(inputs_, slope_source(), size, alphas, team, predictions);
  } else {
    add_kernel_predictions(inputs_, slope_source(), size, alphas, team, predictions);
  }
  team.sum(std::span<double>(predictions));
  return predictions;
}

} // namespace pastur::learning
