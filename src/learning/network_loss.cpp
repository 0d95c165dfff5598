// SPDX-License-Identifier: BSD-3-Clause
#include "network_sweeps.hpp"

#include <pastur/learning/network_loss.hpp>

#include <algorithm>
#include <utility>

namespace pastur::learning {

namespace {

/// 2 scale (f - y) of samples [first, first + count).
Samples loss_cotangents(const Pass& pass, SamplesView targets, double scale, std::int64_t first,
                        std::int64_t count) {
  Samples result(targets.rows, count);
  const std::span<const double> f = pass.outputs().slice(first, count).span();
  const std::span<const double> y = targets.slice(first, count).span();
  double* out = result.data();
  for (std::size_t i = 0; i < f.size(); ++i) out[i] = 2.0 * scale * (f[i] - y[i]);
  return result;
}

Samples scaled(SamplesView x, double factor) {
  Samples result(x.rows, x.columns);
  std::ranges::transform(x.span(), result.data(), [factor](double value) { return factor * value; });
  return result;
}

/// phi''(g_l) dg_l times the phi rows of z_l's cotangents: the curvature's own part of dg_l's cotangents.
/// Empty where phi'' = 0.
Samples curvature(const Network& network, const Pass& pass, const Tangents& tangents, std::int64_t l,
                  std::int64_t first_sample, const Samples& zbar) {
  const Samples& dg = tangents.preactivations[static_cast<std::size_t>(l - 1)];
  if (dg.empty()) return {};
  Samples result(dg.rows(), dg.columns());
  std::ranges::copy(pass.preactivation(l).view().slice(first_sample, dg.columns()).span(), result.data());
  network.layer(l).activation->apply_second_derivative(result.span());
  const std::int64_t first_row = first_unit(network, l);
  for (std::int64_t j = 0; j < dg.columns(); ++j) {
    const double *d = dg.column(j), *bar = zbar.column(j) + first_row;
    double* out = result.column(j);
    for (std::int64_t i = 0; i < dg.rows(); ++i) out[i] *= d[i] * bar[i];
  }
  return result;
}

/// The reverse sweep of v -> (gradient, H v) for one chunk: cotangents and their derivatives along v go
/// down together.
void add_hessian_chunk(const Network& network, std::span<const double> parameters, const Pass& pass,
                       SamplesView targets, double scale, std::span<const double> direction,
                       std::int64_t first, std::int64_t count, std::span<double> result) {
  Tangents tangents;
  forward_tangents(network, parameters, direction, pass, first, count, true, tangents);
  if (tangents.states.back().empty()) return; // the direction moves nothing
  PendingStates bars(network, count), dots(network, count);
  bars[network.depth()] = loss_cotangents(pass, targets, scale, first, count);
  dots[network.depth()] = scaled(tangents.states.back(), 2.0 * scale);
  const std::int64_t lowest = lowest_trained_layer(network);
  for (std::int64_t l = network.depth(); l >= lowest; --l) {
    bars.add_skip(l, lowest);
    dots.add_skip(l, lowest);
    const Samples bent = curvature(network, pass, tangents, l, first, bars[l]);
    Samples bar = preactivation_cotangents(network, pass, l, first, 1, bars);
    Samples dot = preactivation_cotangents(network, pass, l, first, 1, dots);
    for (std::size_t i = 0; i < bent.span().size(); ++i) dot.data()[i] += bent.data()[i];
    if (l > lowest) {
      bars.add_layer(parameters, l, bar);
      dots.add_layer(parameters, l, dot);
      if (moves_weights(network, direction, l)) dots.add_layer(direction, l, bar);
    }
    add_parameter_gradient(network, l, dot, pass.state(l - 1).slice(first, count), result);
    if (const Samples& below = tangents.states[static_cast<std::size_t>(l - 1)]; !below.empty())
      add_parameter_gradient(network, l, bar, below, result, false);
    bars.recycle(std::move(bar));
    dots.recycle(std::move(dot));
  }
}

void require_targets(const Network& network, const Pass& pass, SamplesView targets) {
  require_shape(targets, network.outputs(), pass.samples(), "targets");
}

} // namespace

double squared_loss(const Pass& pass, SamplesView targets, double scale) {
  require_shape(targets, pass.outputs().rows, pass.samples(), "targets");
  const std::span<const double> f = pass.outputs().span(), y = targets.span();
  double sum = 0.0;
  for (std::size_t i = 0; i < f.size(); ++i) sum += (f[i] - y[i]) * (f[i] - y[i]);
  return scale * sum;
}

double add_loss_gradient(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView targets, double scale, std::span<double> gradient) {
  for_each_sample_chunk(pass.samples(), [&](std::int64_t first, std::int64_t count) {
    add_vjp(network, parameters, pass, first, loss_cotangents(pass, targets, scale, first, count), gradient);
  });
  return squared_loss(pass, targets, scale);
}

double loss_gradient(const Network& network, std::span<const double> parameters, const Pass& pass,
                     SamplesView targets, double scale, std::span<double> gradient) {
  require_parameters(network, parameters, "parameters");
  require_parameters(network, gradient, "gradient");
  require_pass(network, pass);
  require_targets(network, pass, targets);
  std::ranges::fill(gradient, 0.0);
  return add_loss_gradient(network, parameters, pass, targets, scale, gradient);
}

void add_hessian_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView targets, double scale, std::span<const double> direction,
                         std::span<double> result) {
  for_each_sample_chunk(pass.samples(), [&](std::int64_t first, std::int64_t count) {
    add_hessian_chunk(network, parameters, pass, targets, scale, direction, first, count, result);
  });
}

void hessian_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                     SamplesView targets, double scale, std::span<const double> direction,
                     std::span<double> result) {
  require_parameters(network, parameters, "parameters");
  require_parameters(network, direction, "direction");
  require_parameters(network, result, "result");
  require_pass(network, pass);
  require_targets(network, pass, targets);
  std::ranges::fill(result, 0.0);
  add_hessian_product(network, parameters, pass, targets, scale, direction, result);
}

void gauss_newton_product(const Network& network, std::span<const double> parameters, const Pass& pass,
                          double scale, std::span<const double> direction, std::span<double> result) {
  require_parameters(network, parameters, "parameters");
  require_parameters(network, direction, "direction");
  require_parameters(network, result, "result");
  require_pass(network, pass);
  std::ranges::fill(result, 0.0);
  Tangents tangents;
  for_each_sample_chunk(pass.samples(), [&](std::int64_t first, std::int64_t count) {
    forward_tangents(network, parameters, direction, pass, first, count, false, tangents);
    if (tangents.states.back().empty()) return;
    add_vjp(network, parameters, pass, first, scaled(tangents.states.back(), 2.0 * scale), result);
  });
}

} // namespace pastur::learning
