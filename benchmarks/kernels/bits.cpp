// SPDX-License-Identifier: BSD-3-Clause
// S S^T for slopes of two values on one rank: packed bits beside DSYRK on zeros and ones in the same run.
// 4000 rows of 8192 bits; items are pairs of bits of the lower triangle.
#include <pastur/linalg/bit_gram.hpp>
#include <pastur/random/fill.hpp>

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <algorithm>
#include <vector>

namespace {

using namespace pastur;

constexpr std::int64_t rows = 4000;
constexpr std::int64_t bits = 8192;

/// Standard normal preactivations.
const std::vector<double>& preactivations() {
  static const std::vector<double> values = [] {
    std::vector<double> x(static_cast<std::size_t>(rows * bits));
    random::fill_normal(random::Streams("benchmark").stream("u"), {0, rows, 0, bits}, x.data(), rows);
    return x;
  }();
  return values;
}

void pairs(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * rows * rows * bits / 2);
}

void pack(benchmark::State& state) {
  linalg::BitPanel panel(rows, bits);
  for (auto _ : state) {
    panel.assign_above(0.0, preactivations().data(), rows, 0, rows, 0, bits);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * rows * bits * 8);
}

void bit_gram(benchmark::State& state) {
  linalg::BitPanel panel(rows, bits);
  panel.assign_above(0.0, preactivations().data(), rows, 0, rows, 0, bits);
  const parallel::Communicator self = parallel::Communicator::self();
  linalg::BlockCyclicMatrix counts(linalg::ProcessGrid::create(self), rows, rows);
  counts.fill(0.0);
  for (auto _ : state) linalg::accumulate_common_bits(counts, panel, panel);
  pairs(state);
}

void dsyrk(benchmark::State& state) {
  std::vector<double> slopes = preactivations();
  for (double& value : slopes) value = value > 0.0 ? 1.0 : 0.0;
  std::vector<double> gram(static_cast<std::size_t>(rows * rows));
  for (auto _ : state)
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, rows, bits, 1.0, slopes.data(), rows, 0.0,
                gram.data(), rows);
  pairs(state);
}

BENCHMARK(pack)->Unit(benchmark::kMillisecond);
BENCHMARK(bit_gram)->Unit(benchmark::kMillisecond);
BENCHMARK(dsyrk)->Unit(benchmark::kMillisecond);

} // namespace
