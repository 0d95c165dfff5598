// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/skip_block_law.hpp>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {

double RealHardEdge::survival(double t) {
  return t <= 0.0 ? 1.0 : std::exp(-t * (0.5 * t + 1.0));
}

double RealHardEdge::density(double t) {
  return t < 0.0 ? 0.0 : (1.0 + t) * survival(t);
}

double RealHardEdge::median() {
  return std::sqrt(1.0 + 2.0 * std::numbers::ln2) - 1.0;
}

double RealHardEdge::mean() {
  return std::sqrt(0.5 * std::numbers::pi * std::numbers::e) * std::erfc(std::numbers::sqrt2 / 2.0);
}

double RealHardEdge::mean_log() {
  return -0.8439422548235; // int_0^inf ln x (1 + x) exp(-x^2/2 - x) dx by quadrature
}

CirculantHardEdge::CirculantHardEdge(long sites)
    : sites_(static_cast<double>(sites)), real_frequencies_(sites % 2 == 0 ? 2.0 : 1.0) {
  if (sites < 1) throw std::invalid_argument("a circulant of no sites");
}

double CirculantHardEdge::survival(double t) const {
  return t <= 0.0 ? 1.0 : std::exp(-t * (0.5 * sites_ * t + real_frequencies_));
}

double CirculantHardEdge::median() const {
  const double b = real_frequencies_;
  return 2.0 * std::numbers::ln2 / (b + std::sqrt(b * b + 2.0 * sites_ * std::numbers::ln2));
}

double CirculantHardEdge::mean() const {
  const double b = real_frequencies_;
  return std::sqrt(0.5 * std::numbers::pi / sites_) * std::exp(0.5 * b * b / sites_) *
         std::erfc(b / std::sqrt(2.0 * sites_));
}

} // namespace pastur::theory
