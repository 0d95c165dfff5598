// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <span>

namespace pastur::linalg {

/// x = L L^T x for a Cholesky factor L: the product with the matrix that was factorised, without a copy of
/// it. `x` is the same on every rank (PDTRMV; DTRMV on one rank). 2 n^2 flop. @note Collective
void multiply_by_factors(const BlockCyclicMatrix& factor, std::span<double> x);

} // namespace pastur::linalg
