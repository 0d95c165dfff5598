// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace pastur::linalg {

/// A symmetric matrix A kept in the upper triangle, while shifted copies come and go in the lower one to be
/// factorised there; both share the diagonal, which is kept aside. No second n x n matrix.
class RefactoredMatrix {
public:
  /// `a`: A in the lower triangle. It must outlive the object, which works in it. @note Collective
  explicit RefactoredMatrix(BlockCyclicMatrix& a);

  /// A + shift I in the lower triangle. @note Collective
  void restore(double shift);
  /// A x from the upper triangle, for a vector that every rank holds. Overwrites the diagonal, so that a
  /// factor in the lower triangle is lost. 2 n^2 flop, n^2 / 2 elements read. @note Collective
  std::vector<double> multiply(std::span<const double> x);

private:
  template <class Visit>
  void for_local_diagonal(Visit visit);

  BlockCyclicMatrix& a_;
  std::vector<double> diagonal_;
  bool used_ = false;
};

} // namespace pastur::linalg
