// SPDX-License-Identifier: BSD-3-Clause
// Flops and bytes of one draw, before anything is allocated.
#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/relu_inconsistency_training.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

constexpr double reduced_step_flops = 130.0; ///< both sides, c, and the test of four kinks
constexpr double settling_steps =
    250.0; ///< per neuron at the spectral step, on average over networks that cross or settle
/// The same over sqrt(n), as the time says at n = 16..256.
constexpr double timed_settling_steps = 880.0;
/// Fractions of a matrix product's rate, measured: steps on all data, and on random batches.
constexpr double step_fraction = 0.3, batch_fraction = 0.11;
constexpr double lane_bytes = 64e3;

} // namespace

study::Cost ReluInconsistency::cost(const study::Parameters& p) const {
  const double n = static_cast<double>(p.integer("n"));
  const double networks = static_cast<double>(p.integer("networks"));
  const double steps = static_cast<double>(p.integer("steps"));
  const double times = static_cast<double>(p.integers("times").size());
  const double fit_points = static_cast<double>(relu_inconsistency::Schedule(p).fit_x.size());
  const double results = 8.0 * networks * (7.0 + 2.0 * times + (times + 1.0) * fit_points);
  const double batch = p.is("optimizer", "gd") ? 0.0 : static_cast<double>(p.integer("batch"));
  if (p.is("engine", "reduced")) {
    // small: h lambda_max is about 0.02 at the default data.
    const double slowness = p.is("step_rule", "small") ? 40.0 : 1.0;
    const double updates = steps > 0.0 ? steps : settling_steps * n * slowness;
    if (p.is("data", "star"))
      return {.flops = networks * (steps * (120.0 * n + 5000.0) + 4e4 * n),
              .shared_bytes = 0.0,
              .rank_bytes = 2.0 * results + 2000.0 * n};
    const double step_flops = reduced_step_flops + 12.0 * batch;
    const double timed_updates = steps > 0.0 ? steps : timed_settling_steps * std::sqrt(n) * slowness;
    return {.flops = networks * (60.0 * n + updates * step_flops + 3000.0),
            .shared_bytes = 0.0,
            .rank_bytes = lane_bytes + 2.0 * results + 8.0 * 5120.0,
            .product_flops =
                networks * timed_updates * step_flops / (batch > 0.0 ? batch_fraction : step_fraction)};
  }
  const double d = static_cast<double>(relu_inconsistency::input_dimension(p));
  const double points = relu_inconsistency::has_atoms(p)
                            ? static_cast<double>(relu_inconsistency::atoms(p).size())
                            : static_cast<double>(p.integer("N"));
  const double visited = batch > 0.0 ? std::min(batch, points) : points;
  return {.flops = networks * steps * n * (visited * (4.0 * d + 7.0) + 6.0 * d + 20.0),
          .shared_bytes = 0.0,
          .rank_bytes = 2.0 * results +
                        8.0 * (points * (2.0 * d + 4.0) + 10'000.0 * (2.0 * d + 2.0) + 6.0 * n * (d + 2.0)) +
                        points * n + 8.0 * n * std::min(points, 4096.0)};
}

} // namespace pastur::studies
