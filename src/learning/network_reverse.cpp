// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "network_sweeps.hpp"

#include <algorithm>
#include <utility>

namespace pastur::learning {

void multiply_by_slopes(const Pass& pass, std::int64_t l, std::int64_t first_sample, std::int64_t k,
                        std::int64_t first_row, Samples& x) {
  const Samples& slopes = pass.slope(l);
  if (slopes.empty()) return;
  const std::int64_t units = slopes.rows();
  for (std::int64_t j = 0; j < x.columns(); ++j) {
    const double* slope = slopes.column(first_sample + j / k);
    double* column = x.column(j) + first_row;
    for (std::int64_t i = 0; i < units; ++i) column[i] *= slope[i];
  }
}

PendingStates::PendingStates(const Network& network, std::int64_t columns)
    : network_(network), columns_(columns), pending_(static_cast<std::size_t>(network.depth()) + 1) {}

Samples& PendingStates::create(std::int64_t l) {
  Samples& state = (*this)[l];
  if (state.empty() && !free_.empty()) {
    state = std::move(free_.back());
    free_.pop_back();
  }
  state.resize(network_.width(l), columns_);
  return state;
}

void PendingStates::release(std::int64_t l) {
  recycle(take(l));
}

Samples PendingStates::take(std::int64_t l) {
  return std::exchange((*this)[l], Samples());
}

void PendingStates::recycle(Samples&& matrix) {
  if (!matrix.empty()) free_.push_back(std::move(matrix));
}

void PendingStates::add_skip(std::int64_t l, std::int64_t lowest) {
  const Skip& skip = network_.layer(l).skip;
  const std::int64_t source = l - skip.span;
  if (skip.join == Join::none || source < lowest) return;
  const bool fresh = !has(source);
  Samples& to = fresh ? create(source) : (*this)[source];
  const Samples& from = (*this)[l];
  for (std::int64_t j = 0; j < columns_; ++j) {
    const double* column = from.column(j);
    double* out = to.column(j);
    for (std::int64_t i = 0; i < to.rows(); ++i) out[i] = skip.scale * column[i] + (fresh ? 0.0 : out[i]);
  }
}

void PendingStates::add_layer(std::span<const double> parameters, std::int64_t l, const Samples& gbar) {
  const Layer& layer = network_.layer(l);
  const bool fresh = !has(l - 1);
  Samples& to = fresh ? create(l - 1) : (*this)[l - 1];
  multiply_adjoint(to.rows(), columns_, layer.units, layer.multiplier, network_.weights(parameters, l).data(),
                   layer.units, gbar.data(), layer.units, fresh ? 0.0 : 1.0, to.data(), to.rows());
}

Samples preactivation_cotangents(const Network& network, const Pass& pass, std::int64_t l,
                                 std::int64_t first_sample, std::int64_t k, PendingStates& pending) {
  Samples gbar = pending.take(l);
  if (const std::int64_t first_row = first_unit(network, l); first_row > 0) {
    Samples units(network.layer(l).units, gbar.columns());
    for (std::int64_t j = 0; j < gbar.columns(); ++j)
      std::copy_n(gbar.column(j) + first_row, units.rows(), units.column(j));
    pending.recycle(std::exchange(gbar, std::move(units)));
  }
  multiply_by_slopes(pass, l, first_sample, k, 0, gbar);
  return gbar;
}

void reverse_sweep(const Network& network, std::span<const double> parameters, const Pass& pass,
                   std::int64_t first_sample, std::int64_t k, std::int64_t from, std::int64_t to,
                   PendingStates& pending, const std::function<void(std::int64_t, Samples&)>& visit) {
  for (std::int64_t l = from; l >= to; --l) {
    pending.add_skip(l, to);
    Samples gbar = preactivation_cotangents(network, pass, l, first_sample, k, pending);
    if (l > to) pending.add_layer(parameters, l, gbar);
    visit(l, gbar);
    pending.recycle(std::move(gbar));
  }
}

void add_parameter_gradient(const Network& network, std::int64_t l, SamplesView gbar, SamplesView z,
                            std::span<double> gradient, bool with_bias) {
  const Layer& layer = network.layer(l);
  if (layer.train_weights)
    multiply_transposed(layer.units, z.rows, gbar.columns, layer.multiplier, gbar.data(), layer.units,
                        z.data(), z.rows, 1.0, network.weights(gradient, l).data(), layer.units);
  if (!with_bias || !layer.bias || !layer.train_bias) return;
  const std::span<double> b = network.bias(gradient, l);
  for (std::int64_t j = 0; j < gbar.columns; ++j) {
    const double* column = gbar.column(j);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] += column[i];
  }
}

std::int64_t lowest_trained_layer(const Network& network) {
  for (std::int64_t l = 1; l <= network.depth(); ++l)
    if (network.layer(l).train_weights || (network.layer(l).bias && network.layer(l).train_bias)) return l;
  return network.depth() + 1;
}

void add_vjp(const Network& network, std::span<const double> parameters, const Pass& pass,
             std::int64_t first_sample, Samples&& cotangents, std::span<double> result) {
  const std::int64_t columns = cotangents.columns();
  PendingStates pending(network, columns);
  pending[network.depth()] = std::move(cotangents);
  reverse_sweep(network, parameters, pass, first_sample, 1, network.depth(), lowest_trained_layer(network),
                pending, [&](std::int64_t l, Samples& gbar) {
                  add_parameter_gradient(network, l, gbar, pass.state(l - 1).slice(first_sample, columns),
                                         result);
                });
}

void vjp(const Network& network, std::span<const double> parameters, const Pass& pass, SamplesView cotangents,
         std::span<double> result) {
  require_parameters(network, parameters, "parameters");
  require_parameters(network, result, "result");
  require_pass(network, pass);
  require_shape(cotangents, network.outputs(), pass.samples(), "cotangents");
  std::ranges::fill(result, 0.0);
  for_each_sample_chunk(pass.samples(), [&](std::int64_t first, std::int64_t count) {
    Samples chunk(network.outputs(), count);
    std::ranges::copy(cotangents.slice(first, count).span(), chunk.data());
    add_vjp(network, parameters, pass, first, std::move(chunk), result);
  });
}

} // namespace pastur::learning
