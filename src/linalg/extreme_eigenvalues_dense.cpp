// SPDX-License-Identifier: BSD-3-Clause
// The ends of a positive definite matrix's spectrum. At the edge of a dense bulk Lanczos on A^{-1} takes
// hundreds of solves, on (A - s I)^{-1} with s a few spacings below the edge some twenty; Lanczos on A, which
// has to find the other end anyway, knows such an s after some fifty products.
#include "block_lanczos.hpp"
#include "dense_checks.hpp"
#include "refactored_matrix.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/factorisation.hpp>
#include <pastur/parallel/log_event.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pastur::linalg {

namespace {

/// Runs `lanczos` until done(its Ritz pairs), for its greatest eigenvalue.
void run(BlockLanczos& lanczos, const ExtremeOptions& options, const char* end,
         const std::function<bool(const RitzPairs&)>& done) {
  const std::int64_t basis = options.largest_basis;
  const BlockLanczos::Limits limits{basis, std::min<std::int64_t>(10, basis / 8),
                                    std::max<std::int64_t>(1, basis / 5), options.max_restarts};
  if (!lanczos.iterate(limits, done)) {
    throw std::runtime_error(
        fmt::format("the {} eigenvalue did not converge in {} applications", end, lanczos.applications()));
  }
}

/// What Lanczos on A finds.
struct Forward {
  double greatest = 0.0;
  double error = 0.0;          ///< of the greatest, a bound
  double least = 0.0;          ///< from above
  double distance = 0.0;       ///< between that and the least, most likely; not proven
  std::vector<double> towards; ///< this rank's rows of a vector rich in the least eigenvector
};

Forward run_forward(BlockLanczos& lanczos, const ExtremeOptions& options) {
  // Products that pay for themselves in solves with the better shift, and those after which one that is not
  // in sight will not come.
  constexpr std::int64_t worthwhile = 48, hopeless = 24;
  std::vector<std::pair<std::int64_t, double>> history; // of the least Ritz value's residual
  run(lanczos, options, "greatest", [&](const RitzPairs& ritz) {
    const std::int64_t steps = lanczos.applications();
    history.emplace_back(steps, ritz.residuals.front());
    const double greatest = std::abs(ritz.values.back());
    return ritz.greatest_error() <= options.accuracy * greatest &&
           ritz.residuals.back() <= options.resolution * greatest &&
           (steps >= worthwhile || (steps >= hopeless && ritz.residuals.front() > ritz.values.front()));
  });
  const RitzPairs& ritz = lanczos.ritz();
  Forward found;
  found.greatest = ritz.values.back();
  found.error = ritz.greatest_error();
  found.least = ritz.values.front();
  // The residual swings; its least value of late has been 1.3 to 3 times the error on Wishart and kernel
  // matrices.
  found.distance = ritz.residuals.front();
  for (const auto& [steps, residual] : history) {
    if (10 * steps >= 6 * lanczos.applications()) found.distance = std::min(found.distance, residual);
  }
  found.towards = lanczos.ritz_vector(0);
  return found;
}

/// Cholesky factor of A - s I with s likely a little below the least eigenvalue, or 0 where that is not worth
/// it; returns s.
double factorise_below(RefactoredMatrix& kernel, BlockCyclicMatrix& matrix, const Forward& found) {
  // Never at an eigenvalue itself, and nothing is known of one within rounding of 0.
  double distance = std::max(1.2 * found.distance, 1e-3 * found.least);
  const bool resolved = found.least > 1e-9 * found.greatest;
  for (; resolved && distance < 0.75 * found.least; distance *= 4.0) {
    kernel.restore(distance - found.least);
    if (cholesky(matrix)) return found.least - distance;
  }
  kernel.restore(0.0);
  if (cholesky(matrix)) return 0.0;
  throw std::domain_error(
      fmt::format("extreme_eigenvalues: the matrix of size {} is not positive definite", matrix.rows()));
}

} // namespace

ExtremeEigenvalues extreme_eigenvalues(BlockCyclicMatrix&& a, const ExtremeOptions& options) {
  require_square(a, "extreme_eigenvalues");
  require_finite(a, "extreme_eigenvalues");
  const std::shared_ptr<const ProcessGrid> grid = a.shared_grid(); // its team outlives the matrix
  BlockCyclicMatrix matrix = std::move(a);
  const parallel::LogEvent event("PasturEnds");
  const std::int64_t n = matrix.rows();
  RefactoredMatrix kernel(matrix);
  const LinearOperator itself = on_whole_vectors(
      grid->team(), n, [&](std::span<double> x) { std::ranges::copy(kernel.multiply(x), x.begin()); });
  BlockLanczos forward(itself, lanczos_start(itself, 1), 1);
  const Forward found = run_forward(forward, options);

  const double shift = factorise_below(kernel, matrix, found);

  // A little of every eigenvector, should the first start vector have been poor in the least one.
  std::vector<double> start = lanczos_start(itself, 2);
  const std::size_t rows = found.towards.size();
  const double little = 0.05 / std::sqrt(static_cast<double>(n));
  for (std::size_t i = 0; i < rows; ++i) start[i] = found.towards[i] + little * start[rows + i];
  start.resize(rows);
  const LinearOperator inverse =
      on_whole_vectors(grid->team(), n, [&](std::span<double> x) { cholesky_solve(matrix, x); });
  BlockLanczos backward(inverse, start, 1);
  // lambda = shift + 1 / mu: d lambda / lambda = d mu / (mu (1 + shift mu))
  const auto relative = [&](const RitzPairs& ritz, double d_mu) {
    const double mu = ritz.values.back();
    return d_mu / (mu * (1.0 + shift * mu));
  };
  run(backward, options, "least", [&](const RitzPairs& ritz) {
    return relative(ritz, ritz.greatest_error()) <= options.accuracy &&
           relative(ritz, ritz.residuals.back()) <= options.resolution;
  });
  const RitzPairs& least = backward.ritz();
  return {.lambda_min = shift + 1.0 / least.values.back(),
          .lambda_max = found.greatest,
          .applications = forward.applications() + backward.applications(),
          .residual = std::max(found.error / found.greatest, relative(least, least.greatest_error()))};
}

} // namespace pastur::linalg
