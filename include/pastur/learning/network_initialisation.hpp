// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>
#include <span>

namespace pastur::learning {

/// Law of independent entries with mean 0: normal, uniform on a symmetric interval, or a fair sign.
enum class InitialLaw { gauss, uniform, signs };

/// Law of one layer's parameters. The variances are per entry and the caller's: He scaling is weights = 2 /
/// width(l-1).
struct LayerLaw {
  InitialLaw law = InitialLaw::gauss; ///< of the weights; biases are always Gaussian
  double weight_variance = 1.0;
  double bias_variance = 0.0;
};

/// W_l(i, j) = entry (i, j) of `stream`. Throws InputError unless the variance is finite and not negative.
void draw_weights(const Network& network, std::span<double> parameters, std::int64_t l,
                  const random::Stream& stream, InitialLaw law, double variance);
/// b_l(i) = entry (i, 0) of `stream`, Gaussian; nothing for a layer without bias.
void draw_bias(const Network& network, std::span<double> parameters, std::int64_t l,
               const random::Stream& stream, double variance);
/// All layers, W_l from stream "W<l>" and b_l from stream "b<l>"; `laws` has one entry a layer.
void initialise(const Network& network, std::span<double> parameters, const random::Streams& streams,
                std::span<const LayerLaw> laws);

} // namespace pastur::learning
