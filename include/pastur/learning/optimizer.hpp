// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pastur::learning {

enum class OptimizerKind {
  gd,  ///< v <- momentum v + gradient, theta <- theta - step_size v (momentum 0: gradient descent)
  adam ///< Kingma and Ba 2015, bias-corrected, epsilon added to the root
};

/// "gd" or "adam"; throws InputError for another name.
OptimizerKind optimizer_named(std::string_view name);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::gd;
  double step_size = 1e-3;
  double momentum = 0.0; ///< heavy ball, gd only
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// The memory of a first-order method. Every rank that is fed the same gradients takes the same steps. A
/// parameter whose gradient is always 0 never moves.
class Optimizer {
public:
  /// Throws InputError for a step size that is not positive, rates outside [0, 1), an epsilon that is
  /// not positive.
  Optimizer(const OptimizerOptions& options, std::int64_t parameters);

  const OptimizerOptions& options() const { return options_; }
  void set_step_size(double step_size);
  std::int64_t steps() const { return steps_; }
  /// One step, in place.
  void step(std::span<double> parameters, std::span<const double> gradient);

private:
  OptimizerOptions options_;
  std::int64_t steps_ = 0;
  std::vector<double> first_;  ///< velocity, or the mean of the gradients
  std::vector<double> second_; ///< mean of their squares
};

} // namespace pastur::learning
