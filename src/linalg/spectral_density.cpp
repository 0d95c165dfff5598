// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/linalg/spectral_density.hpp>
#include <pastur/random/fill.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace pastur::linalg {

namespace {

/// Probes that go through the operator side by side: it reads its matrix once for all of them.
constexpr std::int64_t probes_together = 8;

void require_width(double width, std::size_t terms) {
  if (!(width > 0.0) || !std::isfinite(width) || terms == 0)
    throw std::invalid_argument("a smoothed density needs a width > 0 and eigenvalues");
}

double cauchy(double distance, double width) {
  return width / (std::numbers::pi * (distance * distance + width * width));
}

double weighted(std::span<const double> nodes, std::span<const double> weights, double x, double width) {
  double sum = 0.0;
  for (std::size_t j = 0; j < nodes.size(); ++j) sum += weights[j] * cauchy(x - nodes[j], width);
  return sum;
}

} // namespace

std::vector<Quadrature> probe_spectrum(const LinearOperator& a, const random::Stream& stream,
                                       const ProbeOptions& options) {
  if (options.probes < 1) throw std::invalid_argument("a spectrum needs a probe");
  std::int64_t first = 0;
  const std::vector<std::int64_t> sizes = a.comm.all_gather(std::span(&a.local_size, 1));
  for (int rank = 0; rank < a.comm.rank(); ++rank) first += sizes[static_cast<std::size_t>(rank)];
  std::vector<Quadrature> quadratures;
  for (std::int64_t k = 0; k < options.probes; k += probes_together) {
    const std::int64_t count = std::min(probes_together, options.probes - k);
    std::vector<double> starts(static_cast<std::size_t>(a.local_size * count));
    const random::Tile tile{.row = first, .rows = a.local_size, .column = k, .columns = count};
    if (options.law == ProbeLaw::signs) {
      random::fill_signs(stream, tile, starts.data(), a.local_size);
    } else {
      random::fill_normal(stream, tile, starts.data(), a.local_size);
    }
    for (Quadrature& quadrature : lanczos_quadratures(a, starts, count, options.steps))
      quadratures.push_back(std::move(quadrature));
  }
  return quadratures;
}

double probe_bytes(double rows, const ProbeOptions& options) {
  const auto steps = static_cast<double>(options.steps), probes = static_cast<double>(options.probes);
  const double together = std::min(probes, static_cast<double>(probes_together));
  return 8.0 * (rows * together * (steps + 4.0) + 2.0 * steps * steps + 2.0 * steps * probes);
}

std::vector<double> smoothed_density(std::span<const double> eigenvalues, std::span<const double> positions,
                                     double width) {
  require_width(width, eigenvalues.size());
  std::vector<double> density(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    double sum = 0.0;
    for (const double value : eigenvalues) sum += cauchy(positions[i] - value, width);
    density[i] = sum / static_cast<double>(eigenvalues.size());
  }
  return density;
}

ProbedDensity smoothed_density(std::span<const Quadrature> quadratures, std::span<const double> positions,
                               double width) {
  require_width(width, quadratures.size());
  const auto probes = static_cast<double>(quadratures.size());
  const std::size_t size = positions.size();
  ProbedDensity result{std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)};
  std::vector<double> seen(quadratures.size());
  for (std::size_t i = 0; i < size; ++i) {
    double mean = 0.0, earlier = 0.0;
    for (std::size_t k = 0; k < quadratures.size(); ++k) {
      const Quadrature& q = quadratures[k];
      seen[k] = weighted(q.nodes, q.weights, positions[i], width);
      mean += seen[k] / probes;
      earlier += weighted(q.earlier_nodes, q.earlier_weights, positions[i], width) / probes;
    }
    double scatter = 0.0;
    for (const double value : seen) scatter += (value - mean) * (value - mean);
    result.density[i] = mean;
    result.standard_error[i] = probes > 1.0 ? std::sqrt(scatter / (probes * (probes - 1.0)))
                                            : std::numeric_limits<double>::quiet_NaN();
    result.step_error[i] = std::abs(mean - earlier);
  }
  return result;
}

} // namespace pastur::linalg
