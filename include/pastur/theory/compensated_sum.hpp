// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

namespace pastur::theory {

/// Neumaier's sum: what each addition rounds away is summed beside it, so that long or alternating sums keep
/// their digits.
class CompensatedSum {
public:
  void add(double term) {
    const double next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

private:
  double sum_ = 0.0;
  double lost_ = 0.0;
};

} // namespace pastur::theory
