// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tridiagonal.hpp"

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

enum class DenseLibrary { lapack, scalapack };

/// K = Q T Q^T with T on every rank and Q as Householder vectors in K's lower triangle (DSYTRD or PDSYTRD).
/// 4/3 n^3 flop.
class TridiagonalReduction {
public:
  /// `k`: lower triangle, square and finite (not checked here). `lapack` needs a one-rank grid. @note
  /// Collective
  TridiagonalReduction(BlockCyclicMatrix&& k, DenseLibrary library);

  const Tridiagonal& t() const { return t_; }
  const BlockCyclicMatrix& matrix() const { return matrix_; }
  /// c = Q c, or Q^T c, for a matrix with K's grid and block. 2 n^2 flop per column. @note Collective
  void apply(BlockCyclicMatrix& c, bool transpose);
  /// The same for `columns` columns, column-major, that every rank holds. @note Collective
  void apply(std::span<double> c, std::int64_t columns, bool transpose);

private:
  void reduce_lapack();
  void reduce_scalapack();
  void apply_lapack(double* c, int ld, std::int64_t columns, bool transpose);

  BlockCyclicMatrix matrix_;
  DenseLibrary library_;
  Tridiagonal t_;
  std::vector<double> tau_;
};

} // namespace pastur::linalg
