// SPDX-License-Identifier: BSD-3-Clause
#include "bulge_chase.hpp"

#include "avx512.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

/// Rows and columns of the padded band: zero rows below the matrix make every block whole.
std::int64_t padded_size(std::int64_t n, int lanes) {
  return (n + std::int64_t{16} * lanes + 1) * (chase_stride(lanes) + 1);
}

} // namespace

const ChaseKernels* chase_kernels() {
#if defined(__x86_64__)
  if (has_avx512()) return &avx512_chase_kernels;
#endif
  return nullptr;
}

Tridiagonal chase_bulges(const SymmetricBand& band, const ChaseKernels& kernels) {
  if (band.width > widest_chase) throw std::invalid_argument("a band of width " + std::to_string(band.width));
  const std::int64_t n = band.n;
  const int lanes = band.width <= 48 ? 6 : 8;
  const std::int64_t stride = chase_stride(lanes);
  std::vector<double> padded(static_cast<std::size_t>(padded_size(n, lanes)), 0.0);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = j; i < std::min(n, j + band.width + 1); ++i)
      padded[static_cast<std::size_t>(i + j * stride)] = band.at(i, j);
  }
  (lanes == 6 ? kernels.width_48 : kernels.width_64)(padded.data(), n);
  Tridiagonal t;
  for (std::int64_t j = 0; j < n; ++j) {
    t.diagonal.push_back(padded[static_cast<std::size_t>(j + j * stride)]);
    if (j + 1 < n) t.off.push_back(padded[static_cast<std::size_t>(j + 1 + j * stride)]);
  }
  return t;
}

double chase_bytes(std::int64_t n) {
  return 8.0 * static_cast<double>(padded_size(n, widest_chase / 8));
}

} // namespace pastur::linalg
