// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/optimal_ridge.hpp>

#include <boost/math/tools/minima.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pastur::theory {

namespace {

double trace_of(const EffectiveRidge& equation) {
  double trace = 0.0;
  for (std::size_t j = 0; j < equation.eigenvalues().size(); ++j)
    trace += equation.multiplicities()[j] * equation.eigenvalues()[j];
  return trace;
}

} // namespace

OptimalRidge optimal_ridge(const SpectralModel& model) {
  const DeterministicEquivalent equivalent(model);
  const EffectiveRidge& equation = equivalent.equation();
  const double critical = equation.critical_kappa();
  const bool noiseless = model.noise_variance == 0.0 && model.extra_energy == 0.0;
  if (critical == 0.0 && noiseless) return {};

  const double scale = std::log(trace_of(equation) / equation.samples());
  const double first = critical > 0.0 ? std::log(critical) : scale - 40.0;
  const double last = std::max(scale + std::log(1e4), first + 1.0);
  // At the critical kappa itself the error is infinite.
  const auto error = [&](double log_kappa) {
    const double value = equivalent.risk_at(std::exp(log_kappa)).test_error;
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
  };
  constexpr int points = 600;
  const double step = (last - first) / (points - 1);
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < points; ++i) {
    const double value = error(first + step * i);
    if (value < least) {
      least = value;
      best = i;
    }
  }
  // Brent's tolerance is relative to |x|: from the best point on, x is of the size of the spacing.
  const double centre = first + step * best;
  constexpr int bits = 26;
  const std::pair<double, double> found = boost::math::tools::brent_find_minima(
      [&](double shift) { return error(centre + shift); }, -step * (best > 0 ? 1 : 0),
      step * (best < points - 1 ? 1 : 0), bits);
  const double kappa = std::exp(centre + found.first);
  return {.ridge = equation.ridge(kappa), .kappa = kappa, .test_error = found.second};
}

} // namespace pastur::theory
