// SPDX-License-Identifier: BSD-3-Clause
#include "refactored_matrix.hpp"

#include "blas.hpp"
#include "scalapack.hpp"

namespace pastur::linalg {

template <class Visit>
void RefactoredMatrix::for_local_diagonal(Visit visit) {
  for (std::int32_t j = 0; j < a_.local_cols(); ++j) {
    const std::int64_t global = a_.global_col(j);
    const std::int32_t i = a_.local_rows_below(global);
    if (i < a_.local_rows() && a_.global_row(i) == global)
      visit(static_cast<std::size_t>(global), a_.local(i, j));
  }
}

RefactoredMatrix::RefactoredMatrix(BlockCyclicMatrix& a)
    : a_(a), diagonal_(static_cast<std::size_t>(a.rows()), 0.0) {
  a_.symmetrize_from_lower();
  for_local_diagonal([&](std::size_t global, double& element) { diagonal_[global] = element; });
  if (a_.grid().team().size() > 1) a_.grid().team().sum(std::span<double>(diagonal_));
}

void RefactoredMatrix::restore(double shift) {
  if (used_) a_.symmetrize_from_upper();
  used_ = true;
  for_local_diagonal([&](std::size_t global, double& element) { element = diagonal_[global] + shift; });
}

std::vector<double> RefactoredMatrix::multiply(std::span<const double> x) {
  for_local_diagonal([&](std::size_t global, double& element) { element = diagonal_[global]; });
  const int n = static_cast<int>(a_.rows());
  constexpr int one = 1;
  constexpr double unit = 1.0;
  constexpr double zero = 0.0;
  if (a_.grid().team().size() == 1) {
    const int ld = a_.ld();
    std::vector<double> y(x.size());
    dsymv_("U", &n, &unit, a_.data(), &ld, x.data(), &one, &zero, y.data(), &one);
    return y;
  }
  BlockCyclicMatrix in(a_.shared_grid(), a_.rows(), 1, a_.block());
  BlockCyclicMatrix out(a_.shared_grid(), a_.rows(), 1, a_.block());
  in.scatter(x);
  pdsymv_("U", &n, &unit, a_.data(), &one, &one, a_.descriptor().data(), in.data(), &one, &one,
          in.descriptor().data(), &one, &zero, out.data(), &one, &one, out.descriptor().data(), &one);
  return out.gather();
}

} // namespace pastur::linalg
