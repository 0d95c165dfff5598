// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/work_queue.hpp>

#include <algorithm>

namespace pastur::parallel {

WorkQueue::WorkQueue(const Communicator& comm, std::int64_t total, int takers)
    : total_(total), takers_(std::max(takers, 1)) {
  const MPI_Aint bytes = comm.rank() == 0 ? static_cast<MPI_Aint>(sizeof(std::int64_t)) : 0;
  MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.get(), &counter_, &window_);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  if (comm.rank() == 0) {
    *counter_ = 0;
    MPI_Win_sync(window_);
  }
  comm.barrier();
}

WorkQueue::~WorkQueue() {
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::optional<std::pair<std::int64_t, std::int64_t>> WorkQueue::take(std::int64_t largest_chunk) {
  // The chunk is chosen from a look at the counter; another taker may move it in between, which only makes
  // the chunk a little too large.
  std::int64_t seen = 0;
  const std::int64_t nothing = 0;
  MPI_Fetch_and_op(&nothing, &seen, MPI_INT64_T, 0, 0, MPI_NO_OP, window_);
  MPI_Win_flush(0, window_);
  if (seen >= total_) return std::nullopt;
  const std::int64_t chunk = std::clamp<std::int64_t>((total_ - seen) / (std::int64_t{4} * takers_), 1,
                                                      std::max<std::int64_t>(largest_chunk, 1));
  std::int64_t begin = 0;
  MPI_Fetch_and_op(&chunk, &begin, MPI_INT64_T, 0, 0, MPI_SUM, window_);
  MPI_Win_flush(0, window_);
  if (begin >= total_) return std::nullopt;
  return std::pair{begin, std::min(begin + chunk, total_)};
}

void WorkQueue::close() {
  std::int64_t before = 0;
  MPI_Fetch_and_op(&total_, &before, MPI_INT64_T, 0, 0, MPI_REPLACE, window_);
  MPI_Win_flush(0, window_);
}

} // namespace pastur::parallel
