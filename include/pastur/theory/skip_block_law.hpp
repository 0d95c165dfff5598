// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace pastur::theory {

/// Law of one slope of a piecewise-linear activation: 1 with probability `on`, `off` otherwise, |off| <= 1.
struct SlopeLaw {
  double on = 1.0;
  double off = 1.0;
  double second_moment() const { return on + (1.0 - on) * off * off; }
  /// Whether every slope has modulus 1, so that it moves no singular value.
  bool is_isometric() const { return off == 1.0 || off == -1.0 || on == 1.0; }
};

/// A = (W_p D_{p-1} W_{p-1} ... D_1 W_1 + skip I) D_0 of size n -> infinity: W_l with i.i.d. entries of
/// variance scale^2 / n, D_0 with slopes of law `outer`, the others of law `inner`, all independent.
struct SkipBlock {
  double scale = 1.0; ///< tau > 0
  int depth = 1;      ///< p >= 1
  SlopeLaw inner{};
  SlopeLaw outer{};
};

/// Support of the singular values that are not zero by a zero slope of D_0; lower = 0: they reach 0.
struct SingularEdges {
  double lower = 0.0;
  double upper = 0.0;
};

/// The limiting law of the singular values of A. With x^2 q-transforms of the slope laws (q = 1 + z for
/// slopes of modulus 1, c + z for 0/1 slopes, the larger root of q^2 - (m_2 + z (1 + eta^2)) q + eta^2 z (1 +
/// z) in general), P(z) = tau^{2p} q_inner(z)^{p-1}, it is the curve
///   (y - z)(1 + y - z) P(z) = skip^2 z,   s^2 = (1 + y) q_outer(y) P(z) / z,
/// whose extrema in s are the edges. Depends on |skip| and |off| only.
class SkipBlockLaw {
public:
  /// Throws std::invalid_argument for scale <= 0, depth < 1, probabilities outside [0, 1], |off| > 1, and for
  /// inner slopes that all vanish (depth > 1), where the block is the bare skip.
  explicit SkipBlockLaw(const SkipBlock& block);

  /// Spectral radius of the block without its skip: below it, invertible slopes leave singular values near 0.
  double critical_skip() const;
  SingularEdges edges(double skip) const;

  /// theta such that P(n s_min theta > x) -> exp(-x^2/2 - x) for the least singular value of n, where the law
  /// has a hard edge: outer slopes of modulus 1, |skip| below critical, and skip != 0 unless depth = 1.
  std::optional<double> hard_edge_slope(double skip) const;

  /// Density of the singular values with D_0 = I at each s > 0; NaN where the continuation stalls. Its mass
  /// is 1 less the atoms of 0/1 inner slopes.
  std::vector<double> density(double skip, std::span<const double> s) const;

private:
  double block_factor(double z) const; ///< P(z)
  double squared(double y, double z) const;
  double lowest_fraction() const; ///< least fraction of nonzero inner slopes
  double upper_edge(double skip) const;
  double gap_edge(double skip) const;      ///< greatest s^2 on the branch y < -1, skip above critical
  double deflated_edge(double skip) const; ///< the same on -1 < y < -c_0, zero outer slopes
  SkipBlock block_;
};

/// The laws of the least singular value at a hard edge. x = n s_min theta of a real square matrix:
/// P(x > t) = exp(-t^2/2 - t) (Edelman 1988 for the Gaussian one).
struct RealHardEdge {
  static double survival(double t);
  static double density(double t);
  static double median();   ///< sqrt(1 + 2 ln 2) - 1
  static double mean();     ///< sqrt(pi e / 2) erfc(1/sqrt 2)
  static double mean_log(); ///< E ln x
};

/// x = C s_min theta over the frequencies of a circulant block with `sites` sites, C channels and filters as
/// long as the sites: sites/2 complex pairs and one (odd) or two (even) real frequencies, independent. P(x >
/// t) = exp(-sites t^2/2 - b t), b = 2 for even sites, 1 for odd.
struct CirculantHardEdge {
  explicit CirculantHardEdge(long sites);
  double survival(double t) const;
  double median() const;
  double mean() const;

private:
  double sites_;
  double real_frequencies_;
};

} // namespace pastur::theory
