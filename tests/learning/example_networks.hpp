// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network.hpp>
#include <pastur/learning/network_initialisation.hpp>
#include <pastur/learning/network_samples.hpp>
#include <pastur/random/fill.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace pastur::learning::examples {

using theory::Activation;
using theory::ActivationKind;

struct Example {
  std::string name;
  Network network;
};

inline Layer layer(std::int64_t units, ActivationKind kind, double parameter = 0.0) {
  Layer result;
  result.units = units;
  result.activation = Activation(kind, parameter);
  return result;
}

inline Layer linear(std::int64_t units) {
  Layer result;
  result.units = units;
  return result;
}

inline Layer with_bias(Layer layer) {
  layer.bias = true;
  return layer;
}

inline Layer with_skip(Layer layer, Join join, std::int64_t span, double scale) {
  layer.skip = {join, span, scale};
  return layer;
}

inline Layer times(Layer layer, double multiplier) {
  layer.multiplier = multiplier;
  return layer;
}

inline Layer frozen(Layer layer, bool weights, bool bias) {
  layer.train_weights = !weights;
  layer.train_bias = !bias;
  return layer;
}

/// Every smooth activation, every kind of join, with and without biases, multipliers, frozen parameters.
inline std::vector<Example> smooth_networks() {
  using enum ActivationKind;
  using enum Join;
  return {
      {"plain", {5, {with_bias(layer(6, tanh)), times(layer(4, erf), 0.7), with_bias(linear(3))}}},
      {"residual",
       {5,
        {with_skip(layer(5, softplus), add, 1, 0.8), with_skip(with_bias(layer(5, sin)), add, 1, -0.5),
         linear(2)}}},
      {"block_skips",
       {4,
        {layer(6, gelu), linear(4), with_skip(layer(4, silu), add, 3, 0.9), layer(5, sigmoid),
         with_skip(with_bias(linear(4)), add, 2, 1.3), with_skip(linear(4), add, 4, 0.4)}}},
      {"dense",
       {4,
        {with_skip(layer(3, tanh), concatenate, 1, 0.6), with_skip(layer(5, cos), concatenate, 2, 1.0),
         with_skip(with_bias(linear(2)), concatenate, 1, -0.3), times(layer(3, quadratic), 0.2), linear(2)}}},
      {"frozen",
       {4,
        {frozen(with_bias(layer(5, tanh)), true, true), frozen(with_bias(layer(5, erf)), false, true),
         with_skip(frozen(with_bias(layer(5, cubic)), true, false), add, 1, 0.5),
         frozen(linear(1), true, true)}}},
      {"exponential", {3, {times(layer(4, exp), 0.3), layer(3, tanh)}}},
  };
}

inline std::vector<Example> piecewise_linear_networks() {
  using enum ActivationKind;
  using enum Join;
  return {
      {"relu", {6, {with_bias(layer(7, relu)), layer(7, relu), linear(3)}}},
      {"leaky_residual",
       {6,
        {with_skip(layer(6, leaky, 0.2), add, 1, 1.0), with_skip(layer(6, leaky, 0.1), add, 1, 1.0),
         linear(2)}}},
      {"abs_blocks",
       {5, {layer(5, abs), with_skip(linear(5), add, 2, 0.7), layer(6, shifted_relu, 0.1), linear(2)}}},
      {"relu_dense",
       {4,
        {with_skip(layer(4, relu), concatenate, 1, 1.0), with_skip(layer(5, relu), concatenate, 1, 1.0),
         linear(2)}}},
  };
}

inline std::vector<Example> all_networks() {
  std::vector<Example> result = smooth_networks();
  for (Example& example : piecewise_linear_networks()) result.push_back(std::move(example));
  return result;
}

inline std::vector<double> random_vector(std::int64_t size, const std::string& name) {
  std::vector<double> result(static_cast<std::size_t>(size));
  random::fill_normal(random::Streams("network tests").stream(name), {0, size, 0, 1}, result.data(), size);
  return result;
}

inline Samples random_samples(std::int64_t rows, std::int64_t columns, const std::string& name) {
  Samples result(rows, columns);
  random::fill_normal(random::Streams("network tests").stream(name), {0, rows, 0, columns}, result.data(),
                      rows);
  return result;
}

/// Weights of variance 1/width, biases of variance 0.04.
inline std::vector<double> random_parameters(const Network& network, const std::string& name) {
  std::vector<LayerLaw> laws;
  for (std::int64_t l = 1; l <= network.depth(); ++l)
    laws.push_back({InitialLaw::gauss, 1.0 / static_cast<double>(network.width(l - 1)), 0.04});
  std::vector<double> result(static_cast<std::size_t>(network.parameters()));
  initialise(network, result, random::Streams("parameters " + name), laws);
  return result;
}

inline double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

inline double norm(std::span<const double> a) {
  return std::sqrt(dot(a, a));
}

inline std::vector<double> moved(std::span<const double> x, std::span<const double> direction, double step) {
  std::vector<double> result(x.begin(), x.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] += step * direction[i];
  return result;
}

/// |a - b| / |b|.
inline double relative_distance(std::span<const double> a, std::span<const double> b) {
  return norm(moved(a, b, -1.0)) / norm(b);
}

/// `direction` with the entries of frozen parameters set to 0.
inline std::vector<double> trained_part(const Network& network, std::vector<double> direction) {
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    if (!network.layer(l).train_weights)
      for (double& value : network.weights(std::span<double>(direction), l)) value = 0.0;
    if (!network.layer(l).train_bias)
      for (double& value : network.bias(std::span<double>(direction), l)) value = 0.0;
  }
  return direction;
}

} // namespace pastur::learning::examples
