// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tridiagonal.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// A symmetric matrix with `width` diagonals below the main one, on every rank, in LAPACK's lower band
/// storage: element (i, j), j <= i <= j + width, at values[i - j + j (width + 1)].
struct SymmetricBand {
  SymmetricBand(std::int32_t size, std::int32_t diagonals)
      : n(size), width(diagonals),
        values(static_cast<std::size_t>(size) * (static_cast<std::size_t>(diagonals) + 1), 0.0) {}
  double& at(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i - j + j * (width + 1))];
  }
  double at(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(i - j + j * (width + 1))];
  }

  std::int32_t n, width;
  std::vector<double> values;
};

/// T with the same eigenvalues, by bulge chasing: 6 n^2 width flop, own kernels (bulge_chase.hpp) where the
/// processor and the width allow it, else LAPACK.
Tridiagonal tridiagonal_of(const SymmetricBand& band);
/// The same by DSYTRD_SB2ST.
Tridiagonal lapack_tridiagonal_of(const SymmetricBand& band);

/// How (B + shift I) x = x was solved.
enum class BandSolution { definite, indefinite, singular };

/// Solves (B + shift I) x = x in place: Cholesky where that is positive definite, else elimination with
/// pivoting; x is undefined where the matrix is singular to the last bit. `reciprocal_condition`, where asked
/// for, becomes LAPACK's estimate of 1 / (|A|_1 |A^-1|_1) for a definite one, else 0. n width^2 flop.
BandSolution solve_shifted(const SymmetricBand& band, double shift, std::span<double> x,
                           double* reciprocal_condition = nullptr);

/// |B x - z|^2
double squared_residual(const SymmetricBand& band, std::span<const double> x, std::span<const double> z);

} // namespace pastur::linalg
