// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/network_pass.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pastur::learning {

// Per-sample Jacobians in factored form. With B_l = d f / d g_l (samples x rows of f) a sample's Jacobian by
// W_l is multiplier B_l (x) z_{l-1} and by b_l it is B_l: Gram matrices are Hadamard products, no Jacobian.

/// Which derivative of which samples.
struct BackwardRange {
  std::int64_t from_state = 0; ///< differentiate z_from_state; 0: the outputs z_depth
  std::int64_t to_layer = 1;   ///< last layer that is visited (the visits go downwards)
  std::int64_t first_sample = 0;
  std::int64_t samples = -1; ///< -1: all from first_sample on
};

/// Calls visit(l, maps) for l = from_state, .., to_layer: `maps` is units(l) x (samples k), column g k + c
/// the gradient by g_l of <seed_c, z_from_state> at sample first_sample + g. So with identity seeds columns
/// [g k, (g + 1) k) are A_g^T, A_g = d z_from_state / d g_l, contiguous. The matrix may be changed or taken
/// away in the visit. Memory: the maps of one layer and the cotangents of the states that skips still need.
void visit_backward_maps(const Network& network, std::span<const double> parameters, const Pass& pass,
                         SamplesView seeds, const BackwardRange& range,
                         const std::function<void(std::int64_t, Samples&)>& visit);

/// The same with identity seeds (k = width(from_state)).
void visit_backward_maps(const Network& network, std::span<const double> parameters, const Pass& pass,
                         const BackwardRange& range,
                         const std::function<void(std::int64_t, Samples&)>& visit);

/// All layers' maps of the outputs at once, result[l-1] of layer l; depth times the memory.
std::vector<Samples> backward_maps(const Network& network, std::span<const double> parameters,
                                   const Pass& pass);

/// One side of a layer's Gram matrix: inputs z_{l-1} (samples in columns) and maps of visit_backward_maps, k
/// columns a sample.
struct LayerFactors {
  SamplesView inputs{};
  SamplesView maps{};
};

/// gram += scale J_l J_l'^T between the samples of `rows` and of `columns`, J_l by the layer's trained
/// parameters (weights, and biases where it has them): entry (g k + c, h k' + c') of a column-major array
/// with leading dimension ld is scale <B_gc, B_hc'> (multiplier^2 <z_g, z_h> + [bias]).
void add_layer_gram(const Layer& layer, const LayerFactors& rows, const LayerFactors& columns, double scale,
                    double* gram, std::int64_t ld);

/// product += scale J_l^T J_l v by the layer's weights, one term a sample: with A_g = maps_g^T that is scale
/// multiplier^2 sum_g A_g^T A_g V z_g z_g^T. `v` and `product` are units x inputs, column-major.
void add_layer_curvature(const Layer& layer, const LayerFactors& factors, double scale,
                         std::span<const double> v, std::span<double> product);

} // namespace pastur::learning
