// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/parameters.hpp>

#include <span>

namespace pastur::studies::nt_interpolation {

/// Whether one preconditioned solve for each ridge takes fewer products with K_N than the shared Krylov space
/// of them all. The kernel's linear part as a preconditioner halves the products of a solve, which grow with
/// the root of the condition number; the shared space needs those of the least ridge.
bool separate_solves_pay(std::span<const double> ridges, double lambda_min);

/// Products with K_N that a draw without the matrix is expected to take, from where its spectrum lies: within
/// a factor of two of the counts at n = 600 to 8000, d = 20 to 100, N d / n = 0.7 to 66.
struct ExpectedProducts {
  double extremes = 0.0; ///< the least and the greatest eigenvalue, by Lanczos
  double solves = 0.0;   ///< all admissible ridges, and ridge 0 for the interpolation
};
ExpectedProducts expected_products(const study::Parameters& point);

/// The time of both, as flops that a core does in matrix products meanwhile: single vectors reach less of
/// that rate, and Lanczos reads its basis four times a step.
struct ExpectedWork {
  double extremes = 0.0, solves = 0.0;
};
ExpectedWork expected_work(const study::Parameters& point);

} // namespace pastur::studies::nt_interpolation
