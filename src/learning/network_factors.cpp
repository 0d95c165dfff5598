// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "network_sweeps.hpp"

#include <pastur/learning/network_factors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pastur::learning {

void visit_backward_maps(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView seeds, const BackwardRange& range,
                         const std::function<void(std::int64_t, Samples&)>& visit) {
  require_parameters(network, parameters, "parameters");
  require_pass(network, pass);
  const std::int64_t from = range.from_state == 0 ? network.depth() : range.from_state;
  const std::int64_t samples = range.samples < 0 ? pass.samples() - range.first_sample : range.samples;
  if (from < 1 || from > network.depth() || range.to_layer < 1)
    throw std::invalid_argument(
        fmt::format("backward maps of state {} down to layer {}", from, range.to_layer));
  if (range.first_sample < 0 || samples < 0 || range.first_sample + samples > pass.samples())
    throw std::invalid_argument(fmt::format("backward maps of samples {} to {} of {}", range.first_sample,
                                            range.first_sample + samples, pass.samples()));
  require_shape(seeds, network.width(from), seeds.columns, "seeds");
  const std::int64_t k = seeds.columns;
  if (samples == 0 || k == 0) return;
  PendingStates pending(network, samples * k);
  Samples& start = pending.create(from);
  for (std::int64_t g = 0; g < samples; ++g) std::ranges::copy(seeds.span(), start.column(g * k));
  reverse_sweep(network, parameters, pass, range.first_sample, k, from, range.to_layer, pending, visit);
}

void visit_backward_maps(const Network& network, std::span<const double> parameters, const Pass& pass,
                         const BackwardRange& range,
                         const std::function<void(std::int64_t, Samples&)>& visit) {
  const std::int64_t from = range.from_state == 0 ? network.depth() : range.from_state;
  if (from < 1 || from > network.depth())
    throw std::invalid_argument(fmt::format("backward maps of state {} of {}", from, network.depth()));
  Samples identity(network.width(from), network.width(from));
  for (std::int64_t i = 0; i < identity.rows(); ++i) identity(i, i) = 1.0;
  visit_backward_maps(network, parameters, pass, identity, range, visit);
}

std::vector<Samples> backward_maps(const Network& network, std::span<const double> parameters,
                                   const Pass& pass) {
  std::vector<Samples> maps(static_cast<std::size_t>(network.depth()));
  visit_backward_maps(network, parameters, pass, BackwardRange{}, [&](std::int64_t l, Samples& map) {
    maps[static_cast<std::size_t>(l - 1)] = std::move(map);
  });
  return maps;
}

namespace {

std::int64_t columns_per_sample(const LayerFactors& side) {
  if (side.inputs.columns == 0) return 1;
  const std::int64_t k = side.maps.columns / side.inputs.columns;
  if (k < 1 || k * side.inputs.columns != side.maps.columns)
    throw std::invalid_argument(
        fmt::format("{} columns of backward maps for {} samples", side.maps.columns, side.inputs.columns));
  return k;
}

} // namespace

void add_layer_gram(const Layer& layer, const LayerFactors& rows, const LayerFactors& columns, double scale,
                    double* gram, std::int64_t ld) {
  const std::int64_t k_rows = columns_per_sample(rows), k_columns = columns_per_sample(columns);
  require_shape(rows.maps, layer.units, rows.maps.columns, "backward maps");
  require_shape(columns.maps, layer.units, columns.maps.columns, "backward maps");
  require_shape(columns.inputs, rows.inputs.rows, columns.inputs.columns, "inputs of the layer");
  const double weight = layer.train_weights ? scale * layer.multiplier * layer.multiplier : 0.0;
  const double bias = layer.bias && layer.train_bias ? scale : 0.0;
  const std::int64_t m = rows.inputs.columns;
  if (m == 0) return;
  // The two products of a panel of columns take about 32 MB.
  const std::int64_t panel = std::max<std::int64_t>(1, (std::int64_t{1} << 22) / (m * k_rows * k_columns));
  Panel inner(m, std::min(panel, columns.inputs.columns));
  Panel outer(m * k_rows, std::min(panel, columns.inputs.columns) * k_columns);
  for (std::int64_t h = 0; h < columns.inputs.columns; h += panel) {
    const std::int64_t count = std::min(panel, columns.inputs.columns - h);
    multiply_adjoint(m, count, rows.inputs.rows, weight, rows.inputs.data(), rows.inputs.rows,
                     columns.inputs.column(h), columns.inputs.rows, 0.0, inner.data(), m);
    multiply_adjoint(m * k_rows, count * k_columns, layer.units, 1.0, rows.maps.data(), layer.units,
                     columns.maps.column(h * k_columns), layer.units, 0.0, outer.data(), m * k_rows);
    for (std::int64_t j = 0; j < count * k_columns; ++j) {
      const double *z = inner.column(j / k_columns), *b = outer.column(j);
      double* out = gram + (h * k_columns + j) * ld;
      if (k_rows == 1) {
        for (std::int64_t i = 0; i < m; ++i) out[i] += b[i] * (z[i] + bias);
        continue;
      }
      for (std::int64_t g = 0; g < m; ++g)
        for (std::int64_t c = g * k_rows; c < (g + 1) * k_rows; ++c) out[c] += b[c] * (z[g] + bias);
    }
  }
}

void add_layer_curvature(const Layer& layer, const LayerFactors& factors, double scale,
                         std::span<const double> v, std::span<double> product) {
  const std::int64_t k = columns_per_sample(factors), m = factors.inputs.columns;
  const std::int64_t units = layer.units, width = factors.inputs.rows;
  require_shape(factors.maps, units, factors.maps.columns, "backward maps");
  const auto size = static_cast<std::size_t>(units * width);
  if (v.size() != size || product.size() != size)
    throw std::invalid_argument(
        fmt::format("{} and {} values for {} x {} weights", v.size(), product.size(), units, width));
  if (m == 0) return;
  Panel moved(units, m);
  multiply(units, m, width, 1.0, v.data(), units, factors.inputs.data(), width, 0.0, moved.data(), units);
  std::vector<double> outputs(static_cast<std::size_t>(k));
  for (std::int64_t g = 0; g < m; ++g) {
    const double* map = factors.maps.column(g * k);
    multiply_adjoint(k, 1, units, 1.0, map, units, moved.column(g), units, 0.0, outputs.data(), k);
    multiply(units, 1, k, 1.0, map, units, outputs.data(), k, 0.0, moved.column(g), units);
  }
  multiply_transposed(units, width, m, scale * layer.multiplier * layer.multiplier, moved.data(), units,
                      factors.inputs.data(), width, 1.0, product.data(), units);
}

} // namespace pastur::learning
