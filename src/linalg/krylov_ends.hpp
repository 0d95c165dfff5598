// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <vector>

namespace pastur::linalg {

enum class End { greatest, least, farthest_from_zero };

struct KrylovEnd {
  std::vector<double> values;    ///< `count` of them, from the end inwards, the same on every rank
  std::int64_t applications = 0; ///< of the operator
  double residual = 0.0;         ///< largest |A v - lambda v| / max(|lambda|, floor)
};

/// `count` eigenvalues at one end by SLEPc's Krylov-Schur on a shell matrix, residuals relative to
/// max(|lambda|, floor). Throws as extreme_eigenvalues(). @note Collective
KrylovEnd krylov_end(const LinearOperator& a, End end, std::int64_t count, double floor,
                     const ExtremeOptions& options);

} // namespace pastur::linalg
