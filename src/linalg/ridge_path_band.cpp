// SPDX-License-Identifier: BSD-3-Clause
#include "band_reduction.hpp"
#include "ridge_routes.hpp"

#include <algorithm>
#include <optional>

namespace pastur::linalg {

namespace {

/// The same matrix in block-cyclic form, lower triangle.
BlockCyclicMatrix distributed(const SymmetricBand& band, const BlockCyclicMatrix& like) {
  BlockCyclicMatrix out(like.shared_grid(), band.n, band.n, like.block());
  out.assign(
      [&](std::int64_t i, std::int64_t j) { return i >= j && i <= j + band.width ? band.at(i, j) : 0.0; });
  return out;
}

/// The path on B, as far as no matrix in it is singular to the rank cut; nothing otherwise.
std::optional<RidgePath> regular_path(const SymmetricBand& band, std::span<const double> z,
                                      std::span<const double> ridges, const RidgePathOptions& options) {
  const std::size_t n = z.size();
  RidgePath path = empty_ridge_path(n, ridges.size());
  if (options.spectrum) {
    path.eigenvalues = tridiagonal_eigenvalues(tridiagonal_of(band));
    if (path.eigenvalues.front() <= options.rank_cut * std::max(0.0, path.eigenvalues.back())) return {};
    path.rank = static_cast<std::int64_t>(n);
    std::vector<double> x(z.begin(), z.end());
    solve_shifted(band, 0.0, x);
    path.pseudo_inverse_norm = dot(z, x);
  }
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    const double ridge = ridges[r];
    const std::span<double> x = std::span(path.coefficients).subspan(r * n, n);
    if (options.spectrum && ridge != 0.0 && !(ridge > -path.eigenvalues.front())) {
      refuse_ridge(path, r, n);
      continue;
    }
    std::ranges::copy(z, x.begin());
    double condition = 1.0;
    const BandSolution solution = solve_shifted(band, ridge, x, options.spectrum ? nullptr : &condition);
    if (solution != BandSolution::definite && ridge < 0.0) {
      refuse_ridge(path, r, n);
      continue;
    }
    // The margin covers the factor by which the estimate may be too large.
    if (solution != BandSolution::definite || condition < 10.0 * options.rank_cut) return {};
    path.residual_norms[r] = ridge == 0.0 ? squared_residual(band, x, z) : ridge * ridge * dot(x, x);
  }
  return path;
}

} // namespace

RidgePath band_ridge_path(BlockCyclicMatrix&& k, std::span<const double> y, std::span<const double> ridges,
                          const RidgePathOptions& options, DenseLibrary library) {
  if (y.empty()) return empty_ridge_path(0, ridges.size());
  const BandReduction reduction(std::move(k));
  std::vector<double> z(y.begin(), y.end());
  reduction.apply(z, 1, true);
  std::optional<RidgePath> path = regular_path(reduction.band(), z, ridges, options);
  if (path) {
    path->route = "band";
  } else {
    path = tridiagonal_ridge_path(distributed(reduction.band(), reduction.matrix()), z, ridges, options,
                                  library);
    path->route = "band, then tridiagonal (singular)";
  }
  // NaN columns stay NaN under the reflections, so one call back-transforms all.
  reduction.apply(path->coefficients, static_cast<std::int64_t>(ridges.size()), false);
  return *std::move(path);
}

} // namespace pastur::linalg
