// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <string>
#include <vector>

namespace pastur::linalg {

/// Which dense eigensolver runs: LAPACK needs a one-rank grid; two_stages (full to band to tridiagonal) is
/// for values only. automatic, the fastest measured: values in two stages but for small matrices; vectors by
/// LAPACK on one rank, on teams by ELPA, which has no second route, small ones by ScaLAPACK.
enum class Eigensolver { automatic, two_stages, lapack, scalapack, elpa };

struct EigenDecomposition {
  std::vector<double> values; ///< ascending, on every rank
  BlockCyclicMatrix vectors;  ///< column k belongs to values[k]
  std::string route;          ///< what ran, e.g. "ScaLAPACK, PDSTEDC"
};

/// All eigenvalues, ascending, of the symmetric matrix in the lower triangle of `a`, which is destroyed (4/3
/// n^3 flop). Throws std::domain_error when `a` is not finite, std::runtime_error when every route failed to
/// converge. @note Collective
std::vector<double> eigenvalues(BlockCyclicMatrix&& a, Eigensolver solver = Eigensolver::automatic);

/// The same with orthonormal eigenvectors. @note Collective
EigenDecomposition eigen_decomposition(BlockCyclicMatrix&& a, Eigensolver solver = Eigensolver::automatic);

} // namespace pastur::linalg
