// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace pastur::linalg {

/// A symmetric n x n operator on vectors that are split over the ranks in contiguous pieces, rank order = row
/// order. `apply(x, y)` computes y = A x on this rank's pieces and is collective over `comm`. It may throw,
/// on some ranks or on all: the PETSc and SLEPc solvers then throw on every rank, or only on the one that
/// threw when the others wait for it in a collective call of `apply`.
///
/// `apply_block(x, y, k)`, where the operator has one, does so for k vectors at once, local_size x k,
/// column-major, sharing what it reads between them.
struct LinearOperator {
  const parallel::Communicator& comm;
  std::int64_t global_size;
  std::int64_t local_size;
  std::function<void(std::span<const double>, std::span<double>)> apply;
  std::function<void(std::span<const double>, std::span<double>, std::int64_t)> apply_block = {};

  /// y = A x for `columns` vectors, by apply_block or one after the other. @note Collective
  void multiply(std::span<const double> x, std::span<double> y, std::int64_t columns) const;
};

/// Rank r's half-open range of n rows in the even split that the operators use.
std::pair<std::int64_t, std::int64_t> even_range(std::int64_t n, int rank, int size);

/// The operator whose product `multiply` works in place on whole vectors of length n, which every rank then
/// holds. `comm` must outlive it.
LinearOperator on_whole_vectors(const parallel::Communicator& comm, std::int64_t n,
                                std::function<void(std::span<double>)> multiply);

} // namespace pastur::linalg
