// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace pastur::studies::relu_inconsistency {

/// Networks that advance side by side: a structure of arrays, one lane a network, so that one instruction
/// serves as many networks as a register holds.
inline constexpr int lanes = 32;

/// The neurons of one sign and the points they are active on.
struct alignas(64) SideLanes {
  double m_xx[lanes], m_x[lanes], m_1[lanes], u_x[lanes], u_1[lanes]; ///< weighted moments of the points
  double aa[lanes], aw[lanes], ww[lanes];                             ///< second moments of the start
  double low[lanes], high[lanes];                                     ///< extreme w/a of the start
  /// The map from (a, w) at the start to (a, b, w) now; the column of b is never needed, as b = 0 at the
  /// start.
  double p_aa[lanes], p_aw[lanes], p_ba[lanes], p_bw[lanes], p_wa[lanes], p_ww[lanes];
  double old_aa[lanes], old_aw[lanes], old_ba[lanes], old_bw[lanes], old_wa[lanes],
      old_ww[lanes]; ///< heavy ball
};

struct alignas(64) Lanes {
  SideLanes positive, negative;
  double c[lanes], old_c[lanes];
  double h[lanes], momentum[lanes];     ///< both 0 once a lane has stopped: nothing moves any more
  double below[lanes], above[lanes];    ///< kinks stay in (-below, above)
  double kink[lanes], kink_over[lanes]; ///< largest |b/a| so far, as a fraction
  double margin[lanes];                 ///< <= 0: crossed in this or an earlier step
  double live[lanes];                   ///< 1, or 0 once stopped
  double updates[lanes];
};

/// `count` updates of every live lane, each followed by the test of its kinks. `batches`: null, or the
/// moments of the minibatches, count x 10 x lanes (m_xx, m_x, m_1, u_x, u_1 of the positive side, then of the
/// negative one). The same bits on every instruction set.
void advance(Lanes& state, std::int64_t count, bool heavy_ball, const double* batches);

} // namespace pastur::studies::relu_inconsistency
