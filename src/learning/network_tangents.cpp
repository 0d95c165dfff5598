// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "network_sweeps.hpp"

#include <algorithm>

namespace pastur::learning {

namespace {

bool all_zero(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return value == 0.0; });
}

} // namespace

bool moves_weights(const Network& network, std::span<const double> direction, std::int64_t l) {
  return network.layer(l).train_weights && !all_zero(network.weights(direction, l));
}

bool moves_bias(const Network& network, std::span<const double> direction, std::int64_t l) {
  return network.layer(l).train_bias && !all_zero(network.bias(direction, l));
}

void forward_tangents(const Network& network, std::span<const double> parameters,
                      std::span<const double> direction, const Pass& pass, std::int64_t first_sample,
                      std::int64_t count, bool keep_all, Tangents& tangents) {
  const auto depth = static_cast<std::size_t>(network.depth());
  const std::vector<std::int64_t> readers = last_readers(network);
  // Old matrices come from a chunk before: an empty one must again mean zero.
  tangents.states.assign(depth + 1, {});
  tangents.preactivations.assign(depth, {});
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    const Layer& layer = network.layer(l);
    const auto index = static_cast<std::size_t>(l);
    const Samples& below = tangents.states[index - 1];
    const bool skips = layer.skip.join != Join::none &&
                       !tangents.states[static_cast<std::size_t>(l - layer.skip.span)].empty();
    const bool weights = moves_weights(network, direction, l), bias = moves_bias(network, direction, l);
    if (!weights && !bias && below.empty() && !skips) continue;

    Samples z(network.width(l), count);
    const std::int64_t first_row = first_unit(network, l), ld = z.rows();
    double* g = z.data() + first_row;
    if (bias)
      for (std::int64_t j = 0; j < count; ++j) std::ranges::copy(network.bias(direction, l), g + j * ld);
    if (weights) {
      const SamplesView input = pass.state(l - 1).slice(first_sample, count);
      multiply(layer.units, count, input.rows, layer.multiplier, network.weights(direction, l).data(),
               layer.units, input.data(), input.rows, 1.0, g, ld);
    }
    if (!below.empty())
      multiply(layer.units, count, below.rows(), layer.multiplier, network.weights(parameters, l).data(),
               layer.units, below.data(), below.rows(), 1.0, g, ld);
    if (keep_all && layer.activation && !layer.activation->has_two_slopes()) {
      Samples& kept = tangents.preactivations[index - 1];
      kept.resize(layer.units, count);
      for (std::int64_t j = 0; j < count; ++j) std::copy_n(g + j * ld, layer.units, kept.column(j));
    }
    multiply_by_slopes(pass, l, first_sample, 1, first_row, z);
    if (skips) join_skip(network, l, tangents.states[static_cast<std::size_t>(l - layer.skip.span)], z);
    tangents.states[index] = std::move(z);
    if (keep_all) continue;
    for (std::size_t m = 1; m < index; ++m)
      if (readers[m] <= l) tangents.states[m] = {};
  }
}

Samples jvp(const Network& network, std::span<const double> parameters, const Pass& pass,
            std::span<const double> direction) {
  require_parameters(network, parameters, "parameters");
  require_parameters(network, direction, "direction");
  require_pass(network, pass);
  Samples result(network.outputs(), pass.samples()); // zeros, which stand where nothing moves
  Tangents tangents;
  for_each_sample_chunk(pass.samples(), [&](std::int64_t first, std::int64_t count) {
    forward_tangents(network, parameters, direction, pass, first, count, false, tangents);
    std::ranges::copy(tangents.states.back().span(), result.column(first));
  });
  return result;
}

} // namespace pastur::learning
