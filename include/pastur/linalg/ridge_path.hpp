// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace pastur::linalg {

enum class RidgeRoute { automatic, band, tridiagonal, cholesky };

struct RidgePathOptions {
  /// automatic: the cheapest by estimate; Cholesky for few ridges without a spectrum, else the band for large
  /// matrices of full rank.
  RidgeRoute route = RidgeRoute::automatic;
  /// Fill eigenvalues, rank, outside_range, pseudo_inverse_norm (needs a reduction: never Cholesky).
  bool spectrum = true;
  double rank_cut = 1e-11; ///< eigenvalues at or below rank_cut * lambda_max count as 0
  /// What the caller knows about K's rank: no more than this.
  std::int64_t rank_bound = std::numeric_limits<std::int64_t>::max();
};

/// Solutions of (K + ridge I) alpha = y for every ridge, from one reduction K = Q B Q^T or from
/// factorisations. All members are the same on every rank.
struct RidgePath {
  std::vector<double> coefficients;   ///< n x ridges, column-major; NaN where the ridge is not admissible
  std::vector<double> residual_norms; ///< |K alpha - y|^2 per ridge
  std::vector<bool> admissible; ///< ridge > -lambda_min; ridge 0 always is (minimum norm where K is singular)
  std::vector<double> eigenvalues;  ///< ascending, those at or below the rank cut as exact 0 (spectrum)
  std::int64_t rank = 0;            ///< eigenvalues above the cut (spectrum)
  double outside_range = 0.0;       ///< |(I - K K^+) y|^2 (spectrum)
  double pseudo_inverse_norm = 0.0; ///< y^T K^+ y (spectrum)
  std::string route;                ///< what ran, e.g. "tridiagonal, LAPACK"
  /// What the route that was chosen was expected to take: flops that a core does in matrix products in that
  /// time.
  double expected_product_flops = 0.0;
  double seconds = 0.0; ///< what it took
};

/// `k`: lower triangle, destroyed, the upper one too. `y`: n labels, the same on every rank. `ridges`: any
/// sign, not divided by n. Throws std::domain_error when k, y or a ridge is not finite, std::invalid_argument
/// when k is not square or y has another length. 4/3 n^3 + O(n^2 ridges) flop by the band
/// and tridiagonal routes, nearly all in matrix products by the band, half by the other; n^3/3 per ridge by
/// Cholesky. Band and Cholesky hand over to the tridiagonal route when some K + ridge >= 0 is singular to the
/// rank cut. Where K is singular, ridges in [0, rank_cut * lambda_max] go through the eigenvectors of T: up
/// to n^3 flop and 2 n^2 numbers (3 n^2 on several ranks) more, as a spectrum of a singular K does.
/// @note Collective over k's team
RidgePath ridge_path(BlockCyclicMatrix&& k, std::span<const double> y, std::span<const double> ridges,
                     const RidgePathOptions& options = {});

/// Bytes that a reduction of an n x n matrix to a band takes beside the matrix itself: panels that the team
/// shares, and the band with its copies on every rank. For planning; no allocation.
struct BandMemory {
  double shared_bytes = 0.0;
  double rank_bytes = 0.0;
};
BandMemory band_memory(std::int64_t n);

} // namespace pastur::linalg
