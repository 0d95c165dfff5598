// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/network.hpp>
#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace pastur::learning {

namespace {

void check(const Layer& layer, std::int64_t l, const std::vector<std::int64_t>& widths) {
  if (layer.units < 1)
    throw InputError(fmt::format("layer {}: {} units, at least 1 is needed", l, layer.units));
  if (!std::isfinite(layer.multiplier))
    throw InputError(fmt::format("layer {}: the multiplier {} is not finite", l, layer.multiplier));
  const Skip& skip = layer.skip;
  if (skip.join == Join::none) return;
  if (!std::isfinite(skip.scale))
    throw InputError(fmt::format("layer {}: the scale of the skip, {}, is not finite", l, skip.scale));
  if (skip.span < 1 || skip.span > l)
    throw InputError(fmt::format("layer {}: a skip over {} layers, 1 to {} are possible", l, skip.span, l));
  const std::int64_t source = widths[static_cast<std::size_t>(l - skip.span)];
  if (skip.join == Join::add && source != layer.units)
    throw InputError(
        fmt::format("layer {}: the skip adds a state of width {} to {} units; the widths must agree", l,
                    source, layer.units));
}

} // namespace

Network::Network(std::int64_t inputs, std::vector<Layer> layers) : layers_(std::move(layers)) {
  if (inputs < 1) throw InputError(fmt::format("a network with {} inputs, at least 1 is needed", inputs));
  if (layers_.empty()) throw InputError("a network needs at least one layer");
  widths_.push_back(inputs);
  for (std::int64_t l = 1; l <= depth(); ++l) {
    const Layer& layer_l = layer(l);
    check(layer_l, l, widths_);
    weights_.push_back({parameters_, layer_l.units, width(l - 1)});
    parameters_ += weights_.back().size();
    biases_.push_back({parameters_, layer_l.bias ? layer_l.units : 0, 1});
    parameters_ += biases_.back().size();
    const bool joined = layer_l.skip.join == Join::concatenate;
    widths_.push_back(layer_l.units + (joined ? width(l - layer_l.skip.span) : 0));
  }
}

bool Network::is_differentiable() const {
  return std::ranges::all_of(
      layers_, [](const Layer& layer) { return !layer.activation || layer.activation->has_derivative(); });
}

bool Network::is_piecewise_linear() const {
  return std::ranges::all_of(
      layers_, [](const Layer& layer) { return !layer.activation || layer.activation->has_two_slopes(); });
}

Network Network::with_skip_scale(double scale) const {
  std::vector<Layer> layers = layers_;
  for (Layer& layer : layers) layer.skip.scale = scale;
  return {inputs(), std::move(layers)};
}

namespace {

template <class T>
std::span<T> view(std::span<T> parameters, const ParameterBlock& block) {
  return parameters.subspan(static_cast<std::size_t>(block.offset), static_cast<std::size_t>(block.size()));
}

} // namespace

std::span<double> Network::weights(std::span<double> parameters, std::int64_t l) const {
  return view(parameters, weight_block(l));
}

std::span<const double> Network::weights(std::span<const double> parameters, std::int64_t l) const {
  return view(parameters, weight_block(l));
}

std::span<double> Network::bias(std::span<double> parameters, std::int64_t l) const {
  return view(parameters, bias_block(l));
}

std::span<const double> Network::bias(std::span<const double> parameters, std::int64_t l) const {
  return view(parameters, bias_block(l));
}

double forward_flops(const Network& network, std::int64_t samples) {
  double weights = 0.0;
  for (std::int64_t l = 1; l <= network.depth(); ++l)
    weights += static_cast<double>(network.weight_block(l).size());
  return 2.0 * weights * static_cast<double>(samples);
}

double pass_bytes(const Network& network, std::int64_t samples) {
  double numbers = 0.0; // per sample
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    numbers += static_cast<double>(network.width(l));
    if (network.layer(l).activation) numbers += 2.0 * static_cast<double>(network.layer(l).units);
  }
  return 8.0 * numbers * static_cast<double>(samples);
}

} // namespace pastur::learning
