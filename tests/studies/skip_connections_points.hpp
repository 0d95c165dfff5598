// SPDX-License-Identifier: BSD-3-Clause
// Draws of skip_connections at points, entry by entry over all draws.
#pragma once

#include "support/study_points.hpp"

#include <pastur/studies/skip_connections.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

namespace pastur::testing_support {

inline study::Value real(double value) {
  return study::Value(value);
}
inline study::Value wholes(std::vector<std::int64_t> values) {
  return study::Value(std::move(values));
}

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

/// Draws and predictions of the study, and what tests ask of them.
class SkipConnectionsTest : public testing::Test {
protected:
  std::map<std::string, Columns> sample(const std::vector<Setting>& settings,
                                        const std::vector<std::string>& observables, std::int64_t draws) {
    return sampled(study_, point_of(study_, settings), observables, draws, world_);
  }
  study::Recorder theory(const std::vector<Setting>& settings) {
    return predicted(study_, point_of(study_, settings));
  }

  /// Within four combined standard errors of an independent measurement.
  void expect_measured(const char* what, const Estimate& found, double printed, double printed_error) {
    const double combined = std::hypot(found.error, printed_error);
    const double z = (found.mean - printed) / combined;
    if (world_.rank() == 0)
      std::printf("%s: %.5g(%.2g), expected %.5g(%.2g), z = %.2f\n", what, found.mean, found.error, printed,
                  printed_error, z);
    EXPECT_LE(std::abs(z), 4.0) << what;
  }
  static void expect_no_violation(const Columns& violations) {
    for (const std::vector<double>& failures : violations) {
      for (const double count : failures) EXPECT_FALSE(count > 0.0); // NaN: not checked
    }
  }

  /// The point, or with `prepared` its data, ends in an InputError that holds all of `words`.
  void expect_refused(const std::vector<Setting>& settings, const std::vector<std::string>& words,
                      bool prepared = false) {
    std::string message = "accepted";
    try {
      const study::Parameters point = point_of(study_, settings);
      if (prepared) study_.prepare(std::span<const study::Parameters>(&point, 1), world_);
    } catch (const InputError& error) {
      message = error.what();
    }
    for (const std::string& text : words)
      EXPECT_NE(message.find(text), std::string::npos) << "`" << text << "` is not in: " << message;
  }

  studies::SkipConnections study_;
  parallel::Communicator world_ = parallel::Communicator::world();
  parallel::Communicator self_ = parallel::Communicator::self();
};

} // namespace pastur::testing_support
