// SPDX-License-Identifier: BSD-3-Clause
// Flops and bytes of one draw, before anything is allocated.
#include "nt_interpolation_density.hpp"
#include "nt_interpolation_products.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/ridge_path.hpp>
#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <cmath>

namespace pastur::studies {

namespace {

/// Of the rate of matrix products, that K_N times a block of vectors reaches.
constexpr double block_fraction = 0.8;
/// Vectors that Lanczos keeps for the ends of the spectrum.
constexpr double lanczos_vectors = 400.0;

/// What draws reach of the rate of matrix products, and the order at which they reach half of it. Measured
/// at n = 300..3000: one reduction after the bit kernels; after elementwise evaluations; three reductions,
/// the pencil and the copies between them.
struct Reached {
  double fraction, half_order;
};
constexpr Reached fit{0.8, 500.0}, infinite_kernel{0.9, 1500.0}, equivalence{0.5, 250.0};

/// The cost with its time, for work on matrices of order n and bit pairs worth `bits` flops beside it.
study::Cost timed(study::Cost cost, Reached reached, double n, double bits = 0.0) {
  cost.product_flops = study::product_flops(cost.flops, reached.fraction, n, reached.half_order) + bits;
  return cost;
}

/// One reduction, the ridges' back-transformations and, for a singular matrix, the tridiagonal's
/// eigenvectors.
double ridge_path_flops(double n, double ridges, bool singular = false) {
  return (4.0 / 3.0 + (singular ? 1.0 : 0.0)) * n * n * n + 2.0 * n * n * ridges;
}

/// Whether the spectrum of K_N is likely to reach 0, which takes eigenvectors: fewer parameters than samples,
/// a sample on which no neuron is active (two-valued slopes only), or real data with repeated rows.
bool may_be_singular(const study::Parameters& p) {
  const double n = static_cast<double>(p.integer("n"));
  const double N = static_cast<double>(p.integer("N"));
  if (N * static_cast<double>(p.integer("d")) < n || p.is("data", "fashion_mnist")) return true;
  const theory::Activation activation = nt_interpolation::activation(p);
  if (!activation.has_two_slopes()) return false;
  const double active = theory::derivative_second_moment(activation);
  return n * std::pow(1.0 - active, N) > 1e-3;
}

} // namespace

study::Cost NtInterpolation::cost(const study::Parameters& p) const {
  const double n = static_cast<double>(p.integer("n"));
  const double d = static_cast<double>(p.integer("d"));
  const double N = static_cast<double>(p.integer("N"));
  const double n_test = static_cast<double>(p.integer("n_test"));
  const std::int64_t columns = static_cast<std::int64_t>(p.reals("ridge").size());
  const double ridges = static_cast<double>(columns);
  const learning::NeuralTangentCost network =
      learning::neural_tangent_cost(p.integer("n"), p.integer("n_test"), p.integer("d"), p.integer("N"),
                                    columns, nt_interpolation::activation(p).has_two_slopes(), 1);
  // Bit pairs are no flops, but take time.
  const double assembly_bits = network.assembly_bit_pairs / learning::bit_pairs_per_flop;
  const double prediction_bits = network.prediction_bit_pairs / learning::bit_pairs_per_flop;
  const double matrix = 8.0 * n * n;
  const double replicated = 8.0 * (n * (ridges + 4.0) + 2.0 * n_test * (ridges + 1.0) + 512.0 * d);
  const double labels = 2.0 * (n + n_test) * d;
  // Elementwise kernel evaluations count as 30 flops each.
  const double kernel_assembly = n * n * d + 15.0 * n * n;
  const double kernel_prediction = n * n_test * (2.0 * (d + ridges) + 30.0);
  const double panels = 8.0 * (2.0 * n + 512.0) * d;
  const bool singular = may_be_singular(p);
  const linalg::BandMemory band = linalg::band_memory(p.integer("n"));

  if (p.is("mode", "equivalence")) {
    const double pencil = (1.0 / 3.0 + 1.0 + 4.0 / 3.0) * n * n * n;
    return timed({.flops = labels + network.assembly_flops + network.prediction_flops +
                           3.0 * kernel_assembly + 2.0 * kernel_prediction + pencil +
                           2.0 * ridge_path_flops(n, ridges) + ridge_path_flops(n, ridges, singular),
                  // K_N, its copy and K at the pencil
                  .shared_bytes = 3.0 * matrix + band.shared_bytes,
                  .rank_bytes = 4.0 * replicated + band.rank_bytes +
                                std::max(network.assembly_bytes, std::max(network.prediction_bytes, panels))},
                 equivalence, n, assembly_bits + prediction_bits);
  }
  if (p.is("kernel", "infinite")) {
    return timed({.flops = labels + kernel_assembly + kernel_prediction + ridge_path_flops(n, ridges),
                  .shared_bytes = matrix + band.shared_bytes,
                  .rank_bytes = replicated + band.rank_bytes + panels},
                 infinite_kernel, n);
  }
  if (p.is("solver", "matrix_free")) {
    // The rows of X and S are shared out; the N x d sum and a rank's Krylov basis are not.
    const bool density = nt_interpolation::wants_density(p);
    const linalg::ProbeOptions probes = nt_interpolation::density_probes(p);
    const auto steps = static_cast<double>(probes.steps);
    const double density_flops =
        static_cast<double>(probes.probes) * steps * (network.operator_flops + 8.0 * n * steps / 2.0);
    const nt_interpolation::ExpectedProducts products = nt_interpolation::expected_products(p);
    const nt_interpolation::ExpectedWork work = nt_interpolation::expected_work(p);
    const double matrix_free = labels + network.prediction_flops +
                               (products.extremes + products.solves) * network.operator_flops +
                               (density ? density_flops : 0.0);
    const double slopes = nt_interpolation::activation(p).has_two_slopes() ? n * N / 8.0 : 8.0 * n * N;
    return {.flops = matrix_free,
            .shared_bytes = slopes + 8.0 * n * (2.0 * d + lanczos_vectors + 3.0 * ridges) +
                            (density ? linalg::probe_bytes(n, probes) : 0.0),
            .rank_bytes = replicated + 16.0 * N * d + network.prediction_bytes,
            .product_flops = work.extremes + work.solves + network.prediction_flops + prediction_bits +
                             (density ? density_flops / block_fraction : 0.0)};
  }
  return timed({.flops = labels + network.assembly_flops + network.prediction_flops +
                         ridge_path_flops(n, ridges, singular),
                // With eigenvectors and their workspace where K_N is singular.
                .shared_bytes = (singular ? 3.0 : 1.0) * matrix + band.shared_bytes,
                .rank_bytes = replicated + band.rank_bytes +
                              std::max(network.assembly_bytes, network.prediction_bytes)},
               fit, n, assembly_bits + prediction_bits);
}

} // namespace pastur::studies
