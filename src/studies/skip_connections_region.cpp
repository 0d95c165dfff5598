// SPDX-License-Identifier: BSD-3-Clause
// Inside an activation region the loss is a quadratic in one layer's weights: measured along a line.
#include "skip_connections_network.hpp"

#include <pastur/learning/network_loss.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace pastur::studies::skip_connections {

namespace {

using learning::Pass;

/// The batch on this rank along parameters + t direction; only layers from the line's on are computed again.
class Along {
public:
  Along(const learning::Network& network, std::span<const double> parameters, const Batch& batch,
        const Line& line)
      : network_(network), origin_(parameters), line_(line), moved_(parameters.begin(), parameters.end()),
        inputs_(batch.inputs.slice(batch.first, batch.count)),
        targets_(batch.targets.slice(batch.first, batch.count)),
        scale_(1.0 / static_cast<double>(batch.inputs.columns)) {
    if (inputs_.columns == 0) return;
    learning::forward(network_, moved_, inputs_, here_);
    learning::forward(network_, moved_, inputs_, pass_);
  }

  bool same_region(double t) {
    if (inputs_.columns == 0) return true;
    move(t);
    return learning::same_slopes(here_, pass_);
  }
  /// This rank's part of the batch loss.
  double loss(double t) {
    if (inputs_.columns == 0) return 0.0;
    move(t);
    return learning::squared_loss(pass_, targets_, scale_);
  }
  /// This rank's parts of the first and second derivative at t = 0, and of the mean |y_hat|^2.
  std::array<double, 3> derivatives() const {
    if (inputs_.columns == 0) return {};
    const learning::Samples change = learning::jvp(network_, origin_, here_, line_.direction);
    const learning::SamplesView outputs = here_.outputs();
    double slope = 0.0;
    double curvature = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < change.span().size(); ++i) {
      const double dy = change.span()[i];
      slope += 2.0 * scale_ * (outputs.span()[i] - targets_.span()[i]) * dy;
      curvature += 2.0 * scale_ * dy * dy;
      size += scale_ * outputs.span()[i] * outputs.span()[i];
    }
    return {slope, curvature, size};
  }

private:
  void move(double t) {
    const std::span<double> weights = network_.weights(std::span<double>(moved_), line_.layer);
    const std::span<const double> from = network_.weights(origin_, line_.layer);
    const std::span<const double> direction = network_.weights(line_.direction, line_.layer);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = from[i] + t * direction[i];
    learning::forward(network_, moved_, inputs_, pass_, line_.layer);
  }

  const learning::Network& network_;
  std::span<const double> origin_;
  const Line& line_;
  std::vector<double> moved_;
  learning::SamplesView inputs_, targets_;
  double scale_;
  Pass here_, pass_;
};

/// All slopes of all samples unchanged at 41 points of [-2 t, 2 t], the ends first.
bool inside(Along& along, double t, const parallel::Communicator& team) {
  constexpr int half = 20;
  for (int j = half; j > 0; --j) {
    const double at = 2.0 * t * j / half;
    if (!team.all(along.same_region(at) && along.same_region(-at))) return false;
  }
  return true;
}

} // namespace

double quadratic_defect(const learning::Network& network, std::span<const double> parameters,
                        const Batch& batch, const Line& line, const parallel::Communicator& team,
                        Inequalities& inequalities) {
  Along along(network, parameters, batch, line);
  double step = 0.1;
  while (!inside(along, step, team)) {
    step *= 0.5;
    if (step < 1e-9) return std::numeric_limits<double>::quiet_NaN();
  }
  std::array<double, 8> sums{};
  for (int j = -2; j <= 2; ++j) sums[static_cast<std::size_t>(j + 2)] = along.loss(j * step);
  const std::array<double, 3> derivatives = along.derivatives();
  sums[5] = derivatives[0];
  sums[6] = derivatives[1];
  sums[7] = derivatives[2];
  team.sum(std::span<double>(sums));
  // Outputs are rounded relative to themselves, not to the residuals, which training makes small.
  const double rounding = 1e-14 * (sums[2] + std::sqrt(sums[2] * sums[7]));
  const double slope = (sums[3] - sums[1]) / (2.0 * step);
  const double curvature = (sums[3] - 2.0 * sums[2] + sums[1]) / (step * step);
  inequalities.quadratic(std::abs(slope - sums[5]), 1e-9 * std::abs(sums[5]) + rounding / step);
  inequalities.quadratic(std::abs(curvature - sums[6]), 1e-7 * sums[6] + rounding / (step * step));
  const double third = sums[4] - 2.0 * sums[3] + 2.0 * sums[1] - sums[0];
  inequalities.quadratic(std::abs(third), 1e-12 * sums[2]);
  return sums[2] > 0.0 ? std::abs(third) / sums[2] : std::numeric_limits<double>::quiet_NaN();
}

} // namespace pastur::studies::skip_connections
