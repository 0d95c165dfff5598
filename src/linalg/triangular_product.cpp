// SPDX-License-Identifier: BSD-3-Clause
#include "triangular_product.hpp"

#include <algorithm>

extern "C" {
void dtrmv_(const char* uplo, const char* trans, const char* diag, const int* n, const double* a,
            const int* lda, double* x, const int* incx);
void pdtrmv_(const char* uplo, const char* trans, const char* diag, const int* n, const double* a,
             const int* ia, const int* ja, const int* desca, double* x, const int* ix, const int* jx,
             const int* descx, const int* incx);
}

namespace pastur::linalg {

void multiply_by_factors(const BlockCyclicMatrix& factor, std::span<double> x) {
  constexpr int one = 1;
  const int n = static_cast<int>(factor.rows());
  if (factor.grid().team().size() == 1) {
    const int ld = factor.ld();
    for (const char* trans : {"T", "N"}) dtrmv_("L", trans, "N", &n, factor.data(), &ld, x.data(), &one);
    return;
  }
  BlockCyclicMatrix column(factor.shared_grid(), factor.rows(), 1, factor.block());
  column.scatter(x);
  for (const char* trans : {"T", "N"}) {
    pdtrmv_("L", trans, "N", &n, factor.data(), &one, &one, factor.descriptor().data(), column.data(), &one,
            &one, column.descriptor().data(), &one);
  }
  std::ranges::copy(column.gather(), x.begin());
}

} // namespace pastur::linalg
