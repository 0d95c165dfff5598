// SPDX-License-Identifier: BSD-3-Clause
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>

#include <stdexcept>
#include <string>

namespace pastur::learning {

NeuralTangentFeatures::NeuralTangentFeatures(Inputs inputs, const theory::Activation& activation,
                                             WeightLaw law, std::int64_t neurons,
                                             const random::Streams& streams)
    : inputs_(std::move(inputs)), activation_(activation), law_(law), neurons_(neurons),
      weights_(streams.stream("W")) {
  if (neurons < 1)
    throw std::invalid_argument("neural-tangent features of " + std::to_string(neurons) + " neurons");
  (void)activation_.derivative(0.0); // throws where sigma' is undefined
}

SlopeSource NeuralTangentFeatures::slope_source() const {
  return {activation_, law_, neurons_, inputs_.d(), weights_};
}

void NeuralTangentFeatures::weights(std::int64_t first, std::int64_t count, double* out,
                                    std::int64_t ld) const {
  if (first < 0 || count < 0 || first + count > neurons_) {
    throw std::out_of_range("weights " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                            " of " + std::to_string(neurons_));
  }
  slope_source().weights(first, count, out, ld);
}

} // namespace pastur::learning
