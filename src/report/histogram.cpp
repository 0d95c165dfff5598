// SPDX-License-Identifier: BSD-3-Clause
#include "histogram.hpp"

#include <algorithm>
#include <cmath>

namespace pastur::report {

namespace {

double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

} // namespace

std::vector<double> bin_edges(const std::vector<double>& values, bool log) {
  constexpr double fewest_bins = 15;
  constexpr double most_bins = 120;
  constexpr double far = 1000.0;
  std::vector<double> sorted;
  for (const double value : values) {
    if (!std::isfinite(value) || (log && value <= 0.0)) continue;
    sorted.push_back(log ? std::log10(value) : value);
  }
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  double low = sorted.front();
  double high = sorted.back();
  const double spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  if (spread > 0.0 && high - low > far * spread) {
    low = std::max(low, quantile(sorted, 0.005) - spread);
    high = std::min(high, quantile(sorted, 0.995) + spread);
  }
  if (high <= low) {
    const double widening = low == 0.0 ? 0.5 : 0.05 * std::fabs(low);
    low -= widening;
    high += widening;
  }
  const double width = 2.0 * spread / std::cbrt(static_cast<double>(sorted.size()));
  const double wanted = width > 0.0 ? std::ceil((high - low) / width) : 40.0;
  const auto bins = static_cast<std::size_t>(std::clamp(wanted, fewest_bins, most_bins));
  std::vector<double> edges(bins + 1);
  for (std::size_t b = 0; b <= bins; ++b) {
    const double at = low + (high - low) * static_cast<double>(b) / static_cast<double>(bins);
    edges[b] = log ? std::pow(10.0, at) : at;
  }
  return edges;
}

Histogram histogram(const std::vector<double>& values, const std::vector<double>& edges, bool log) {
  Histogram result{
      .log = log, .edges = edges, .density = std::vector<double>(edges.empty() ? 0 : edges.size() - 1, 0.0)};
  if (result.density.empty() || values.empty()) return result;
  const double each = 1.0 / static_cast<double>(values.size());
  // The ends of the range are values themselves: rounding must not push them out.
  const double slack = 1e-9 * (edges.back() - edges.front());
  for (const double value : values) {
    if (!(value >= edges.front() - slack && value <= edges.back() + slack)) {
      result.outside += each;
      continue;
    }
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    const std::ptrdiff_t bin = std::clamp<std::ptrdiff_t>(
        above - edges.begin() - 1, 0, static_cast<std::ptrdiff_t>(result.density.size()) - 1);
    result.density[static_cast<std::size_t>(bin)] += each;
  }
  for (std::size_t b = 0; b < result.density.size(); ++b) {
    result.density[b] /= log ? std::log10(edges[b + 1] / edges[b]) : edges[b + 1] - edges[b];
  }
  return result;
}

} // namespace pastur::report
