// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/deterministic_equivalent.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

namespace pastur::theory {
namespace {

void require_nonnegative(double value, const char* what) {
  if (!(value >= 0.0) || !std::isfinite(value)) {
    throw std::invalid_argument(std::string(what) + " must be finite and >= 0");
  }
}

/// Groups of eigenvalue 0 cannot be learned: they stay out of the equation.
EffectiveRidge equation_of(const SpectralModel& model) {
  std::vector<double> eigenvalues;
  std::vector<double> multiplicities;
  eigenvalues.reserve(model.groups.size());
  multiplicities.reserve(model.groups.size());
  for (const SpectralGroup& group : model.groups) {
    require_nonnegative(group.eigenvalue, "a population eigenvalue");
    if (group.eigenvalue == 0.0) continue;
    eigenvalues.push_back(group.eigenvalue);
    multiplicities.push_back(group.multiplicity);
  }
  return EffectiveRidge(model.samples, std::move(eigenvalues), std::move(multiplicities));
}

} // namespace

DeterministicEquivalent::DeterministicEquivalent(const SpectralModel& model)
    : equation_(equation_of(model)), extra_energy_(model.extra_energy),
      noise_variance_(model.noise_variance) {
  require_nonnegative(extra_energy_, "the target energy outside the groups");
  require_nonnegative(noise_variance_, "the noise variance");
  energies_.reserve(equation_.eigenvalues().size());
  for (const SpectralGroup& group : model.groups) {
    require_nonnegative(group.energy, "a target energy");
    if (group.eigenvalue == 0.0) {
      extra_energy_ += group.energy;
    } else {
      energies_.push_back(group.energy);
    }
  }
}

EquivalentRisk DeterministicEquivalent::from_point(const EffectiveRidgePoint& point, double ridge,
                                                   double implicit_ridge) const {
  const double n = equation_.samples();
  EquivalentRisk risk;
  risk.kappa = point.kappa;
  risk.df1 = point.df1;
  risk.df2 = point.df2;
  risk.residual = point.residual;
  double missed = extra_energy_;
  double train_root = 0.0; // explicit ridge / (n kappa)
  if (point.kappa > 0.0) {
    const auto eigenvalues = equation_.eigenvalues();
    for (std::size_t j = 0; j < energies_.size(); ++j) {
      const double b = point.kappa / (eigenvalues[j] + point.kappa);
      missed += energies_[j] * b * b;
    }
    train_root = ridge / (n * point.kappa);
  } else if (implicit_ridge == 0.0) {
    train_root = std::max(0.0, 1.0 - equation_.rank() / n);
  }
  // slope = n (1 - df2/n), 0 only at p = n and ridge 0, where the errors have no limit.
  const double unexplained = point.slope > 0.0 ? point.slope / n : std::numeric_limits<double>::quiet_NaN();
  risk.bias = missed / unexplained;
  risk.variance = noise_variance_ * (point.df2 / n) / unexplained;
  risk.total_error = (missed + noise_variance_) / unexplained;
  risk.test_error = risk.bias + risk.variance;
  risk.train_factor = train_root * train_root;
  risk.train_error = risk.train_factor * risk.total_error;
  return risk;
}

EquivalentRisk DeterministicEquivalent::risk(double ridge, double implicit_ridge) const {
  if (!std::isfinite(ridge) || !std::isfinite(implicit_ridge))
    throw std::invalid_argument("a ridge must be finite");
  return from_point(equation_.solve(ridge + implicit_ridge), ridge, implicit_ridge);
}

std::vector<EquivalentRisk> DeterministicEquivalent::risks(std::span<const double> ridges,
                                                           double implicit_ridge) const {
  for (double ridge : ridges) {
    if (!std::isfinite(ridge) || !std::isfinite(implicit_ridge))
      throw std::invalid_argument("a ridge must be finite");
  }
  std::vector<std::size_t> order(ridges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return ridges[i] > ridges[j]; });
  std::vector<EquivalentRisk> result(ridges.size());
  double start = 0.0;
  for (std::size_t i : order) {
    const EffectiveRidgePoint point = equation_.solve(ridges[i] + implicit_ridge, start);
    result[i] = from_point(point, ridges[i], implicit_ridge);
    if (point.exists) start = point.kappa;
  }
  return result;
}

EquivalentRisk DeterministicEquivalent::risk_at(double kappa) const {
  return from_point(equation_.at(kappa), equation_.ridge(kappa), 0.0);
}

EquivalentRisk equivalent_risk(const SpectralModel& model, double ridge, double implicit_ridge) {
  return DeterministicEquivalent(model).risk(ridge, implicit_ridge);
}

double equivalent_lambda_min(const SpectralModel& model) {
  return DeterministicEquivalent(model).lambda_min();
}

} // namespace pastur::theory
