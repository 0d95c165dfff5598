// SPDX-License-Identifier: BSD-3-Clause
#include "tridiagonal.hpp"

#include "blas.hpp"

#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

namespace {

std::vector<double> by_bisection(const Tridiagonal& t) {
  const int n = static_cast<int>(t.size());
  const double unused = 0.0;
  const int unused_index = 0;
  // Twice the underflow threshold: the most accurate setting.
  const double tolerance = 2.0 * std::numeric_limits<double>::min();
  int found = 0;
  int splits = 0;
  int info = 0;
  std::vector<double> values(t.size()), work(4 * t.size());
  std::vector<int> block(t.size()), split(t.size()), iwork(3 * t.size());
  dstebz_("A", "E", &n, &unused, &unused, &unused_index, &unused_index, &tolerance, t.diagonal.data(),
          t.off.data(), &found, &splits, values.data(), block.data(), split.data(), work.data(), iwork.data(),
          &info);
  if (info != 0 || found != n) {
    throw std::runtime_error(
        "the eigenvalues of a tridiagonal matrix did not converge (DSTERF, then DSTEBZ with info = " +
        std::to_string(info) + ")");
  }
  return values;
}

} // namespace

std::vector<double> tridiagonal_eigenvalues(const Tridiagonal& t, TridiagonalRoute route) {
  if (t.size() == 0) return {};
  const parallel::LogEvent event("PasturSpectrum");
  if (route == TridiagonalRoute::first) {
    const int n = static_cast<int>(t.size());
    std::vector<double> values = t.diagonal;
    std::vector<double> off = t.off;
    int info = 0;
    dsterf_(&n, values.data(), off.data(), &info);
    if (info == 0) return values;
  }
  return by_bisection(t);
}

bool solve_shifted(const Tridiagonal& t, double shift, std::span<double> x) {
  const int n = static_cast<int>(t.size());
  const int one = 1;
  int info = 0;
  std::vector<double> diagonal(t.size());
  std::ranges::transform(t.diagonal, diagonal.begin(), [shift](double d) { return d + shift; });
  std::vector<double> factor = diagonal;
  std::vector<double> off = t.off;
  dpttrf_(&n, factor.data(), off.data(), &info);
  if (info == 0) {
    dpttrs_(&n, &one, factor.data(), off.data(), x.data(), &n, &info);
    return true;
  }
  std::vector<double> below = t.off;
  std::vector<double> above = t.off;
  dgtsv_(&n, &one, below.data(), diagonal.data(), above.data(), x.data(), &n, &info);
  return info == 0;
}

double squared_residual(const Tridiagonal& t, std::span<const double> x, std::span<const double> z) {
  double sum = 0.0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    double r = t.diagonal[i] * x[i] - z[i];
    if (i > 0) r += t.off[i - 1] * x[i - 1];
    if (i + 1 < t.size()) r += t.off[i] * x[i + 1];
    sum += r * r;
  }
  return sum;
}

} // namespace pastur::linalg
