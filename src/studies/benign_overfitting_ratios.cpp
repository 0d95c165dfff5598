// SPDX-License-Identifier: BSD-3-Clause
#include "benign_overfitting_ratios.hpp"

#include <cmath>

namespace pastur::studies::benign_overfitting {

void record_ratios(study::Recorder& record, std::size_t ridge, double bias, double variance,
                   const Bounds& bounds) {
  if (std::isnan(bounds.critical_index)) {
    no_ratios(record, ridge, no_critical_index);
    return;
  }
  const auto put = [&](const char* name, double value, double bound, const char* nothing) {
    if (value > 0.0 && bound > 0.0) {
      record.set_at(name, ridge, value / bound);
    } else {
      record.missing_at(name, ridge, nothing);
    }
  };
  put("bias_upper_ratio", bias, bounds.bias_upper, "the bias is 0");
  put("bias_lower_ratio", bias, bounds.bias_lower, "the bias is 0");
  put("variance_upper_ratio", variance, bounds.variance_upper, "0/0: no noise");
  put("variance_lower_ratio", variance, bounds.variance_lower, "0/0: no noise");
}

void no_ratios(study::Recorder& record, std::size_t ridge, std::string_view reason) {
  for (const char* name :
       {"bias_upper_ratio", "bias_lower_ratio", "variance_upper_ratio", "variance_lower_ratio"})
    record.missing_at(name, ridge, reason);
}

} // namespace pastur::studies::benign_overfitting
