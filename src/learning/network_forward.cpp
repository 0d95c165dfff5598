// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "network_sweeps.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pastur::learning {

void require_parameters(const Network& network, std::span<const double> values, const char* what) {
  if (static_cast<std::int64_t>(values.size()) != network.parameters())
    throw std::invalid_argument(fmt::format("{} entries in the {} of a network of {} parameters",
                                            values.size(), what, network.parameters()));
}

void require_pass(const Network& network, const Pass& pass) {
  if (static_cast<std::int64_t>(pass.states.size()) != network.depth() ||
      pass.inputs.rows != network.inputs() || pass.states.back().rows() != network.outputs() ||
      pass.states.back().columns() != pass.samples())
    throw std::invalid_argument("the forward pass belongs to another network");
}

void require_shape(SamplesView x, std::int64_t rows, std::int64_t columns, const char* what) {
  if (x.rows != rows || x.columns != columns)
    throw std::invalid_argument(
        fmt::format("the {} are {} x {}, expected {} x {}", what, x.rows, x.columns, rows, columns));
}

std::int64_t first_unit(const Network& network, std::int64_t l) {
  return network.width(l) - network.layer(l).units;
}

void apply_layer(const Network& network, std::span<const double> parameters, std::int64_t l, SamplesView z,
                 double* out, std::int64_t ld) {
  const Layer& layer = network.layer(l);
  const std::span<const double> b = network.bias(parameters, l);
  for (std::int64_t j = 0; j < z.columns && !b.empty(); ++j) std::ranges::copy(b, out + j * ld);
  multiply(layer.units, z.columns, z.rows, layer.multiplier, network.weights(parameters, l).data(),
           layer.units, z.data(), z.rows, b.empty() ? 0.0 : 1.0, out, ld);
}

void join_skip(const Network& network, std::int64_t l, SamplesView source, Samples& z) {
  const Skip& skip = network.layer(l).skip;
  if (skip.join == Join::none) return;
  const bool add = skip.join == Join::add;
  for (std::int64_t j = 0; j < z.columns(); ++j) {
    const double* from = source.column(j);
    double* to = z.column(j);
    for (std::int64_t i = 0; i < source.rows; ++i) to[i] = skip.scale * from[i] + (add ? to[i] : 0.0);
  }
}

namespace {

/// phi of the units' rows of z, in place.
void activate(const theory::Activation& activation, std::int64_t first_row, Samples& z) {
  if (first_row == 0) {
    activation.apply(z.span());
    return;
  }
  const auto units = static_cast<std::size_t>(z.rows() - first_row);
  for (std::int64_t j = 0; j < z.columns(); ++j) activation.apply({z.column(j) + first_row, units});
}

void copy_units(const Samples& g, std::int64_t first_row, Samples& z) {
  if (first_row == 0) {
    std::ranges::copy(g.span(), z.data());
    return;
  }
  for (std::int64_t j = 0; j < g.columns(); ++j) std::copy_n(g.column(j), g.rows(), z.column(j) + first_row);
}

} // namespace

void forward(const Network& network, std::span<const double> parameters, SamplesView inputs, Pass& pass,
             std::int64_t first_layer) {
  require_parameters(network, parameters, "parameters");
  require_shape(inputs, network.inputs(), inputs.columns, "inputs");
  if (!network.is_differentiable())
    throw InputError("the activations sign and step have no derivative: the network only predicts");
  if (first_layer != 1) {
    if (first_layer < 1 || first_layer > network.depth() + 1)
      throw std::invalid_argument(
          fmt::format("a forward pass from layer {} of {}", first_layer, network.depth()));
    require_pass(network, pass);
    if (inputs.columns != pass.samples())
      throw std::invalid_argument("a forward pass is continued with other inputs");
  }
  const auto depth = static_cast<std::size_t>(network.depth());
  pass.inputs = inputs;
  pass.states.resize(depth);
  pass.preactivations.resize(depth);
  pass.slopes.resize(depth);
  for (std::int64_t l = first_layer; l <= network.depth(); ++l) {
    const Layer& layer = network.layer(l);
    const auto index = static_cast<std::size_t>(l - 1);
    const std::int64_t first_row = first_unit(network, l);
    Samples& z = pass.states[index];
    Samples& g = pass.preactivations[index];
    Samples& slope = pass.slopes[index];
    z.resize(network.width(l), inputs.columns);
    if (layer.activation) {
      g.resize(layer.units, inputs.columns);
      apply_layer(network, parameters, l, pass.state(l - 1), g.data(), layer.units);
      copy_units(g, first_row, z);
      activate(*layer.activation, first_row, z);
      slope.resize(layer.units, inputs.columns);
      std::ranges::copy(g.span(), slope.data());
      layer.activation->apply_derivative(slope.span());
    } else {
      g = {};
      slope = {};
      apply_layer(network, parameters, l, pass.state(l - 1), z.data() + first_row, z.rows());
    }
    if (layer.skip.join != Join::none) join_skip(network, l, pass.state(l - layer.skip.span), z);
  }
}

std::vector<std::int64_t> last_readers(const Network& network) {
  std::vector<std::int64_t> readers(static_cast<std::size_t>(network.depth()) + 1);
  for (std::int64_t l = 0; l <= network.depth(); ++l) readers[static_cast<std::size_t>(l)] = l + 1;
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    const Skip& skip = network.layer(l).skip;
    if (skip.join != Join::none) readers[static_cast<std::size_t>(l - skip.span)] = l; // l grows
  }
  return readers;
}

Samples predict(const Network& network, std::span<const double> parameters, SamplesView inputs) {
  require_parameters(network, parameters, "parameters");
  require_shape(inputs, network.inputs(), inputs.columns, "inputs");
  const std::vector<std::int64_t> readers = last_readers(network);
  Samples outputs(network.outputs(), inputs.columns);
  for_each_sample_chunk(inputs.columns, [&](std::int64_t first, std::int64_t count) {
    PendingStates states(network, count);
    const auto state = [&](std::int64_t l) { return l == 0 ? inputs.slice(first, count) : states[l].view(); };
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      const Layer& layer = network.layer(l);
      const std::int64_t first_row = first_unit(network, l);
      Samples& z = states.create(l);
      apply_layer(network, parameters, l, state(l - 1), z.data() + first_row, z.rows());
      if (layer.activation) activate(*layer.activation, first_row, z);
      if (layer.skip.join != Join::none) join_skip(network, l, state(l - layer.skip.span), z);
      for (std::int64_t m = 1; m < l; ++m)
        if (states.has(m) && readers[static_cast<std::size_t>(m)] <= l) states.release(m);
    }
    std::ranges::copy(states[network.depth()].span(), outputs.column(first));
  });
  return outputs;
}

bool same_slopes(const Pass& a, const Pass& b) {
  if (a.slopes.size() != b.slopes.size() || a.samples() != b.samples()) return false;
  for (std::size_t l = 0; l < a.slopes.size(); ++l)
    if (!std::ranges::equal(a.slopes[l].span(), b.slopes[l].span())) return false;
  return true;
}

} // namespace pastur::learning
