// SPDX-License-Identifier: BSD-3-Clause
// What routes to a ridge path cost, in memory and in time. Which is cheapest: flop counts over the rates that
// each kind of work reaches, as fractions of DGEMM's (measured at n = 300 to 3000 on one and two ranks of an
// AVX-512 machine with OpenBLAS).
#include "band_reduction.hpp"
#include "bulge_chase.hpp"
#include "ridge_routes.hpp"

namespace pastur::linalg {

namespace {

struct Rates {
  double factorisation, to_band, to_tridiagonal;
};
constexpr Rates one_rank{0.6, 0.75, 0.38};
constexpr Rates team{0.4, 0.4, 0.15};
// On every rank alone.
constexpr double own_bulge_chasing = 0.4, lapack_bulge_chasing = 0.17;
constexpr double band_factorisation = 0.085;
/// Of the matrices whose cost is estimated.
constexpr std::int32_t block = 64;

} // namespace

double ridge_route_cost(RidgeRoute route, std::int64_t size, std::size_t ridges,
                        const RidgePathOptions& options, int ranks) {
  const auto n = static_cast<double>(size);
  const auto count = static_cast<double>(ridges);
  const Rates& rates = ranks == 1 ? one_rank : team;
  if (route == RidgeRoute::cholesky) return count * n * n * n / 3.0 / ranks / rates.factorisation;
  const double reduction = 4.0 / 3.0 * n * n * n / ranks;
  if (route == RidgeRoute::tridiagonal) return reduction / rates.to_tridiagonal;
  const double width = BandReduction::width(size, block, ranks == 1);
  const double bulge_chasing = chase_kernels() != nullptr ? own_bulge_chasing : lapack_bulge_chasing;
  return reduction / rates.to_band + count * n * width * width / band_factorisation +
         (options.spectrum ? 6.0 * n * n * width / bulge_chasing : 0.0);
}

RidgeRoute cheapest_ridge_route(std::int64_t size, std::size_t ridges, const RidgePathOptions& options,
                                int ranks) {
  RidgeRoute cheapest = RidgeRoute::tridiagonal;
  const auto cost = [&](RidgeRoute route) { return ridge_route_cost(route, size, ridges, options, ranks); };
  // A singular matrix needs T's eigenvectors: the band would be a detour.
  if (options.rank_bound >= size && cost(RidgeRoute::band) < cost(cheapest)) cheapest = RidgeRoute::band;
  if (!options.spectrum && cost(RidgeRoute::cholesky) <= cost(cheapest)) cheapest = RidgeRoute::cholesky;
  return cheapest;
}

BandMemory band_memory(std::int64_t size) {
  const auto n = static_cast<double>(size);
  // T, V T, twice [V W V] and the 8 panels of a pass; B and the sum over the team, and a copy of B padded for
  // bulge chasing.
  return {8.0 * n * 16.0 * BandReduction::width(size, block, true),
          8.0 * n * 2.0 * (BandReduction::width(size, block, false) + 1.0) + chase_bytes(size)};
}

} // namespace pastur::linalg
