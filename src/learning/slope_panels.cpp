// SPDX-License-Identifier: BSD-3-Clause
#include "slope_panels.hpp"

#include <pastur/random/fill.hpp>

#include <cmath>

namespace pastur::learning {

void SlopeSource::weights(std::int64_t first, std::int64_t count, double* out, std::int64_t ld) const {
  if (law == WeightLaw::sphere) {
    random::fill_sphere_rows(stream, first, count, d, 1.0, out, ld);
    return;
  }
  random::fill_normal(stream, {.row = first, .rows = count, .column = 0, .columns = d}, out, ld);
  const double deviation = 1.0 / std::sqrt(static_cast<double>(d));
  for (std::int64_t j = 0; j < d; ++j) {
    for (std::int64_t i = 0; i < count; ++i) out[i + j * ld] *= deviation;
  }
}

void SlopeSource::slopes(const double* x, std::int64_t rows, std::int64_t ld, const Panel& w,
                         std::int64_t count, double* out) const {
  multiply_transposed(rows, count, d, 1.0, x, ld, w.data(), w.ld(), 0.0, out,
                      std::max<std::int64_t>(rows, 1));
  activation.apply_derivative(std::span<double>(out, static_cast<std::size_t>(rows * count)));
}

void SlopeSource::for_each_chunk(
    std::int64_t chunk, const std::function<void(std::int64_t, std::int64_t, const Panel&)>& f) const {
  Panel w(chunk, d);
  for (std::int64_t first = 0; first < neurons; first += chunk) {
    const std::int64_t count = std::min(chunk, neurons - first);
    weights(first, count, w.data(), w.ld());
    f(first, count, w);
  }
}

} // namespace pastur::learning
