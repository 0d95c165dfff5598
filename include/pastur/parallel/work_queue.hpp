// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace pastur::parallel {

/// Hands out the integers [0, total) to whoever asks, through an MPI one-sided counter on rank 0: no rank
/// serves, none waits. Chunks are large while many items are left and shrink to one at the end.
class WorkQueue {
public:
  /// `takers`: how many callers will call take() (teams). @note Collective
  WorkQueue(const Communicator& comm, std::int64_t total, int takers);
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  /// @note Collective
  ~WorkQueue();

  /// The next half-open range of items, nothing when the queue is empty. Not collective; any rank may call
  /// it.
  std::optional<std::pair<std::int64_t, std::int64_t>> take(std::int64_t largest_chunk);
  /// Nobody gets anything more: how one rank's stop request becomes everyone's. Not collective; any rank may
  /// call it.
  void close();

private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t* counter_ = nullptr;
  std::int64_t total_;
  int takers_;
};

} // namespace pastur::parallel
