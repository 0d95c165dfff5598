// SPDX-License-Identifier: BSD-3-Clause
#include "relu_inconsistency_lanes.hpp"

#include "relu_inconsistency_clones.hpp"

#include <cmath>

namespace pastur::studies::relu_inconsistency {

namespace {

/// What a side's update tells the rest of its lane.
struct Moved {
  double intercept_step; ///< h s
  double margin;         ///< distance of its kinks from the border, times a positive number
};

/// Keeps the larger of two non-negative fractions; a denominator that is not positive stays.
PASTUR_INLINE void keep_larger(double& top, double& under, double value, double over) {
  const bool larger = value * under > top * over;
  top = larger ? value : top;
  under = larger ? over : under;
}

template <bool HeavyBall, bool Batches>
PASTUR_INLINE Moved advance_side(SideLanes& s, int l, double c, double h, double momentum, double below,
                                 double above, double& kink, double& kink_over, const double* batch) {
  const double m_xx = Batches ? batch[l] : s.m_xx[l];
  const double m_x = Batches ? batch[lanes + l] : s.m_x[l];
  const double m_1 = Batches ? batch[2 * lanes + l] : s.m_1[l];
  const double u_x = Batches ? batch[3 * lanes + l] : s.u_x[l];
  const double u_1 = Batches ? batch[4 * lanes + l] : s.u_1[l];
  const double aa = s.p_aa[l], aw = s.p_aw[l], ba = s.p_ba[l], bw = s.p_bw[l], wa = s.p_wa[l], ww = s.p_ww[l];
  // Sums over the neurons: slope = sum w a, intercept = sum w b.
  const double to_a = s.aa[l] * wa + s.aw[l] * ww;
  const double to_w = s.aw[l] * wa + s.ww[l] * ww;
  const double slope = aa * to_a + aw * to_w;
  const double intercept = (ba * to_a + bw * to_w) + c;
  const double hr = h * (u_x - (m_xx * slope + m_x * intercept));
  const double hs = h * (u_1 - (m_x * slope + m_1 * intercept));
  double new_aa = aa + hr * wa, new_aw = aw + hr * ww;
  double new_ba = ba + hs * wa, new_bw = bw + hs * ww;
  double new_wa = wa + (hr * aa + hs * ba), new_ww = ww + (hr * aw + hs * bw);
  if constexpr (HeavyBall) {
    new_aa += momentum * (aa - s.old_aa[l]);
    new_aw += momentum * (aw - s.old_aw[l]);
    new_ba += momentum * (ba - s.old_ba[l]);
    new_bw += momentum * (bw - s.old_bw[l]);
    new_wa += momentum * (wa - s.old_wa[l]);
    new_ww += momentum * (ww - s.old_ww[l]);
    s.old_aa[l] = aa;
    s.old_aw[l] = aw;
    s.old_ba[l] = ba;
    s.old_bw[l] = bw;
    s.old_wa[l] = wa;
    s.old_ww[l] = ww;
  }
  s.p_aa[l] = new_aa;
  s.p_aw[l] = new_aw;
  s.p_ba[l] = new_ba;
  s.p_bw[l] = new_bw;
  s.p_wa[l] = new_wa;
  s.p_ww[l] = new_ww;
  // b/a = (p_ba + p_bw rho)/(p_aa + p_aw rho) is monotone in rho while the denominator is positive: its
  // extremes are those of the extreme rho. A denominator that is not positive (a changed its sign) fails one
  // of the two tests by itself.
  const double a_low = new_aa + new_aw * s.low[l], a_high = new_aa + new_aw * s.high[l];
  const double b_low = new_ba + new_bw * s.low[l], b_high = new_ba + new_bw * s.high[l];
  keep_larger(kink, kink_over, std::fabs(b_low), a_low);
  keep_larger(kink, kink_over, std::fabs(b_high), a_high);
  const double first = below * a_low - b_low, second = above * a_low + b_low;
  const double third = below * a_high - b_high, fourth = above * a_high + b_high;
  const double low_margin = first < second ? first : second;
  const double high_margin = third < fourth ? third : fourth;
  return {hs, low_margin < high_margin ? low_margin : high_margin};
}

template <bool HeavyBall, bool Batches>
PASTUR_INLINE void advance_all(Lanes& z, std::int64_t count, const double* batches) {
  for (std::int64_t k = 0; k < count; ++k) {
#pragma GCC ivdep
    for (int l = 0; l < lanes; ++l) {
      const double c = z.c[l], h = z.h[l], momentum = z.momentum[l];
      double kink = z.kink[l], kink_over = z.kink_over[l];
      const Moved plus = advance_side<HeavyBall, Batches>(z.positive, l, c, h, momentum, z.below[l],
                                                          z.above[l], kink, kink_over, batches);
      const Moved minus =
          advance_side<HeavyBall, Batches>(z.negative, l, c, h, momentum, z.below[l], z.above[l], kink,
                                           kink_over, Batches ? batches + 5 * lanes : batches);
      double new_c = c + (plus.intercept_step + minus.intercept_step);
      if constexpr (HeavyBall) {
        new_c += momentum * (c - z.old_c[l]);
        z.old_c[l] = c;
      }
      z.c[l] = new_c;
      z.kink[l] = kink;
      z.kink_over[l] = kink_over;
      const double margin = plus.margin < minus.margin ? plus.margin : minus.margin;
      const double live = z.live[l];
      z.margin[l] = margin;
      z.updates[l] += live;
      z.h[l] = margin > 0.0 ? h : 0.0;
      z.momentum[l] = margin > 0.0 ? momentum : 0.0;
      z.live[l] = margin > 0.0 ? live : 0.0;
    }
    if constexpr (Batches) batches += 10 * lanes;
  }
}

PASTUR_CLONES void advance_plain(Lanes& z, std::int64_t count) {
  advance_all<false, false>(z, count, nullptr);
}
PASTUR_CLONES void advance_heavy(Lanes& z, std::int64_t count) {
  advance_all<true, false>(z, count, nullptr);
}
PASTUR_CLONES void advance_batches(Lanes& z, std::int64_t count, const double* batches) {
  advance_all<false, true>(z, count, batches);
}
PASTUR_CLONES void advance_heavy_batches(Lanes& z, std::int64_t count, const double* batches) {
  advance_all<true, true>(z, count, batches);
}

} // namespace

void advance(Lanes& state, std::int64_t count, bool heavy_ball, const double* batches) {
  if (batches != nullptr) {
    heavy_ball ? advance_heavy_batches(state, count, batches) : advance_batches(state, count, batches);
  } else {
    heavy_ball ? advance_heavy(state, count) : advance_plain(state, count);
  }
}

} // namespace pastur::studies::relu_inconsistency
