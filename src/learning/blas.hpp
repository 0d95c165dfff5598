// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cblas.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

namespace pastur::learning {

/// BLAS counts in 32 bits.
inline int blas_int(std::int64_t value) {
  if (value > std::numeric_limits<int>::max())
    throw std::length_error("a matrix extent of more than 2^31 - 1");
  return static_cast<int>(value);
}

/// Column-major scratch matrix, uninitialised, leading dimension = rows.
class Panel {
public:
  Panel() = default;
  Panel(std::int64_t rows, std::int64_t columns)
      : rows_(rows), size_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)),
        values_(std::make_unique_for_overwrite<double[]>(size_)) {}
  double* data() { return values_.get(); }
  const double* data() const { return values_.get(); }
  double* column(std::int64_t j) { return values_.get() + rows_ * j; }
  const double* column(std::int64_t j) const { return values_.get() + rows_ * j; }
  std::size_t size() const { return size_; }
  /// At least 1, as BLAS wants it.
  std::int64_t ld() const { return rows_ > 0 ? rows_ : 1; }

private:
  std::int64_t rows_ = 0;
  std::size_t size_ = 0;
  std::unique_ptr<double[]> values_;
};

/// c (m x n) = alpha a b^T + beta c with a (m x k), b (n x k), all column-major.
inline void multiply_transposed(std::int64_t m, std::int64_t n, std::int64_t k, double alpha, const double* a,
                                std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c,
                                std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, blas_int(m), blas_int(n), blas_int(k), alpha, a,
              blas_int(lda), b, blas_int(ldb), beta, c, blas_int(ldc));
}

/// c (m x n) = alpha a b + beta c with a (m x k), b (k x n), all column-major.
inline void multiply(std::int64_t m, std::int64_t n, std::int64_t k, double alpha, const double* a,
                     std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c,
                     std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, blas_int(m), blas_int(n), blas_int(k), alpha, a,
              blas_int(lda), b, blas_int(ldb), beta, c, blas_int(ldc));
}

/// c (m x n) = alpha a^T b + beta c with a (k x m), b (k x n), all column-major; k = 0 leaves beta c.
inline void multiply_adjoint(std::int64_t m, std::int64_t n, std::int64_t k, double alpha, const double* a,
                             std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c,
                             std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, blas_int(m), blas_int(n), blas_int(k), alpha, a,
              blas_int(lda), b, blas_int(ldb), beta, c, blas_int(ldc));
}

} // namespace pastur::learning
