// SPDX-License-Identifier: BSD-3-Clause
#include "slope_bits.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace pastur::learning {

TwoSlopes::TwoSlopes(const theory::Activation& activation) {
  if (!activation.has_two_slopes())
    throw std::invalid_argument(std::string(activation.name()) + " has more than two slopes");
  threshold = activation.kinks().front();
  on = activation.derivative(threshold + 1.0);
  off = activation.derivative(threshold);
}

namespace {

/// Neurons [first_neuron, first_neuron + width) of every input.
std::vector<linalg::BitPanel> slab_of_bits(const SlopeSource& source, const std::vector<BitRows>& inputs,
                                           std::int64_t first_neuron, std::int64_t width) {
  const TwoSlopes slopes(source.activation);
  std::vector<linalg::BitPanel> panels;
  std::int64_t most_rows = 0;
  for (const BitRows& input : inputs) {
    panels.emplace_back(input.rows, width);
    most_rows = std::max(most_rows, input.rows);
  }
  const std::int64_t most_neurons = std::min(tile_neurons, width);
  Panel w(most_neurons, source.d), preactivations(std::min(tile_rows, most_rows), most_neurons);
  for (std::int64_t first = 0; first < width; first += tile_neurons) {
    const std::int64_t count = std::min(tile_neurons, width - first);
    source.weights(first_neuron + first, count, w.data(), w.ld());
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      for (std::int64_t row = 0; row < inputs[k].rows; row += tile_rows) {
        const std::int64_t rows = std::min(tile_rows, inputs[k].rows - row);
        multiply_transposed(rows, count, source.d, 1.0, inputs[k].x + row, inputs[k].ld, w.data(), w.ld(),
                            0.0, preactivations.data(), rows);
        panels[k].assign_above(slopes.threshold, preactivations.data(), rows, row, rows, first, count);
      }
    }
  }
  return panels;
}

} // namespace

linalg::BitPanel slope_bits(const SlopeSource& source, const BitRows& input) {
  return std::move(slab_of_bits(source, {input}, 0, source.neurons).front());
}

void for_each_slope_slab(const SlopeSource& source, const std::vector<BitRows>& inputs,
                         const std::function<void(const std::vector<linalg::BitPanel>&)>& f, double bytes) {
  double bytes_per_tile = 0.0;
  for (const BitRows& input : inputs) bytes_per_tile += linalg::BitPanel::bytes(input.rows, tile_neurons);
  const auto tiles = static_cast<std::int64_t>(std::clamp(bytes / std::max(bytes_per_tile, 1.0), 1.0, 1e6));
  for (std::int64_t slab = 0; slab < source.neurons; slab += tiles * tile_neurons) {
    const std::int64_t width = std::min(tiles * tile_neurons, source.neurons - slab);
    f(slab_of_bits(source, inputs, slab, width));
  }
}

} // namespace pastur::learning
