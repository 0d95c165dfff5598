// SPDX-License-Identifier: BSD-3-Clause
// Derivatives of a residual network of width 784 on 512 samples: matrix products and little else, so DGEMM's
// rate is the limit.
#include <pastur/learning/network_initialisation.hpp>
#include <pastur/learning/network_loss.hpp>
#include <pastur/random/fill.hpp>

#include <benchmark/benchmark.h>

#include <vector>

namespace {

using namespace pastur;
using namespace pastur::learning;

constexpr std::int64_t width = 784;
constexpr std::int64_t samples = 512;

/// Four relu layers with skips and a linear head of ten outputs, He-initialised, on Gaussian data.
struct Setting {
  Network network = make();
  std::vector<double> parameters = std::vector<double>(static_cast<std::size_t>(network.parameters()));
  Samples x{width, samples}, y{10, samples};
  Pass pass;

  Setting() {
    const random::Streams streams("benchmark");
    initialise(network, parameters, streams, std::vector<LayerLaw>(5, {.weight_variance = 2.0 / width}));
    random::fill_normal(streams.stream("x"), {0, width, 0, samples}, x.data(), width);
    forward(network, parameters, x, pass);
  }
  static Network make() {
    const Layer hidden{.units = width,
                       .activation = theory::Activation::named("relu"),
                       .bias = true,
                       .skip = {.join = Join::add, .span = 1, .scale = 0.5}};
    std::vector<Layer> layers(4, hidden);
    layers.push_back({.units = 10});
    return {width, layers};
  }
};

void rate(benchmark::State& state, double flops) {
  state.counters["flop/s"] =
      benchmark::Counter(flops * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void network_forward(benchmark::State& state) {
  Setting s;
  for (auto _ : state) forward(s.network, s.parameters, s.x, s.pass);
  rate(state, forward_flops(s.network, samples));
}

void network_gradient(benchmark::State& state) {
  Setting s;
  std::vector<double> gradient(s.parameters.size());
  for (auto _ : state) loss_gradient(s.network, s.parameters, s.pass, s.y, 1.0 / samples, gradient);
  // Two products a layer, but no cotangent below the first one.
  rate(state, 2.0 * forward_flops(s.network, samples) - 2.0 * width * width * samples);
}

BENCHMARK(network_forward)->Unit(benchmark::kMillisecond);
BENCHMARK(network_gradient)->Unit(benchmark::kMillisecond);

} // namespace
