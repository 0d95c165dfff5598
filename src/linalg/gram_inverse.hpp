// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <span>
#include <vector>

namespace pastur::linalg {

/// (A^T A)^{-1} of an m x n matrix, m >= n, from factors of A itself, so that no condition number is squared:
/// P A = L U with partial pivoting when it is square (2/3 n^3 flop), A = Q R otherwise (2 n^2 (m - n/3)).
class GramInverse {
public:
  /// `a` is finite and is destroyed. @note Collective
  explicit GramInverse(BlockCyclicMatrix&& a);

  /// Least modulus on the diagonal of U or R: 0 where A is exactly deficient. @note Collective
  double least_pivot() const;
  /// x = (A^T A)^{-1} x for a vector of length n that every rank holds, by two or four triangular solves; no
  /// pivot may be 0. @note Collective
  void apply(std::span<double> x) const;

private:
  void solve(const char* transpose, BlockCyclicMatrix& x) const;
  BlockCyclicMatrix factor_;
  std::vector<int> pivots_; ///< of LU; empty for QR
};

} // namespace pastur::linalg
