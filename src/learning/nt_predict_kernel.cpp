// SPDX-License-Identifier: BSD-3-Clause
#include "nt_predictions.hpp"
#include "slope_bits.hpp"
#include "team_tile.hpp"

#include <pastur/linalg/bit_gram.hpp>

#include <algorithm>
#include <vector>

namespace pastur::learning {

namespace {

void add_by_slopes(const Inputs& inputs, const SlopeSource& source, const PredictionSizes& size,
                   std::span<const double> alphas, const TeamTile& tile, std::span<double> predictions) {
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

/// A panel of slopes as bits, and how many are set in each row.
struct CountedBits {
  CountedBits(const SlopeSource& source, const BitRows& input)
      : bits(slope_bits(source, input)), counts(static_cast<std::size_t>(input.rows)) {
    bits.add_counts(counts);
  }
  linalg::BitPanel bits;
  std::vector<double> counts;
};

/// values (tests x count) = the kernel of the test points with training points [first, first + count) of
/// `train`, times what `products` holds, <x_test, x> / (N d).
void kernel_strip(const TwoSlopes& slopes, double neurons, const CountedBits& test, const CountedBits& train,
                  std::int64_t first, std::int64_t count, const double* products, double* values) {
  const std::int64_t tests = test.bits.rows();
  std::fill_n(values, tests * count, 0.0);
  linalg::add_common_bits(test.bits, train.bits, first, count, values, tests);
  for (std::int64_t j = 0; j < count; ++j, values += tests, products += tests) {
    const double set = train.counts[static_cast<std::size_t>(first + j)];
    for (std::int64_t i = 0; i < tests; ++i) {
      values[i] = slopes.inner_product(neurons, values[i], set + test.counts[static_cast<std::size_t>(i)]) *
                  products[i];
    }
  }
}

/// Bits of the test points once, those of the training points once for each panel of test points.
void add_by_bits(const Inputs& inputs, const SlopeSource& source, const PredictionSizes& size,
                 std::span<const double> alphas, const TeamTile& tile, std::span<double> predictions) {
  const TwoSlopes slopes(source.activation);
  const auto neurons = static_cast<double>(source.neurons);
  const double scale = 1.0 / (neurons * static_cast<double>(size.d));
  const std::int64_t most_test = std::min(bit_test_panel(source.neurons), tile.test_end - tile.test_begin);
  const std::int64_t most_train = std::min(train_panel, tile.train_end - tile.train_begin);
  const std::int64_t most_strip = std::min(bit_strip, most_train);
  Panel test(most_test, size.d), train(most_train, size.d);
  Panel products(most_test, most_strip), kernel(most_test, most_strip);
  for (std::int64_t k = tile.test_begin; k < tile.test_end; k += most_test) {
    const std::int64_t tests = std::min(most_test, tile.test_end - k);
    inputs.rows(size.n + k, tests, test.data(), tests);
    const CountedBits test_bits(source, {test.data(), tests, tests});
    for (std::int64_t i = tile.train_begin; i < tile.train_end; i += most_train) {
      const std::int64_t rows = std::min(most_train, tile.train_end - i);
      inputs.rows(i, rows, train.data(), rows);
      const CountedBits train_bits(source, {train.data(), rows, rows});
      for (std::int64_t first = 0; first < rows; first += most_strip) {
        const std::int64_t count = std::min(most_strip, rows - first);
        multiply_transposed(tests, count, size.d, scale, test.data(), tests, train.data() + first, rows, 0.0,
                            products.data(), tests);
        kernel_strip(slopes, neurons, test_bits, train_bits, first, count, products.data(), kernel.data());
        multiply(tests, size.columns, count, 1.0, kernel.data(), tests, alphas.data() + i + first, size.n,
                 1.0, predictions.data() + k, size.n_test);
      }
    }
  }
}

} // namespace

std::int64_t bit_test_panel(std::int64_t neurons) {
  const auto rows = static_cast<std::int64_t>(slab_bytes / linalg::BitPanel::bytes(1, neurons));
  return std::clamp<std::int64_t>(rows * linalg::BitPanel::group, test_panel, 8 * test_panel);
}

void add_kernel_predictions(const Inputs& inputs, const SlopeSource& source, const PredictionSizes& size,
                            std::span<const double> alphas, const parallel::Communicator& team,
                            std::span<double> predictions) {
  const TeamTile tile = team_tile(size.n, size.n_test, team.rank(), team.size());
  if (source.activation.has_two_slopes()) {
    add_by_bits(inputs, source, size, alphas, tile, predictions);
  } else {
    add_by_slopes(inputs, source, size, alphas, tile, predictions);
  }
}

} // namespace pastur::learning
