// SPDX-License-Identifier: BSD-3-Clause
// Flops and bytes of one draw, before anything is allocated.
#include "benign_overfitting_sample.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

/// A normal deviate costs about as much as this many flops of matrix product.
constexpr double deviate_flops = 60.0;
/// Evaluations of bias + variance in the search for the optimal ridge.
constexpr double optimum_evaluations = 110.0;
/// Products of X X^T with one vector for both ends of its spectrum, which wait for memory: this fraction of
/// the rate of large products.
constexpr double end_products = 150.0;
constexpr double end_fraction = 0.06;
/// Products with a block that take all right-hand sides of a ridge to 1e-12 at a condition number around 50,
/// a sketch's included where one pays (docs/performance.md), and their fraction of the rate.
constexpr double block_iterations = 45.0;
constexpr double block_fraction = 0.5;
/// The pass over the columns that gives the errors of the solutions.
constexpr double residual_fraction = 0.27;

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
    const bool noisy = point.real("noise_variance") > 0.0;
    const double columns = noisy ? 2.0 + static_cast<double>(point.integer("probes")) : 1.0;
    const double solves = ridges * columns;
    const double gram = 2.0 * deviate_flops * n * p + n * n * p;
    const double ends = 2.0 * n * n * end_products;
    const double blocks = 2.0 * n * n * block_iterations * solves;
    const double residuals = 4.0 * n * p * solves;
    // What a sketch of 8 sqrt(n) vectors, at most 1024, and a block keep is split over the team too.
    const double sketch = 4.0 * std::min(8.0 * std::sqrt(n), 1024.0);
    return {.flops = gram + ends + blocks + residuals,
            .shared_bytes = 8.0 * n * (n + sketch),
            .rank_bytes = 5.0 * panel + 8.0 * n * (3.0 * solves + 12.0 * columns + 60.0) + vectors,
            .product_flops =
                gram + ends / end_fraction + blocks / block_fraction + residuals / residual_fraction};
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
