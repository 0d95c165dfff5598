// SPDX-License-Identifier: BSD-3-Clause
// Draws of skip_connections at points, entry by entry over all draws.
#pragma once

#include "support/study_points.hpp"

#include <pastur/studies/skip_connections.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace pastur::testing_support {

/// Every entry of an observable over the draws: column e holds entry e of draw 0, 1, ...
using Columns = std::vector<std::vector<double>>;

/// Draws are dealt to one-rank teams. @note Collective over `world`
inline std::map<std::string, Columns> sampled(const study::Study& study, const study::Parameters& point,
                                              const std::vector<std::string>& observables, std::int64_t draws,
                                              const parallel::Communicator& world) {
  const auto self = parallel::Communicator::self();
  std::map<std::string, std::vector<double>> mine;
  std::map<std::string, std::size_t> sizes;
  for (std::int64_t index = world.rank(); index < draws; index += world.size()) {
    const study::Recorder record = drawn(study, point, self, index);
    for (const std::string& name : observables) {
      const auto values = record.values(name);
      mine[name].insert(mine[name].end(), values.begin(), values.end());
    }
  }
  for (const study::Recorder::Slot& slot : study::draw_slots(study.info(), point))
    sizes[slot.name] = slot.size;
  std::map<std::string, Columns> result;
  for (const std::string& name : observables) {
    const std::vector<double> all = world.all_gather(std::span<const double>(mine[name]));
    Columns columns(sizes[name]);
    for (std::size_t i = 0; i < all.size(); ++i) columns[i % sizes[name]].push_back(all[i]);
    result[name] = std::move(columns);
  }
  return result;
}

inline Estimate mean_of(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count * (count - 1.0)))};
}

/// Median, its error from the order statistics one standard deviation of the binomial away.
inline Estimate median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const auto step = static_cast<std::size_t>(std::ceil(0.5 * std::sqrt(static_cast<double>(n))));
  const std::size_t middle = n / 2;
  return {0.5 * (values[(n - 1) / 2] + values[middle]),
          0.5 * (values[std::min(n - 1, middle + step)] - values[middle - std::min(middle, step)])};
}

/// Kolmogorov-Smirnov: sqrt(n) sup |F_n - F|, whose upper 0.1 % point is 1.949.
inline double kolmogorov(std::vector<double> values, const std::function<double(double)>& distribution) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = distribution(values[i]);
    largest = std::max(
        {largest, std::abs(f - static_cast<double>(i) / n), std::abs(static_cast<double>(i + 1) / n - f)});
  }
  return std::sqrt(n) * largest;
}

} // namespace pastur::testing_support
