// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace pastur::linalg {

/// A symmetric tridiagonal matrix that every rank holds.
struct Tridiagonal {
  std::vector<double> diagonal; ///< n
  std::vector<double> off;      ///< n - 1 (0 for n = 0)
  std::size_t size() const { return diagonal.size(); }
};

/// Which of two routes computes a spectrum: QR variants, or the fall-back for the matrices on which they do
/// not converge.
enum class TridiagonalRoute { first, second };

/// All eigenvalues, ascending: DSTERF, and bisection (DSTEBZ) where it does not converge or `route` asks for
/// it. O(n^2). Throws std::runtime_error when both fail.
std::vector<double> tridiagonal_eigenvalues(const Tridiagonal& t,
                                            TridiagonalRoute route = TridiagonalRoute::first);

/// Solves (T + shift I) x = x in place by L D L^T when that is positive definite (to rounding), else by
/// elimination with pivoting. O(n). Returns false, x then being undefined, when the matrix is singular to the
/// last bit.
bool solve_shifted(const Tridiagonal& t, double shift, std::span<double> x);

/// |T x - z|^2
double squared_residual(const Tridiagonal& t, std::span<const double> x, std::span<const double> z);

} // namespace pastur::linalg
