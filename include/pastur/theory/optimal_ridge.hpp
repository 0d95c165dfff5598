// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/deterministic_equivalent.hpp>

namespace pastur::theory {

/// The explicit ridge of either sign that minimises the noise-free test error.
struct OptimalRidge {
  double ridge = 0.0;      ///< F(kappa), > -lambda_min
  double kappa = 0.0;      ///< its effective ridge
  double test_error = 0.0; ///< bias + variance there
};

/// Minimum over log kappa above the critical kappa: 600 points, then Brent between the neighbours of the best
/// (about 1e-8 in log kappa). Ridge 0 and error 0 when noise and extra energy are 0 and the rank does not
/// exceed n. Throws std::invalid_argument as DeterministicEquivalent does. O(number of groups) per
/// evaluation.
OptimalRidge optimal_ridge(const SpectralModel& model);

} // namespace pastur::theory
