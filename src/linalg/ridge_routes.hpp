// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tridiagonal_reduction.hpp"

#include <pastur/linalg/ridge_path.hpp>

#include <span>

namespace pastur::linalg {

/// The ways to a ridge path; ridge_path() checks the input and chooses. All take the lower triangle of a
/// finite square `k`.

/// One factorisation K + ridge = L L^T per ridge, in place: the upper triangle keeps K. Returns false, k's
/// lower triangle being K again and `path` unusable, when some K + ridge that ought to be positive definite
/// is singular to the rank cut: that needs eigenvectors. @note Collective
bool cholesky_ridge_path(BlockCyclicMatrix& k, std::span<const double> y, std::span<const double> ridges,
                         const RidgePathOptions& options, RidgePath& path);

/// One reduction to a band, on which every ridge is a Cholesky factorisation of n width^2 flop; hands over to
/// the tridiagonal route, which then starts from the band, when some matrix is singular to the rank cut.
/// @note Collective
RidgePath band_ridge_path(BlockCyclicMatrix&& k, std::span<const double> y, std::span<const double> ridges,
                          const RidgePathOptions& options, DenseLibrary library);

/// One reduction to a tridiagonal matrix for all ridges. @note Collective
RidgePath tridiagonal_ridge_path(BlockCyclicMatrix&& k, std::span<const double> y,
                                 std::span<const double> ridges, const RidgePathOptions& options,
                                 DenseLibrary library);

/// What a route (not automatic) takes on a team of `ranks`, in flops that a core does in matrix products in
/// that time. With options.spectrum there is no Cholesky route.
double ridge_route_cost(RidgeRoute route, std::int64_t n, std::size_t ridges, const RidgePathOptions& options,
                        int ranks);

/// The route with the least cost.
RidgeRoute cheapest_ridge_route(std::int64_t n, std::size_t ridges, const RidgePathOptions& options,
                                int ranks);

/// Marks ridge `r` as not admissible.
void refuse_ridge(RidgePath& path, std::size_t r, std::size_t n);

/// The arrays of a path for n samples, zeroed.
RidgePath empty_ridge_path(std::size_t n, std::size_t ridges);

double dot(std::span<const double> a, std::span<const double> b);

} // namespace pastur::linalg
