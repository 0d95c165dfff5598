// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <vector>

namespace pastur::linalg {

/// Ascending eigenvalues of a small symmetric matrix that every rank holds (order x order, upper triangle
/// read), which its orthonormal eigenvectors overwrite (DSYEVD). Solved on one rank, so that all go on with
/// the same bits. Throws std::runtime_error when it fails. @note Collective
std::vector<double> small_eigenvectors(const parallel::Communicator& comm, std::vector<double>& matrix,
                                       std::int64_t order);

} // namespace pastur::linalg
