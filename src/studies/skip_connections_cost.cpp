// SPDX-License-Identifier: BSD-3-Clause
// Flops and bytes of one draw, before anything is allocated.
#include <pastur/studies/skip_connections.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

/// Fractions of a matrix product's rate and orders of half that rate, measured at n = 64..512.
constexpr double values_fraction = 0.36, values_half = 170.0; ///< singular values
constexpr double vectors_fraction = 0.42, vectors_half = 120.0;
constexpr double densenet_fraction = 0.32, densenet_half = 80.0;
/// Explicit matrices of convolutions share work between skips that the flops count for each.
constexpr double convolution_fraction = 1.1, convolution_half = 400.0;

/// Training, the maps of every sample and the dual of every layer, for every skip and number of steps.
study::Cost network_cost(const study::Parameters& p) {
  const double n = static_cast<double>(p.integer("n"));
  const double layers = static_cast<double>(p.integer("L"));
  const double outputs = static_cast<double>(p.integer("outputs"));
  const double batch = static_cast<double>(p.integer("batch"));
  const double n_train = static_cast<double>(p.integer("n_train"));
  const double skips = static_cast<double>(p.reals("skip").size());
  const std::vector<std::int64_t>& steps = p.integers("steps");
  const double dual = batch * outputs;
  const double parameters = layers * n * (n + 1.0) + outputs * n;
  const double forward = 2.0 * n_train * parameters;
  const bool has_dual = skip_connections::has_dual(p);
  // Without a dual about a hundred products with the Hessian.
  const double spectrum =
      has_dual ? 4.0 / 3.0 * dual * dual * dual : 100.0 * (4.0 * batch * n * n + 4.0 * dual * n);
  const double observation = layers * (batch * (2.0 + 8.0 / 3.0) * n * n * n + spectrum +
                                       2.0 * dual * dual * n + 2.0 * dual * n * n) +
                             60.0 * 2.0 * batch * parameters;
  return {.flops = skips * (3.0 * forward * static_cast<double>(steps.back()) +
                            static_cast<double>(steps.size()) * observation),
          .shared_bytes = 8.0 * (has_dual ? 2.0 * dual * dual : 40.0 * n * n),
          .rank_bytes = 8.0 * (6.0 * parameters + 3.0 * n * dual + 3.0 * batch * n * (layers + 1.0) +
                               n_train * (n + outputs) + 2e7 +
                               skips * static_cast<double>(steps.size()) * layers *
                                   (static_cast<double>(skip_connections::eigenvalues(p)) + 8.0))};
}

} // namespace

study::Cost SkipConnections::cost(const study::Parameters& p) const {
  if (p.is("mode", "network")) return network_cost(p);
  const double n = static_cast<double>(skip_connections::width(p));
  const double skips = static_cast<double>(p.reals("skip").size());
  const double cube = n * n * n;
  const double values = 8.0 / 3.0 * cube; // one set of singular values
  const double matrix = 8.0 * n * n;
  const double replicated = 8.0 * n * (4.0 * skips + 40.0);
  // The ends alone: LU (QR of a tall matrix is not dearer) and about a hundred products or solves of 4 n^2.
  const bool extremes = !skip_connections::has_spectrum(p);
  const double ends = 2.0 / 3.0 * cube + 400.0 * n * n;
  if (skip_connections::is_convolution(p)) {
    const double channels = static_cast<double>(p.integer("channels"));
    const double sites = static_cast<double>(p.integer("sites") + p.integer("taps"));
    const double filter = 8.0 * static_cast<double>(p.integer("taps")) * channels * channels;
    const double frequencies = 0.5 * sites * 4.0 * 8.0 / 3.0 * channels * channels * channels;
    const bool explicit_matrix =
        p.is("layer_type", "toeplitz") || p.is("activation", "relu") || p.is("activation", "leaky");
    const double flops = skips * (frequencies + (explicit_matrix ? (extremes ? ends : values) : 0.0));
    return {.flops = flops,
            .shared_bytes = explicit_matrix ? 4.0 * matrix : 0.0,
            .rank_bytes = replicated + filter + 40.0 * channels * channels,
            .product_flops = explicit_matrix && !extremes
                                 ? study::product_flops(flops, convolution_fraction, n, convolution_half)
                                 : 0.0};
  }
  if (p.is("layer_type", "densenet")) {
    if (extremes)
      return {.flops = skips * (10.0 / 3.0 * cube + 600.0 * n * n),
              .shared_bytes = 5.0 * matrix,
              .rank_bytes = replicated};
    const double flops = (skips + 1.0) * 20.0 / 3.0 * cube;
    return {.flops = flops,
            .shared_bytes = 6.0 * matrix,
            .rank_bytes = replicated,
            .product_flops = study::product_flops(flops, densenet_fraction, n, densenet_half)};
  }
  const double depth = static_cast<double>(p.integer("p"));
  const double products = 2.0 * (depth - 1.0) * cube + 4.0 / 3.0 * cube;
  if (extremes)
    return {.flops = products + skips * ends, .shared_bytes = 4.0 * matrix, .rank_bytes = replicated};
  if (p.is("perturbations", "no")) {
    const double all_values = (1.0 + 2.0 * skips) * values;
    return {.flops = products + all_values,
            .shared_bytes = 5.0 * matrix,
            .rank_bytes = replicated,
            .product_flops = products + study::product_flops(all_values, values_fraction, n, values_half)};
  }
  // Vectors: their back-transformations and the divide and conquer.
  const double vectors = (4.0 + 2.0 * skips) * values + 9.0 * cube * skips;
  return {.flops = products + vectors,
          .shared_bytes = 10.0 * matrix,
          .rank_bytes = replicated,
          .product_flops = products + study::product_flops(vectors, vectors_fraction, n, vectors_half)};
}

} // namespace pastur::studies
