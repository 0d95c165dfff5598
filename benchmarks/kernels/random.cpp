// SPDX-License-Identifier: BSD-3-Clause
// Streams against the standard library's generator: elements a second on one core.
#include <pastur/random/fill.hpp>

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

namespace {

using namespace pastur;

constexpr std::int64_t side = 1024;

void elements(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * side * side);
}

void normal(benchmark::State& state) {
  const random::Stream stream = random::Streams("benchmark").stream("X");
  std::vector<double> x(static_cast<std::size_t>(side * side));
  for (auto _ : state) {
    random::fill_normal(stream, {0, side, 0, side}, x.data(), side);
    benchmark::ClobberMemory();
  }
  elements(state);
}

void uniform(benchmark::State& state) {
  const random::Stream stream = random::Streams("benchmark").stream("X");
  std::vector<double> x(static_cast<std::size_t>(side * side));
  for (auto _ : state) {
    random::fill_uniform(stream, {0, side, 0, side}, x.data(), side);
    benchmark::ClobberMemory();
  }
  elements(state);
}

void standard_normal(benchmark::State& state) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> law;
  std::vector<double> x(static_cast<std::size_t>(side * side));
  for (auto _ : state) {
    for (double& value : x) value = law(engine);
    benchmark::ClobberMemory();
  }
  elements(state);
}

BENCHMARK(normal)->Unit(benchmark::kMillisecond);
BENCHMARK(uniform)->Unit(benchmark::kMillisecond);
BENCHMARK(standard_normal)->Unit(benchmark::kMillisecond);

} // namespace
