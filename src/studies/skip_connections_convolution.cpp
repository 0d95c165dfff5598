// SPDX-License-Identifier: BSD-3-Clause
#include "skip_connections_block.hpp"

#include <pastur/linalg/singular_values.hpp>
#include <pastur/parallel/agree.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>

namespace pastur::studies::skip_connections {

Convolution::Convolution(const study::Parameters& point, const random::Streams& streams)
    : sites_(point.integer("sites")), channels_(point.integer("channels")), taps_(point.integer("taps")),
      cyclic_(point.is("layer_type", "circulant")),
      filter_(static_cast<std::size_t>(taps_ * channels_ * channels_)) {
  const double tau = point.real("weight_scale");
  const double variance = tau * tau / static_cast<double>(taps_ * channels_);
  const random::Tile tile{0, taps_ * channels_, 0, channels_};
  const random::Stream stream = streams.stream("h");
  if (point.is("weights", "uniform")) {
    random::fill_uniform(stream, tile, filter_.data(), tile.rows);
    for (double& entry : filter_) entry = (2.0 * entry - 1.0) * std::sqrt(3.0 * variance);
  } else {
    random::fill_normal(stream, tile, filter_.data(), tile.rows);
    for (double& entry : filter_) entry *= std::sqrt(variance);
  }
}

linalg::BlockCyclicMatrix Convolution::matrix(std::shared_ptr<const linalg::ProcessGrid> grid) const {
  const std::int64_t n = sites_ * channels_;
  linalg::BlockCyclicMatrix out(std::move(grid), n, n);
  const std::int64_t centre = taps_ / 2;
  out.assign([&](std::int64_t row, std::int64_t column) {
    // Input site j = i - a + centre.
    std::int64_t a = row / channels_ - column / channels_ + centre;
    if (cyclic_) a = (a % sites_ + sites_) % sites_;
    if (a < 0 || a >= taps_) return 0.0;
    return tap(a, row % channels_, column % channels_);
  });
  return out;
}

std::vector<double> Convolution::circulant_values(std::int64_t sites, double skip,
                                                  const parallel::Communicator& team) const {
  const std::int64_t centre = taps_ / 2;
  const auto size = static_cast<std::size_t>(channels_);
  std::vector<double> mine;
  parallel::agree(team, [&] {
    std::vector<std::complex<double>> symbol(size * size);
    for (std::int64_t f = team.rank(); f <= sites / 2; f += team.size()) {
      std::fill(symbol.begin(), symbol.end(), std::complex<double>(0.0));
      for (std::int64_t a = 0; a < taps_; ++a) {
        const double angle = -2.0 * std::numbers::pi * static_cast<double>(f * (a - centre) % sites) /
                             static_cast<double>(sites);
        const std::complex<double> phase = std::polar(1.0, angle);
        for (std::int64_t j = 0; j < channels_; ++j) {
          for (std::int64_t i = 0; i < channels_; ++i)
            symbol[static_cast<std::size_t>(i + j * channels_)] += phase * tap(a, i, j);
        }
      }
      for (std::size_t i = 0; i < size; ++i) symbol[i * (size + 1)] += skip;
      const std::vector<double> values = linalg::singular_values(symbol, channels_);
      // Frequencies f and sites - f are complex conjugates.
      const int copies = f > 0 && 2 * f < sites ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy) mine.insert(mine.end(), values.begin(), values.end());
    }
  });
  std::vector<double> all = team.size() == 1 ? mine : team.all_gather(std::span<const double>(mine));
  std::sort(all.begin(), all.end(), std::greater<>());
  return all;
}

} // namespace pastur::studies::skip_connections
