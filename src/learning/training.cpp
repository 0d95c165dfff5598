// SPDX-License-Identifier: BSD-3-Clause
#include "network_sweeps.hpp"

#include <pastur/learning/training.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/agree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::learning {

TeamSamples team_share(const parallel::Communicator& team, SamplesView inputs, SamplesView targets) {
  const auto [begin, end] = linalg::even_range(inputs.columns, team.rank(), team.size());
  return {inputs.slice(begin, end - begin), targets.slice(begin, end - begin)};
}

TeamLoss::TeamLoss(const parallel::Communicator& team, const Network& network, TeamSamples samples,
                   double scale)
    : team_(team), network_(network), samples_(samples), scale_(scale) {
  parallel::agree(team, [&] {
    const SamplesView &x = samples.inputs, &y = samples.targets;
    if (x.columns != y.columns) throw InputError(fmt::format("{} inputs, {} targets", x.columns, y.columns));
    if (x.columns == 0) return;
    if (x.rows != network.inputs())
      throw InputError(
          fmt::format("samples of {} numbers for a network of {} inputs", x.rows, network.inputs()));
    if (y.rows != network.outputs())
      throw InputError(
          fmt::format("targets of {} numbers for a network of {} outputs", y.rows, network.outputs()));
    if (!network.is_differentiable())
      throw InputError("the activations sign and step have no derivative: the network only predicts");
  });
  std::int64_t count = samples.inputs.columns;
  team.sum(std::span<std::int64_t>(&count, 1));
  total_ = count;
}

double TeamLoss::value(std::span<const double> parameters) {
  double sum = 0.0;
  for_each_sample_chunk(samples_.inputs.columns, [&](std::int64_t first, std::int64_t count) {
    const Samples outputs = predict(network_, parameters, samples_.inputs.slice(first, count));
    const std::span<const double> y = samples_.targets.slice(first, count).span();
    for (std::size_t i = 0; i < y.size(); ++i) sum += std::pow(outputs.span()[i] - y[i], 2);
  });
  return team_.sum(scale_ * sum);
}

double TeamLoss::gradient(std::span<const double> parameters, std::span<double> gradient) {
  require_parameters(network_, parameters, "parameters");
  require_parameters(network_, gradient, "gradient");
  // The loss travels in the last place of the one sum.
  sums_.assign(gradient.size() + 1, 0.0);
  const std::span<double> sums(sums_);
  for_each_sample_chunk(samples_.inputs.columns, [&](std::int64_t first, std::int64_t count) {
    forward(network_, parameters, samples_.inputs.slice(first, count), pass_);
    sums.back() += add_loss_gradient(network_, parameters, pass_, samples_.targets.slice(first, count),
                                     scale_, sums.first(gradient.size()));
  });
  team_.sum(sums);
  std::ranges::copy(sums.first(gradient.size()), gradient.begin());
  return sums.back();
}

void TeamLoss::hessian_product(std::span<const double> parameters, std::span<const double> direction,
                               std::span<double> result) {
  require_parameters(network_, parameters, "parameters");
  require_parameters(network_, direction, "direction");
  require_parameters(network_, result, "result");
  std::ranges::fill(result, 0.0);
  for_each_sample_chunk(samples_.inputs.columns, [&](std::int64_t first, std::int64_t count) {
    forward(network_, parameters, samples_.inputs.slice(first, count), pass_);
    add_hessian_product(network_, parameters, pass_, samples_.targets.slice(first, count), scale_, direction,
                        result);
  });
  team_.sum(result);
}

Training::Training(TeamLoss& loss, const OptimizerOptions& options, std::int64_t parameters)
    : loss_(loss), optimizer_(options, parameters), gradient_(static_cast<std::size_t>(parameters)) {}

double Training::advance_to(std::int64_t steps, std::span<double> parameters) {
  double loss = std::numeric_limits<double>::quiet_NaN();
  while (!diverged_ && optimizer_.steps() < steps) {
    loss = loss_.gradient(parameters, gradient_);
    // One allreduce gave every rank the same loss, so all leave together.
    diverged_ = !std::isfinite(loss);
    if (!diverged_) optimizer_.step(parameters, gradient_);
  }
  return loss;
}

} // namespace pastur::learning
