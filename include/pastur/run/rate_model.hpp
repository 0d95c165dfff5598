// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pastur::run {

/// How long a draw takes: its work, counted in flops of a large matrix product (Cost::product_flops), over
/// the rate at which a team does it.
class RateModel {
public:
  /// `product_rate`: flops per second of a matrix product on one core.
  explicit RateModel(double product_rate);

  /// Rates as an earlier run of the study had them: a draw goes at the rate of the stored point that has the
  /// same words for parameters (activation, mode) and the nearest work. Throws InputError when the store is
  /// of another study, has no finished draw, or when its teams had several sizes, so that nobody knows what
  /// a draw's seconds were worth. `stored`: the experiment of the store.
  RateModel(const Experiment& experiment, const Experiment& stored, const store::Reader& reader);

  /// Seconds of one draw at `point` with a team of `team_size` ranks.
  double seconds(const study::Study& study, const study::Parameters& point, int team_size) const;

  /// Of a matrix product where that is what the rates come from; 0 where they come from a store.
  double product_rate() const { return product_rate_; }

private:
  using Rates = std::vector<std::pair<double, double>>; // (log of the work, flops per second), sorted
  double rate(const study::Study& study, const study::Parameters& point, double work) const;

  double product_rate_ = 0.0;
  std::map<std::string, Rates> measured_; // by the words of a point; under "" those of all points
};

} // namespace pastur::run
