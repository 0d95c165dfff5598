// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/network_initialisation.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace pastur::learning {

namespace {

double deviation(double variance, std::int64_t l) {
  if (!(variance >= 0.0) || !std::isfinite(variance))
    throw InputError(fmt::format(
        "layer {}: the variance {} of its initialisation must be finite and at least 0", l, variance));
  return std::sqrt(variance);
}

} // namespace

void draw_weights(const Network& network, std::span<double> parameters, std::int64_t l,
                  const random::Stream& stream, InitialLaw law, double variance) {
  const double scale = deviation(variance, l);
  const ParameterBlock block = network.weight_block(l);
  const std::span<double> w = network.weights(parameters, l);
  const random::Tile tile{0, block.rows, 0, block.columns};
  switch (law) {
  case InitialLaw::gauss:
    random::fill_normal(stream, tile, w.data(), block.rows);
    for (double& value : w) value *= scale;
    return;
  case InitialLaw::uniform: // on [-sqrt(3) scale, sqrt(3) scale]
    random::fill_uniform(stream, tile, w.data(), block.rows);
    for (double& value : w) value = (2.0 * value - 1.0) * std::sqrt(3.0) * scale;
    return;
  case InitialLaw::signs:
    random::fill_signs(stream, tile, w.data(), block.rows);
    for (double& value : w) value *= scale;
    return;
  }
  throw std::invalid_argument("unknown law of the initial weights");
}

void draw_bias(const Network& network, std::span<double> parameters, std::int64_t l,
               const random::Stream& stream, double variance) {
  const double scale = deviation(variance, l);
  const std::span<double> b = network.bias(parameters, l);
  if (b.empty()) return;
  random::fill_normal(stream, {0, network.bias_block(l).rows, 0, 1}, b.data(), network.bias_block(l).rows);
  for (double& value : b) value *= scale;
}

void initialise(const Network& network, std::span<double> parameters, const random::Streams& streams,
                std::span<const LayerLaw> laws) {
  if (static_cast<std::int64_t>(laws.size()) != network.depth())
    throw std::invalid_argument(fmt::format("{} laws for {} layers", laws.size(), network.depth()));
  if (static_cast<std::int64_t>(parameters.size()) != network.parameters())
    throw std::invalid_argument(
        fmt::format("{} parameters for a network of {}", parameters.size(), network.parameters()));
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    const LayerLaw& law = laws[static_cast<std::size_t>(l - 1)];
    draw_weights(network, parameters, l, streams.stream(fmt::format("W{}", l)), law.law, law.weight_variance);
    draw_bias(network, parameters, l, streams.stream(fmt::format("b{}", l)), law.bias_variance);
  }
}

} // namespace pastur::learning
