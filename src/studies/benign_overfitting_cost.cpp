// SPDX-License-Identifier: BSD-3-Clause
// Flops and bytes of one draw, before anything is allocated.
#include "benign_overfitting_sample.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <algorithm>

namespace pastur::studies {

namespace {

/// A normal deviate costs about as much as this many flops of matrix product.
constexpr double deviate_flops = 60.0;
/// Evaluations of bias + variance in the search for the optimal ridge.
constexpr double optimum_evaluations = 110.0;
/// Products with X X^T that a solve, or one end of its spectrum, takes at a condition number around 100.
constexpr double krylov_iterations = 100.0;

/// Directions whose eigenvalue exceeds the least one: the others cost X Sigma X^T nothing.
double heavy_directions(const study::Parameters& p) {
  const double dimension = static_cast<double>(p.integer("p"));
  if (p.is("spectrum", "isotropic")) return 0.0;
  if (p.is("spectrum", "spiked")) return static_cast<double>(p.integer("spectrum_spikes"));
  if (p.is("spectrum", "exponential")) return std::min(dimension, 45.0 * p.real("spectrum_length"));
  return dimension;
}

} // namespace

study::Cost BenignOverfitting::cost(const study::Parameters& point) const {
  const double n = static_cast<double>(point.integer("n"));
  const double p = static_cast<double>(point.integer("p"));
  const double ridges = static_cast<double>(point.reals("ridge").size());
  const double heavy = heavy_directions(point);
  const bool distinct =
      point.is("spectrum", "power") || point.is("spectrum", "powerlog") || point.is("spectrum", "file");
  const double groups = distinct ? p : std::min(p, heavy + 1.0);
  const double panel = 8.0 * static_cast<double>(benign_overfitting::panel_columns) * n;
  const double vectors = 160.0 * groups + (point.is("spectrum", "file") ? 24.0 * p : 0.0) +
                         (point.is("target", "file") ? 8.0 * p : 0.0);
  if (point.is("solver", "krylov")) {
    const double solves = ridges * (2.0 + static_cast<double>(point.integer("probes")));
    return {.flops = 2.0 * deviate_flops * n * p + n * n * p + 4.0 * n * p * solves +
                     2.0 * n * n * krylov_iterations * (solves + 2.0),
            .shared_bytes = 8.0 * n * n,
            .rank_bytes = 5.0 * panel + 8.0 * n * (3.0 * solves + 60.0) + vectors};
  }
  const double flops = deviate_flops * n * p + n * n * (p + std::max(0.0, heavy - 2.0 * n)) +
                       4.0 * n * n * std::min(heavy, 2.0 * n) +
                       (9.0 + (heavy > 2.0 * n ? 4.0 : 0.0)) * n * n * n +
                       2.0 * n * n * (2.0 * ridges + optimum_evaluations);
  // The rate as measured at n = 60..800: the flops are upper bounds.
  return {.flops = flops,
          // part of X Sigma X^T, the reduction, the eigenvectors and their workspace
          .shared_bytes = 5.0 * 8.0 * n * n,
          .rank_bytes = 5.0 * panel + 8.0 * n * (8.0 * ridges + 4.0 * optimum_evaluations) + vectors,
          .product_flops = study::product_flops(flops, 1.0, n, 300.0)};
}

} // namespace pastur::studies
