// SPDX-License-Identifier: BSD-3-Clause
#include "dense_checks.hpp"
#include "ridge_routes.hpp"

#include <pastur/parallel/stopwatch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace pastur::linalg {

namespace {

bool finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

/// By `route` where that is possible, else by the tridiagonal route. Says in the path what ran.
RidgePath path_by(RidgeRoute route, BlockCyclicMatrix&& k, std::span<const double> y,
                  std::span<const double> ridges, const RidgePathOptions& options) {
  const bool alone = k.grid().team().size() == 1;
  const DenseLibrary library = alone ? DenseLibrary::lapack : DenseLibrary::scalapack;
  const std::string with = alone ? ", LAPACK" : ", ScaLAPACK";
  std::string why;
  if (route == RidgeRoute::cholesky) {
    RidgePath path;
    if (cholesky_ridge_path(k, y, ridges, options, path)) {
      path.route = "Cholesky" + with;
      return path;
    }
    why = " (singular for Cholesky)";
  }
  if (route == RidgeRoute::band) {
    RidgePath path = band_ridge_path(std::move(k), y, ridges, options, library);
    path.route += with;
    return path;
  }
  RidgePath path = tridiagonal_ridge_path(std::move(k), y, ridges, options, library);
  path.route = "tridiagonal" + with + why;
  return path;
}

} // namespace

RidgePath ridge_path(BlockCyclicMatrix&& k, std::span<const double> y, std::span<const double> ridges,
                     const RidgePathOptions& options) {
  require_square(k, "ridge_path");
  if (y.size() != static_cast<std::size_t>(k.rows())) {
    throw std::invalid_argument("ridge_path: " + std::to_string(y.size()) + " labels for " +
                                std::to_string(k.rows()) + " samples");
  }
  if (!finite(y)) throw std::domain_error("ridge_path: the labels hold NaN or infinite values");
  if (!finite(ridges)) throw std::domain_error("ridge_path: a ridge is NaN or infinite");
  require_finite(k, "ridge_path");
  const std::int64_t n = k.rows();
  const int ranks = k.grid().team().size();
  RidgeRoute route = options.route;
  if (route == RidgeRoute::automatic) route = cheapest_ridge_route(n, ridges.size(), options, ranks);
  if (route == RidgeRoute::cholesky && options.spectrum) route = RidgeRoute::tridiagonal;
  const double cost = ridge_route_cost(route, n, ridges.size(), options, ranks);
  const parallel::Stopwatch watch;
  RidgePath path = path_by(route, std::move(k), y, ridges, options);
  path.seconds = watch.seconds();
  path.expected_product_flops = cost;
  return path;
}

RidgePath empty_ridge_path(std::size_t n, std::size_t ridges) {
  RidgePath path;
  path.coefficients.assign(n * ridges, 0.0);
  path.residual_norms.assign(ridges, 0.0);
  path.admissible.assign(ridges, true);
  return path;
}

void refuse_ridge(RidgePath& path, std::size_t r, std::size_t n) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  path.admissible[r] = false;
  path.residual_norms[r] = nan;
  std::fill_n(path.coefficients.begin() + static_cast<std::ptrdiff_t>(r * n), n, nan);
}

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

} // namespace pastur::linalg
