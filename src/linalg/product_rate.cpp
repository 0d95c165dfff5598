// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"

#include <pastur/linalg/product_rate.hpp>
#include <pastur/parallel/environment.hpp>

#include <algorithm>
#include <ctime>
#include <vector>

namespace pastur::linalg {

namespace {

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

} // namespace

double matrix_product_rate() {
  constexpr int n = 768; // large enough for the plateau, and 9 ms at 100 Gflop/s
  constexpr double budget = 0.16;
  constexpr double unit = 1.0, zero = 0.0;
  constexpr double flops = 2.0 * n * n * n;
  const std::vector<double> a(static_cast<std::size_t>(n) * n, 0.5);
  std::vector<double> c(a.size());
  parallel::set_blas_threads(1);
  double best = 0.0;
  const double start = processor_seconds();
  double last = start;
  do {
    dgemm_("N", "N", &n, &n, &n, &unit, a.data(), &n, a.data(), &n, &zero, c.data(), &n);
    const double now = processor_seconds();
    best = std::max(best, flops / (now - last));
    last = now;
  } while (last - start < budget);
  return best;
}

} // namespace pastur::linalg
