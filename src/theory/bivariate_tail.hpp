// SPDX-License-Identifier: BSD-3-Clause
// Orthant probabilities of two correlated Gaussians by Owen's T function. Private to the theory layer.
#pragma once

namespace pastur::theory {

/// T(h, a) = (1/2pi) int_0^a exp(-h^2 (1+x^2)/2) / (1+x^2) dx, odd in a, also at a = +-infinity.
double owens_t(double h, double a);

/// P(U > h, V > h) for unit Gaussians of correlation t = cos(theta): Q(h) - 2 T(h, tan(theta/2)).
double joint_tail(double h, double t);

/// E (U-h)_+ (V-k)_+ and P(U > h, V > k) for unit Gaussians of correlation cos(theta); h k > 0.
struct RampMoments {
  double product;
  double probability;
};
RampMoments ramp_moments(double h, double k, double theta);

} // namespace pastur::theory
