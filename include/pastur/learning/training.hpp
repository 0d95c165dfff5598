// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network_loss.hpp>
#include <pastur/learning/optimizer.hpp>
#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::learning {

/// Training samples split over a team: this rank's columns. Any split will do, also ranks without samples.
struct TeamSamples {
  SamplesView inputs{};  ///< inputs() x local samples
  SamplesView targets{}; ///< outputs() x local samples
};

/// This rank's even share of samples that every rank holds whole.
TeamSamples team_share(const parallel::Communicator& team, SamplesView inputs, SamplesView targets);

/// The squared loss L = scale sum_g |f(x_g) - y_g|^2 over all ranks' samples, its gradient and Hessian
/// products: the sums over a team of what network_loss.hpp gives for a rank, in chunks of samples. Parameters
/// are the same on every rank. Refers to network, team and samples, which must outlive it.
class TeamLoss {
public:
  /// Throws InputError (the same on every rank) for samples that do not fit the network. @note Collective
  TeamLoss(const parallel::Communicator& team, const Network& network, TeamSamples samples, double scale);

  /// Samples of the whole team.
  std::int64_t samples() const { return total_; }
  /// L. @note Collective
  double value(std::span<const double> parameters);
  /// L and its gradient: one sum of parameters() + 1 numbers. @note Collective
  double gradient(std::span<const double> parameters, std::span<double> gradient);
  /// H v at `parameters`, with its own forward pass. @note Collective
  void hessian_product(std::span<const double> parameters, std::span<const double> direction,
                       std::span<double> result);

private:
  const parallel::Communicator& team_;
  const Network& network_;
  TeamSamples samples_;
  double scale_;
  std::int64_t total_ = 0;
  Pass pass_;
  std::vector<double> sums_;
};

/// Full-batch training, step by step; stop and look wherever the study wants. The parameters stay the
/// caller's.
class Training {
public:
  Training(TeamLoss& loss, const OptimizerOptions& options, std::int64_t parameters);

  /// Takes steps until `steps` of them are taken in all; returns the loss before the last of them (NaN when
  /// none was taken). Stops early, and `diverged()` says so, when a loss is not finite. @note Collective
  double advance_to(std::int64_t steps, std::span<double> parameters);
  std::int64_t steps() const { return optimizer_.steps(); }
  bool diverged() const { return diverged_; }
  Optimizer& optimizer() { return optimizer_; }

private:
  TeamLoss& loss_;
  Optimizer optimizer_;
  std::vector<double> gradient_;
  bool diverged_ = false;
};

} // namespace pastur::learning
