// SPDX-License-Identifier: BSD-3-Clause
#include "guarded_operator.hpp"
#include "krylov_options.hpp"

#include <pastur/linalg/krylov_ridge_path.hpp>
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace pastur::linalg {

namespace {

double dot(const LinearOperator& k, std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return k.comm.sum(sum);
}

/// The system of one ridge in the shared space: its residual is zeta r, r that of the least ridge.
struct Shifted {
  double shift;               ///< ridge - least ridge
  std::span<double> solution; ///< this rank's rows
  std::vector<double> direction;
  double zeta = 1.0, previous_zeta = 1.0;
  bool converged = false;
};

/// Shared conjugate gradients; returns the number of products.
std::int64_t shared_solve(const LinearOperator& k, GuardedOperator& guarded, std::span<const double> y,
                          double least, std::vector<Shifted>& systems, const KrylovOptions& options) {
  std::vector<double> residual(y.begin(), y.end()), direction = residual, product(y.size());
  double square = dot(k, y, y);
  const double goal = options.tolerance * std::sqrt(square);
  double previous_step = 1.0, ratio = 0.0;
  for (std::int64_t n = 0; n < options.max_iterations; ++n) {
    if (std::ranges::all_of(systems, [](const Shifted& s) { return s.converged; })) return n;
    guarded.multiply(direction, product, 1);
    for (std::size_t i = 0; i < product.size(); ++i) product[i] += least * direction[i];
    const double curvature = dot(k, direction, product);
    if (!(curvature > 0.0))
      throw std::runtime_error(
          fmt::format("conjugate gradients met p'(K + {:g}) p = {:g} after {} iterations: "
                      "not positive definite, or not finite",
                      least, curvature, n));
    const double step = square / curvature;
    for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= step * product[i];
    const double next_square = dot(k, residual, residual);
    const double next_ratio = next_square / square;
    for (Shifted& s : systems) {
      if (s.converged) continue;
      const double zeta = s.zeta * s.previous_zeta * previous_step /
                          (step * ratio * (s.previous_zeta - s.zeta) +
                           s.previous_zeta * previous_step * (1.0 + s.shift * step));
      const double own_step = step * zeta / s.zeta;
      const double own_ratio = next_ratio * (zeta / s.zeta) * (zeta / s.zeta);
      for (std::size_t i = 0; i < residual.size(); ++i) {
        s.solution[i] += own_step * s.direction[i];
        s.direction[i] = zeta * residual[i] + own_ratio * s.direction[i];
      }
      s.previous_zeta = s.zeta;
      s.zeta = zeta;
      s.converged = std::abs(zeta) * std::sqrt(next_square) <= goal;
    }
    for (std::size_t i = 0; i < residual.size(); ++i) direction[i] = residual[i] + next_ratio * direction[i];
    square = next_square;
    previous_step = step;
    ratio = next_ratio;
  }
  throw std::runtime_error(fmt::format("conjugate gradients reached the relative residual {:.2g} instead of "
                                       "{:.2g} after {} iterations for {} ridges at once",
                                       options.tolerance * std::sqrt(square) / goal, options.tolerance,
                                       options.max_iterations, systems.size()));
}

} // namespace

KrylovRidgePath krylov_ridge_path(const LinearOperator& k, std::span<const double> local_y,
                                  std::span<const double> ridges, const LowRankPreconditioner& preconditioner,
                                  const KrylovOptions& given) {
  const KrylovOptions options = steered(given);
  parallel::agree(k.comm, [&] {
    if (static_cast<std::int64_t>(local_y.size()) != k.local_size)
      throw std::invalid_argument(
          fmt::format("krylov_ridge_path: {} labels for {} local rows", local_y.size(), k.local_size));
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!std::ranges::all_of(ridges, finite) || !std::ranges::all_of(local_y, finite))
      throw std::domain_error("krylov_ridge_path: a ridge or a label is not finite");
  });
  const parallel::LogEvent event("PasturRidgePath");
  const std::size_t rows = local_y.size();
  KrylovRidgePath path;
  path.coefficients.assign(rows * ridges.size(), 0.0);
  const double norm = std::sqrt(dot(k, local_y, local_y));
  if (ridges.empty() || norm == 0.0) return path;
  const double least = std::ranges::min(ridges);
  std::vector<Shifted> systems;
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    systems.push_back({.shift = ridges[r] - least,
                       .solution = std::span(path.coefficients).subspan(r * rows, rows),
                       .direction = {local_y.begin(), local_y.end()}});
  }
  GuardedOperator guarded(k);
  path.applications = shared_solve(k, guarded, local_y, least, systems, options);

  std::vector<double> products(path.coefficients.size());
  guarded.multiply(path.coefficients, products, static_cast<std::int64_t>(ridges.size()));
  path.applications += static_cast<std::int64_t>(ridges.size());
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    const std::span<double> alpha = systems[r].solution;
    const std::span<double> rest = std::span(products).subspan(r * rows, rows);
    for (std::size_t i = 0; i < rows; ++i) rest[i] = local_y[i] - rest[i] - ridges[r] * alpha[i];
    double residual = std::sqrt(dot(k, rest, rest)) / norm;
    if (residual > options.tolerance) {
      KrylovOptions correction = options;
      correction.tolerance = options.tolerance / residual;
      const bool suits = preconditioner.shift + ridges[r] > 0.0;
      const KrylovSolution found =
          krylov_ridge(k, rest, ridges[r], suits ? preconditioner : LowRankPreconditioner{}, correction);
      for (std::size_t i = 0; i < rows; ++i) alpha[i] += found.coefficients[i];
      path.applications += found.iterations;
      residual *= found.residual;
    }
    path.residual = std::max(path.residual, residual);
  }
  return path;
}

} // namespace pastur::linalg
