// SPDX-License-Identifier: BSD-3-Clause
#include "blas.hpp"
#include "dense_checks.hpp"
#include "scalapack.hpp"

#include <pastur/linalg/factorisation.hpp>
#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace pastur::linalg {

namespace {

constexpr int one = 1;

double cubed(std::int64_t n) {
  return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
}

} // namespace

bool cholesky(BlockCyclicMatrix& a) {
  require_square(a, "cholesky");
  require_finite(a, "cholesky");
  const int n = static_cast<int>(a.rows());
  if (n == 0) return true;
  const parallel::LogEvent event("PasturCholesky");
  int info = 0;
  if (a.grid().team().size() == 1) {
    const int ld = a.ld();
    dpotrf_("L", &n, a.data(), &ld, &info);
  } else {
    pdpotrf_("L", &n, a.data(), &one, &one, a.descriptor().data(), &info);
  }
  event.flops(cubed(n) / 3.0 / a.grid().team().size());
  return a.grid().team().all(info == 0);
}

void cholesky_solve(const BlockCyclicMatrix& factor, std::span<double> b, std::int64_t columns) {
  require_square(factor, "cholesky_solve");
  if (columns < 0 || b.size() != static_cast<std::size_t>(factor.rows() * columns)) {
    throw std::invalid_argument("cholesky_solve: " + std::to_string(b.size()) + " values for " +
                                std::to_string(columns) + " columns of " + std::to_string(factor.rows()));
  }
  if (b.empty()) return;
  const int n = static_cast<int>(factor.rows());
  int info = 0;
  if (factor.grid().team().size() == 1) {
    const int nrhs = checked_int(columns, "number of right-hand sides");
    const int ld = factor.ld();
    if (nrhs == 1) { // DPOTRS would copy the factor into its kernels' layout
      for (const char* trans : {"N", "T"}) dtrsv_("L", trans, "N", &n, factor.data(), &ld, b.data(), &one);
      return;
    }
    dpotrs_("L", &n, &nrhs, factor.data(), &ld, b.data(), &n, &info);
    return;
  }
  BlockCyclicMatrix x(factor.shared_grid(), factor.rows(), columns, factor.block());
  x.scatter(b);
  const int nrhs = static_cast<int>(columns);
  pdpotrs_("L", &n, &nrhs, factor.data(), &one, &one, factor.descriptor().data(), x.data(), &one, &one,
           x.descriptor().data(), &info);
  std::ranges::copy(x.gather(), b.begin());
}

void reduce_generalised(BlockCyclicMatrix& a, const BlockCyclicMatrix& factor) {
  require_square(a, "reduce_generalised");
  require_finite(a, "reduce_generalised");
  if (factor.rows() != a.rows() || factor.cols() != a.cols() || factor.block() != a.block() ||
      &factor.grid() != &a.grid()) {
    throw std::invalid_argument("reduce_generalised: matrix and factor differ in size, block or grid");
  }
  const int n = static_cast<int>(a.rows());
  if (n == 0) return;
  const parallel::LogEvent event("PasturReduction");
  int info = 0;
  if (a.grid().team().size() == 1) {
    const int ld = a.ld();
    const int factor_ld = factor.ld();
    dsygst_(&one, "L", &n, a.data(), &ld, factor.data(), &factor_ld, &info);
  } else {
    double scale = 1.0;
    double wanted = 0.0;
    const int query = -1;
    pdsyngst_(&one, "L", &n, a.data(), &one, &one, a.descriptor().data(), factor.data(), &one, &one,
              factor.descriptor().data(), &scale, &wanted, &query, &info);
    const int lwork = work_size(wanted);
    std::vector<double> work(static_cast<std::size_t>(lwork));
    pdsyngst_(&one, "L", &n, a.data(), &one, &one, a.descriptor().data(), factor.data(), &one, &one,
              factor.descriptor().data(), &scale, work.data(), &lwork, &info);
    // PDSYNGST leaves a scale for the eigenvalues; every released version returns 1.
    if (scale != 1.0) throw std::runtime_error("PDSYNGST scaled the eigenvalues by " + std::to_string(scale));
  }
  event.flops(cubed(n) / a.grid().team().size());
  if (!a.grid().team().all(info == 0))
    throw std::runtime_error("the reduction of a generalised problem failed with info = " +
                             std::to_string(info));
}

} // namespace pastur::linalg
