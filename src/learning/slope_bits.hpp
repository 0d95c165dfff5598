// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slope_panels.hpp"

#include <pastur/linalg/bit_panel.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace pastur::learning {

/// sigma' of an activation with two slopes: `on` above the threshold, else `off`. With b the bits u >
/// threshold of two rows of preactivations, sum_l sigma'(u_l) sigma'(v_l) = N off^2 + off (on - off) (|b_u| +
/// |b_v|) + (on - off)^2 |b_u AND b_v|.
struct TwoSlopes {
  /// Throws std::invalid_argument for an activation whose slopes are not two.
  explicit TwoSlopes(const theory::Activation& activation);
  double inner_product(double neurons, double set_in_both, double set_in_either) const {
    const double rise = on - off;
    return neurons * off * off + off * rise * set_in_either + rise * rise * set_in_both;
  }
  double threshold, on, off;
};

/// Inputs (rows x d, column-major) whose slopes are wanted as bits.
struct BitRows {
  const double* x;
  std::int64_t rows, ld;
};

/// S = sigma'(X W^T) of all neurons as bits: 2 N d flop and N / 8 bytes a row.
linalg::BitPanel slope_bits(const SlopeSource& source, const BitRows& input);

/// About what a slab of bits takes.
inline constexpr double slab_bytes = 6.4e7;
/// Beside it: preactivations at a time, made by DGEMM and packed while they are in the cache (2 MB).
inline constexpr std::int64_t tile_rows = 1024, tile_neurons = 256;

/// S = sigma'(X W^T) as bits, for each of `inputs`, a slab of at most about `bytes` of neurons at a time:
/// f(the panels of one slab). The weights of a slab are made once for all inputs: 2 N d flop a row.
void for_each_slope_slab(const SlopeSource& source, const std::vector<BitRows>& inputs,
                         const std::function<void(const std::vector<linalg::BitPanel>&)>& f,
                         double bytes = slab_bytes);

} // namespace pastur::learning
