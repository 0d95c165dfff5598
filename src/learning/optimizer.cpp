// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/optimizer.hpp>
#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace pastur::learning {

namespace {

void require_step_size(double step_size) {
  if (!(step_size > 0.0) || !std::isfinite(step_size))
    throw InputError(fmt::format("step size {}, a positive number is needed", step_size));
}

void require_rate(double rate, const char* name) {
  if (!(rate >= 0.0 && rate < 1.0)) throw InputError(fmt::format("{} {}, allowed is [0, 1)", name, rate));
}

} // namespace

OptimizerKind optimizer_named(std::string_view name) {
  if (name == "gd") return OptimizerKind::gd;
  if (name == "adam") return OptimizerKind::adam;
  throw InputError(fmt::format("unknown optimizer '{}'; known are gd adam", name));
}

Optimizer::Optimizer(const OptimizerOptions& options, std::int64_t parameters) : options_(options) {
  require_step_size(options.step_size);
  require_rate(options.momentum, "momentum");
  require_rate(options.beta1, "beta1");
  require_rate(options.beta2, "beta2");
  if (!(options.epsilon > 0.0))
    throw InputError(fmt::format("epsilon {}, a positive number is needed", options.epsilon));
  const bool adam = options.kind == OptimizerKind::adam;
  if (adam || options.momentum > 0.0) first_.assign(static_cast<std::size_t>(parameters), 0.0);
  if (adam) second_.assign(static_cast<std::size_t>(parameters), 0.0);
}

void Optimizer::set_step_size(double step_size) {
  require_step_size(step_size);
  options_.step_size = step_size;
}

void Optimizer::step(std::span<double> parameters, std::span<const double> gradient) {
  if (parameters.size() != gradient.size() || (!first_.empty() && first_.size() != gradient.size()))
    throw std::invalid_argument(
        fmt::format("a gradient of {} entries for {} parameters", gradient.size(), parameters.size()));
  ++steps_;
  const double step = options_.step_size;
  if (options_.kind == OptimizerKind::adam) {
    const double b1 = options_.beta1, b2 = options_.beta2, epsilon = options_.epsilon;
    const double mean_scale = 1.0 / (1.0 - std::pow(b1, static_cast<double>(steps_)));
    const double square_scale = 1.0 / (1.0 - std::pow(b2, static_cast<double>(steps_)));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      first_[i] = b1 * first_[i] + (1.0 - b1) * gradient[i];
      second_[i] = b2 * second_[i] + (1.0 - b2) * gradient[i] * gradient[i];
      parameters[i] -= step * mean_scale * first_[i] / (std::sqrt(square_scale * second_[i]) + epsilon);
    }
  } else if (first_.empty()) {
    for (std::size_t i = 0; i < gradient.size(); ++i) parameters[i] -= step * gradient[i];
  } else {
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      first_[i] = options_.momentum * first_[i] + gradient[i];
      parameters[i] -= step * first_[i];
    }
  }
}

} // namespace pastur::learning
