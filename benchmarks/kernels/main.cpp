// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/environment.hpp>

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
  const pastur::parallel::Environment environment;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
