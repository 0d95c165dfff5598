// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "refactored_matrix.hpp"
#include "ridge_routes.hpp"
#include "scalapack.hpp"

#include <pastur/linalg/factorisation.hpp>

#include <algorithm>

namespace pastur::linalg {

namespace {

constexpr int one = 1;
constexpr int query = -1;

/// |K alpha - y|^2. @note Collective
double squared_residual(RefactoredMatrix& kernel, std::span<const double> alpha, std::span<const double> y) {
  std::vector<double> r = kernel.multiply(alpha);
  for (std::size_t i = 0; i < r.size(); ++i) r[i] -= y[i];
  return dot(r, r);
}

/// |A|_1 of the symmetric matrix in the lower triangle. @note Collective
double one_norm(const BlockCyclicMatrix& a) {
  const int n = static_cast<int>(a.rows());
  if (a.grid().team().size() == 1) {
    const int ld = a.ld();
    std::vector<double> work(static_cast<std::size_t>(n));
    return dlansy_("1", "L", &n, a.data(), &ld, work.data());
  }
  // 2 Nq0 + Np0 + LDW of the routine's documentation, bounded from above.
  std::vector<double> work(2 * (static_cast<std::size_t>(a.local_cols()) +
                                static_cast<std::size_t>(a.local_rows()) +
                                2 * static_cast<std::size_t>(a.block())));
  return pdlansy_("1", "L", &n, a.data(), &one, &one, a.descriptor().data(), work.data());
}

/// LAPACK's estimate of 1 / (|A|_1 |A^{-1}|_1), a lower bound for lambda_min / lambda_max to within a small
/// factor. O(n^2). @note Collective
double reciprocal_condition(const BlockCyclicMatrix& factor, double norm) {
  const int n = static_cast<int>(factor.rows());
  double rcond = 0.0;
  int info = 0;
  if (factor.grid().team().size() == 1) {
    const int ld = factor.ld();
    std::vector<double> work(3 * static_cast<std::size_t>(n));
    std::vector<int> iwork(static_cast<std::size_t>(n));
    dpocon_("L", &n, factor.data(), &ld, &norm, &rcond, work.data(), iwork.data(), &info);
    return rcond;
  }
  double wanted = 0.0;
  int iwanted = 0;
  pdpocon_("L", &n, factor.data(), &one, &one, factor.descriptor().data(), &norm, &rcond, &wanted, &query,
           &iwanted, &query, &info);
  const int lwork = work_size(wanted);
  const int liwork = iwanted + 64;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  pdpocon_("L", &n, factor.data(), &one, &one, factor.descriptor().data(), &norm, &rcond, work.data(), &lwork,
           iwork.data(), &liwork, &info);
  return factor.grid().team().min(rcond);
}

} // namespace

bool cholesky_ridge_path(BlockCyclicMatrix& k, std::span<const double> y, std::span<const double> ridges,
                         const RidgePathOptions& options, RidgePath& path) {
  const std::size_t n = y.size();
  path = empty_ridge_path(n, ridges.size());
  if (n == 0) return true;
  RefactoredMatrix kernel(k);
  for (std::size_t r = 0; r < ridges.size(); ++r) {
    const double ridge = ridges[r];
    kernel.restore(ridge);
    const double norm = one_norm(k);
    const bool definite = cholesky(k);
    if (!definite && ridge < 0.0) {
      refuse_ridge(path, r, n);
      continue;
    }
    // The margin covers the factor by which the estimate may be too large.
    if (!definite || reciprocal_condition(k, norm) < 10.0 * options.rank_cut) {
      kernel.restore(0.0);
      return false;
    }
    const std::span<double> alpha = std::span(path.coefficients).subspan(r * n, n);
    std::ranges::copy(y, alpha.begin());
    cholesky_solve(k, alpha);
    path.residual_norms[r] =
        ridge == 0.0 ? squared_residual(kernel, alpha, y) : ridge * ridge * dot(alpha, alpha);
  }
  return true;
}

} // namespace pastur::linalg
