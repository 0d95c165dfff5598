// SPDX-License-Identifier: BSD-3-Clause
#include "slope_bits.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pastur::learning {

TwoSlopes::TwoSlopes(const theory::Activation& activation) {
  if (!activation.has_two_slopes())
    throw std::invalid_argument(std::string(activation.name()) + " has more than two slopes");
  threshold = activation.kinks().front();
  on = activation.derivative(threshold + 1.0);
  off = activation.derivative(threshold);
}

void for_each_slope_slab(const SlopeSource& source, const std::vector<BitRows>& inputs,
                         const std::function<void(const std::vector<linalg::BitPanel>&)>& f, double bytes) {
  const TwoSlopes slopes(source.activation);
  double bytes_per_tile = 0.0;
  for (const BitRows& input : inputs) bytes_per_tile += linalg::BitPanel::bytes(input.rows, tile_neurons);
  const auto tiles = static_cast<std::int64_t>(std::clamp(bytes / std::max(bytes_per_tile, 1.0), 1.0, 1e6));
  Panel w(std::min(tile_neurons, source.neurons), source.d), preactivations(tile_rows, tile_neurons);
  for (std::int64_t slab = 0; slab < source.neurons; slab += tiles * tile_neurons) {
    const std::int64_t width = std::min(tiles * tile_neurons, source.neurons - slab);
    std::vector<linalg::BitPanel> panels;
    for (const BitRows& input : inputs) panels.emplace_back(input.rows, width);
    for (std::int64_t first = 0; first < width; first += tile_neurons) {
      const std::int64_t count = std::min(tile_neurons, width - first);
      source.weights(slab + first, count, w.data(), w.ld());
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        for (std::int64_t row = 0; row < inputs[k].rows; row += tile_rows) {
          const std::int64_t rows = std::min(tile_rows, inputs[k].rows - row);
          multiply_transposed(rows, count, source.d, 1.0, inputs[k].x + row, inputs[k].ld, w.data(), w.ld(),
                              0.0, preactivations.data(), rows);
          panels[k].assign_above(slopes.threshold, preactivations.data(), rows, row, rows, first, count);
        }
      }
    }
    f(panels);
  }
}

} // namespace pastur::learning
