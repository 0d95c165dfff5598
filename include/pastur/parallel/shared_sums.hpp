// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace pastur::parallel {

/// An array of doubles on rank 0 that every rank adds to without rank 0's help: how a run's progress is known
/// while all ranks compute.
class SharedSums {
public:
  /// All zero. @note Collective
  SharedSums(const Communicator& comm, std::size_t size);
  SharedSums(const SharedSums&) = delete;
  SharedSums& operator=(const SharedSums&) = delete;
  /// @note Collective
  ~SharedSums();

  /// Adds `values` to the entries from `offset` on. Not collective; any rank.
  void add(std::size_t offset, std::span<const double> values);
  /// Adds to one entry and returns what was there before, in one step. Not collective; any rank.
  double fetch_add(std::size_t entry, double value);
  /// A snapshot. Not collective; any rank.
  std::vector<double> read() const;

private:
  MPI_Win window_ = MPI_WIN_NULL;
  double* sums_ = nullptr;
  std::size_t size_;
};

} // namespace pastur::parallel
