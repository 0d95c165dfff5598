// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/gram_density.hpp>
#include <pastur/theory/marchenko_pastur.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

/// Groups with a positive eigenvalue and multiplicity, ascending; where there are more than `most`, those
/// that fall into one of `most` equal intervals of log s become one with their mean. Moves a density by
/// O(1/most^2).
std::vector<SpectralGroup> merged(std::vector<SpectralGroup> groups, double most = 512.0) {
  std::erase_if(groups, [](const SpectralGroup& g) { return !(g.eigenvalue > 0.0 && g.multiplicity > 0.0); });
  std::ranges::sort(groups, {}, &SpectralGroup::eigenvalue);
  if (static_cast<double>(groups.size()) <= most) return groups;
  const double lowest = std::log(groups.front().eigenvalue);
  const double step = std::max((std::log(groups.back().eigenvalue) - lowest) / most, 1e-12);
  std::vector<SpectralGroup> result;
  double interval = -1.0;
  for (const SpectralGroup& group : groups) {
    const double own = std::floor((std::log(group.eigenvalue) - lowest) / step);
    if (own != interval) result.push_back({0.0, 0.0});
    interval = own;
    SpectralGroup& last = result.back();
    const double multiplicity = last.multiplicity + group.multiplicity;
    last.eigenvalue += (group.eigenvalue - last.eigenvalue) * group.multiplicity / multiplicity;
    last.multiplicity = multiplicity;
  }
  return result;
}

} // namespace

std::vector<double> smoothed_gram_density(const SpectralModel& model, double implicit_ridge,
                                          std::span<const double> positions, double width) {
  if (!(width > 0.0) || !std::isfinite(width))
    throw std::invalid_argument("a smoothed density needs a width > 0");
  // K = X^T X, X with one row a feature of variance s: the companion of population eigenvalues n s.
  const double n = model.samples;
  PopulationSpectrum population;
  const std::vector<SpectralGroup> groups = merged(model.groups);
  double features = 0.0;
  for (const SpectralGroup& group : groups) features += group.multiplicity;
  for (const SpectralGroup& group : groups) {
    population.eigenvalues.push_back(n * group.eigenvalue);
    population.weights.push_back(group.multiplicity / features);
  }
  const MarchenkoPastur law(population, features / n);
  std::vector<double> density;
  for (const double x : positions) {
    const CompanionValue value = law.companion({x - implicit_ridge, width});
    density.push_back(value.converged ? value.v.imag() / std::numbers::pi
                                      : std::numeric_limits<double>::quiet_NaN());
  }
  return density;
}

} // namespace pastur::theory
