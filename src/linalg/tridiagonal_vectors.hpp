// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tridiagonal_reduction.hpp"

#include <string>

namespace pastur::linalg {

struct TridiagonalVectors {
  std::vector<double> values; ///< ascending
  BlockCyclicMatrix vectors;  ///< T vectors = vectors diag(values)
  std::string method;         ///< the routine that ran
};

/// Eigenvectors of T on `grid`: divide and conquer (DSTEDC, PDSTEDC); where it does not converge, or `route`
/// asks for it, DSTEQR on one rank and ELPA's own divide and conquer on several. Throws std::runtime_error
/// when both fail. @note Collective
TridiagonalVectors tridiagonal_vectors(const Tridiagonal& t, std::shared_ptr<const ProcessGrid> grid,
                                       std::int32_t block, DenseLibrary library,
                                       TridiagonalRoute route = TridiagonalRoute::first);

} // namespace pastur::linalg
