// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pastur::random {

void fill_sphere_rows(const Stream& stream, std::int64_t row, std::int64_t rows, std::int64_t columns,
                      double radius, double* out, std::int64_t ld) {
  fill_normal(stream, {row, rows, 0, columns}, out, ld);
  // Enough rows for whole vectors, few enough that a chunk's columns stay in cache between the three passes.
  constexpr std::int64_t chunk = 256;
  std::vector<double> factors(static_cast<std::size_t>(std::min(chunk, rows)));
  for (std::int64_t start = 0; start < rows; start += chunk) {
    const std::int64_t count = std::min(chunk, rows - start);
    // Each row's squares are added in column order, so that its norm does not depend on which rows stand
    // around it.
    std::fill(factors.begin(), factors.end(), 0.0);
    for (std::int64_t j = 0; j < columns; ++j) {
      const double* column = out + start + j * ld;
      for (std::int64_t i = 0; i < count; ++i) factors[static_cast<std::size_t>(i)] += column[i] * column[i];
    }
    for (double& factor : factors) factor = radius / std::sqrt(factor);
    for (std::int64_t j = 0; j < columns; ++j) {
      double* column = out + start + j * ld;
      for (std::int64_t i = 0; i < count; ++i) column[i] *= factors[static_cast<std::size_t>(i)];
    }
    // A normal is 0 with probability 2^-54; on a line that direction would be 0/0.
    for (std::int64_t i = 0; columns == 1 && i < count; ++i)
      out[start + i] = std::copysign(radius, out[start + i]);
  }
}

} // namespace pastur::random
