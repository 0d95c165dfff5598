// SPDX-License-Identifier: BSD-3-Clause
// The dense kernels of a neural-tangent draw on one rank, n as argument, with DGEMM first: the machine's
// limit in the same run.
#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/ridge_path.hpp>
#include <pastur/linalg/spectrum.hpp>

#include <benchmark/benchmark.h>
#include <cblas.h>

namespace {

using namespace pastur;

constexpr std::int64_t d = 100;
constexpr std::int64_t neurons = 400;

const parallel::Communicator& self() {
  static const parallel::Communicator& comm =
      *new parallel::Communicator(parallel::Communicator::self()); // outlives MPI
  return comm;
}

learning::NeuralTangentFeatures features(std::int64_t n, const char* activation = "relu",
                                         std::int64_t width = neurons) {
  const random::Streams streams("benchmark");
  return {learning::Inputs::sphere(streams, n, 1000, d), theory::Activation::named(activation),
          learning::WeightLaw::sphere, width, streams};
}

void rate(benchmark::State& state, double flops) {
  state.counters["flop/s"] =
      benchmark::Counter(flops * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void dgemm(benchmark::State& state) {
  const auto n = static_cast<int>(state.range(0));
  const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const std::vector<double> a(size, 0.5);
  std::vector<double> c(size);
  for (auto _ : state)
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, n, n, n, 1.0, a.data(), n, a.data(), n, 0.0,
                c.data(), n);
  rate(state, 2.0 * n * static_cast<double>(n) * n);
}

void assemble(benchmark::State& state) {
  const std::int64_t n = state.range(0);
  const learning::NeuralTangentFeatures nt = features(n);
  const auto grid = linalg::ProcessGrid::create(self());
  for (auto _ : state) benchmark::DoNotOptimize(nt.assemble(grid));
  rate(state, static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(neurons + d));
}

/// Smooth slopes: S S^T in doubles, beside DSYRK of the same shape.
void assemble_smooth(benchmark::State& state) {
  const std::int64_t n = state.range(0), width = state.range(1);
  const learning::NeuralTangentFeatures nt = features(n, "tanh", width);
  const auto grid = linalg::ProcessGrid::create(self());
  for (auto _ : state) benchmark::DoNotOptimize(nt.assemble(grid));
  rate(state, static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(width + d) +
                  2.0 * static_cast<double>(n * width * d));
}

void dsyrk_of_slopes(benchmark::State& state) {
  const auto n = static_cast<int>(state.range(0)), width = static_cast<int>(state.range(1));
  const std::vector<double> slopes(static_cast<std::size_t>(n) * static_cast<std::size_t>(width), 0.5);
  std::vector<double> c(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  for (auto _ : state)
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, width, 1.0, slopes.data(), n, 0.0, c.data(), n);
  rate(state, static_cast<double>(n) * n * width);
}

void ridge_path(benchmark::State& state) {
  const std::int64_t n = state.range(0);
  const linalg::BlockCyclicMatrix kernel = features(n).assemble(linalg::ProcessGrid::create(self()));
  const std::vector<double> y(static_cast<std::size_t>(n), 1.0);
  std::vector<double> ridges(static_cast<std::size_t>(state.range(1)));
  for (std::size_t r = 0; r < ridges.size(); ++r) ridges[r] = 0.01 * static_cast<double>(r + 1);
  for (auto _ : state) benchmark::DoNotOptimize(linalg::ridge_path(kernel.copy(), y, ridges));
  rate(state, 4.0 / 3.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n));
}

void spectrum(benchmark::State& state) {
  const linalg::BlockCyclicMatrix kernel =
      features(state.range(0)).assemble(linalg::ProcessGrid::create(self()));
  for (auto _ : state) benchmark::DoNotOptimize(linalg::eigenvalues(kernel.copy()));
}

void extremes(benchmark::State& state) {
  const linalg::BlockCyclicMatrix kernel =
      features(state.range(0)).assemble(linalg::ProcessGrid::create(self()));
  for (auto _ : state) benchmark::DoNotOptimize(linalg::extreme_eigenvalues(kernel.copy()));
}

BENCHMARK(dgemm)->Arg(2000)->Unit(benchmark::kMillisecond);
BENCHMARK(assemble)->Arg(1000)->Arg(2000)->Unit(benchmark::kMillisecond);
BENCHMARK(dsyrk_of_slopes)->Args({2000, 4000})->Unit(benchmark::kMillisecond);
BENCHMARK(assemble_smooth)->Args({2000, 4000})->Unit(benchmark::kMillisecond);
BENCHMARK(ridge_path)->Args({2000, 1})->Args({2000, 100})->Unit(benchmark::kMillisecond);
BENCHMARK(spectrum)->Arg(2000)->Unit(benchmark::kMillisecond);
BENCHMARK(extremes)->Arg(2000)->Unit(benchmark::kMillisecond);

} // namespace
