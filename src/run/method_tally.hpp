// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/study/recorder.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace pastur::run {

/// How the draws of a run did the steps that can be done in several ways, with what that was expected to take
/// and what it took.
class MethodTally {
public:
  /// The methods of one draw, counted on one rank of its team.
  void add(std::span<const study::MethodUse> methods);
  /// The sums over all ranks, as JSON: [{"step", "how", "times", "expected_product_flops", "seconds"}]; the
  /// same on every rank. @note Collective
  std::string over(const parallel::Communicator& world) const;

private:
  struct Sum {
    std::int64_t times = 0;
    double expected_product_flops = 0.0, seconds = 0.0;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums_; // by step and how
};

} // namespace pastur::run
