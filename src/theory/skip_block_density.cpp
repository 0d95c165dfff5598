// SPDX-License-Identifier: BSD-3-Clause
// The density on the imaginary side of the curve: Newton's method on its polynomial form, followed from where
// it is known (far above the real axis) down to it.
#include <pastur/theory/skip_block_law.hpp>

#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <optional>
#include <utility>

namespace pastur::theory {

namespace {

using Complex = std::complex<double>;
/// The unknowns z, y, q.
using State = std::array<Complex, 3>;

/// (y - z)(1 + y - z) P = skip^2 z, (1 + y)^2 P = w^2 z and the equation of q, P = tau^{2p} q^{p-1}.
class Curve {
public:
  Curve(const SkipBlock& block, double skip)
      : power_(block.depth - 1), factor_(std::pow(block.scale, 2 * block.depth)), skip2_(skip * skip) {
    if (block.inner.is_isometric()) {
      fraction_ = 1.0;
    } else if (block.inner.off == 0.0) {
      fraction_ = block.inner.on;
    } else {
      leaky_ = true;
      eta2_ = block.inner.off * block.inner.off;
      moment_ = block.inner.second_moment();
    }
  }

  /// Leading order at great w.
  State start(Complex w) const {
    const double q = leaky_ ? moment_ : fraction_;
    const double p = factor_ * std::pow(q, power_);
    const Complex z = p / (w * w);
    return {z, z * (1.0 + skip2_ / p), q + z};
  }

  /// Newton from `state`; nullopt when it fails or moves an unknown by more than half of itself.
  std::optional<State> solve(Complex w, const State& start) const {
    State state = start;
    for (int round = 0; round < 40; ++round) {
      const State step = newton_step(w, state);
      double largest = 0.0;
      for (std::size_t k = 0; k < 3; ++k) {
        state[k] -= step[k];
        if (!std::isfinite(state[k].real()) || !std::isfinite(state[k].imag())) return std::nullopt;
        if (std::abs(state[k] - start[k]) > 0.5 * std::abs(start[k])) return std::nullopt;
        largest = std::max(largest, std::abs(step[k]) / std::abs(state[k]));
      }
      if (largest < 1e-14) return state;
      if (round > 6 && largest < 1e-11) return state; // rounding near an edge
    }
    return std::nullopt;
  }

private:
  State newton_step(Complex w, const State& s) const {
    const auto& [z, y, q] = s;
    const Complex p = factor_ * std::pow(q, power_);
    const Complex p_q = power_ == 0 ? Complex(0.0) : static_cast<double>(power_) * p / q;
    const Complex gap = y - z;
    const Complex f1 = gap * (1.0 + gap) * p - skip2_ * z;
    const Complex f2 = (1.0 + y) * (1.0 + y) * p - w * w * z;
    const Complex slope = (1.0 + 2.0 * gap) * p;
    const Complex f1_z = -slope - skip2_;
    const Complex f1_y = slope;
    const Complex f1_q = gap * (1.0 + gap) * p_q;
    const Complex f2_z = -w * w;
    const Complex f2_y = 2.0 * (1.0 + y) * p;
    const Complex f2_q = (1.0 + y) * (1.0 + y) * p_q;
    Complex f3 = q - fraction_ - z;
    Complex f3_z = -1.0;
    Complex f3_q = 1.0;
    if (leaky_) {
      const Complex b = moment_ + z * (1.0 + eta2_);
      f3 = q * q - b * q + eta2_ * z * (1.0 + z);
      f3_z = -(1.0 + eta2_) * q + eta2_ * (1.0 + 2.0 * z);
      f3_q = 2.0 * q - b;
    }
    // q eliminated by the third equation, then two by two.
    const Complex r = f3 / f3_q;
    const Complex c = f3_z / f3_q;
    const Complex a11 = f1_z - f1_q * c;
    const Complex a21 = f2_z - f2_q * c;
    const Complex b1 = f1 - f1_q * r;
    const Complex b2 = f2 - f2_q * r;
    const Complex determinant = a11 * f2_y - a21 * f1_y;
    const Complex dz = (b1 * f2_y - b2 * f1_y) / determinant;
    const Complex dy = (a11 * b2 - a21 * b1) / determinant;
    return {dz, dy, r - c * dz};
  }

  int power_;
  double factor_;
  double skip2_;
  double fraction_ = 1.0;
  bool leaky_ = false;
  double eta2_ = 0.0;
  double moment_ = 0.0;
};

} // namespace

std::vector<double> SkipBlockLaw::density(double skip, std::span<const double> s) const {
  skip = std::abs(skip);
  const Curve curve(block_, skip);
  constexpr double lowest = 1e-9;
  const double highest = 50.0 * (block_.scale + skip + 1.0);
  std::vector<double> result;
  result.reserve(s.size());
  for (const double at : s) {
    double height = highest;
    std::optional<State> state = curve.solve({at, height}, curve.start({at, height}));
    double factor = 2.0;
    while (state && height > lowest) {
      const double next = std::max(lowest, height / factor);
      if (const std::optional<State> found = curve.solve({at, next}, *state)) {
        state = found;
        height = next;
        factor = std::min(2.0, factor * factor);
      } else {
        factor = std::sqrt(factor);
        if (factor < 1.0 + 1e-6) state.reset();
      }
    }
    const Complex g = state ? (1.0 + (*state)[1]) / Complex(at, lowest)
                            : Complex(0.0, std::numeric_limits<double>::quiet_NaN());
    result.push_back(2.0 * std::abs(g.imag()) / std::numbers::pi);
  }
  return result;
}

} // namespace pastur::theory
