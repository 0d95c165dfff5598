// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network.hpp>
#include <pastur/learning/network_samples.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::learning {

/// Everything a forward pass leaves behind for the derivatives, one column a sample. Reused by forward()
/// without new allocations; it refers to the inputs, which must outlive it.
struct Pass {
  SamplesView inputs{};                  ///< z_0
  std::vector<Samples> states{};         ///< states[l-1] = z_l, l = 1..depth
  std::vector<Samples> preactivations{}; ///< [l-1] = g_l; empty for a linear layer
  std::vector<Samples> slopes{};         ///< [l-1] = phi'(g_l), units x samples; empty for a linear layer
                                         ///< (all 1). phi'(0) of relu is 0, of leaky its slope, of abs -1

  std::int64_t samples() const { return inputs.columns; }
  /// z_l, l = 0..depth.
  SamplesView state(std::int64_t l) const {
    return l == 0 ? inputs : states[static_cast<std::size_t>(l - 1)].view();
  }
  const Samples& preactivation(std::int64_t l) const {
    return preactivations[static_cast<std::size_t>(l - 1)];
  }
  const Samples& slope(std::int64_t l) const { return slopes[static_cast<std::size_t>(l - 1)]; }
  SamplesView outputs() const { return states.back().view(); }
};

// Functions of this header are local to the rank. `parameters`, `direction` and `result` have length
// network.parameters(); a wrong length or width throws std::invalid_argument.

/// Fills `pass`. Inputs: inputs() x samples. With first_layer > 1 only layers from there on are computed
/// again, on what `pass` holds below (same inputs, same parameters there). Throws InputError for an
/// activation without derivative.
void forward(const Network& network, std::span<const double> parameters, SamplesView inputs, Pass& pass,
             std::int64_t first_layer = 1);

/// The outputs alone, any activation; chunks of samples, so that memory does not grow with their number.
Samples predict(const Network& network, std::span<const double> parameters, SamplesView inputs);

/// J v: the derivative of the outputs in the direction `direction`, outputs() x samples.
Samples jvp(const Network& network, std::span<const double> parameters, const Pass& pass,
            std::span<const double> direction);

/// J^T u summed over the samples, written to `result`: `cotangents` is outputs() x samples.
void vjp(const Network& network, std::span<const double> parameters, const Pass& pass, SamplesView cotangents,
         std::span<double> result);

/// All slopes of all samples are the same: for a piecewise linear network both passes lie in one activation
/// region, where outputs are affine in each layer's parameters.
bool same_slopes(const Pass& a, const Pass& b);

} // namespace pastur::learning
