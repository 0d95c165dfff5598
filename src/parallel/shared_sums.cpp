// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/shared_sums.hpp>

#include <algorithm>

namespace pastur::parallel {

SharedSums::SharedSums(const Communicator& comm, std::size_t size) : size_(size) {
  const MPI_Aint bytes = comm.rank() == 0 ? static_cast<MPI_Aint>(size * sizeof(double)) : 0;
  MPI_Win_allocate(bytes, sizeof(double), MPI_INFO_NULL, comm.get(), &sums_, &window_);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  if (comm.rank() == 0) {
    std::fill_n(sums_, size, 0.0);
    MPI_Win_sync(window_);
  }
  comm.barrier();
}

SharedSums::~SharedSums() {
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

void SharedSums::add(std::size_t offset, std::span<const double> values) {
  const int count = static_cast<int>(values.size());
  MPI_Accumulate(values.data(), count, MPI_DOUBLE, 0, static_cast<MPI_Aint>(offset), count, MPI_DOUBLE,
                 MPI_SUM, window_);
  MPI_Win_flush(0, window_);
}

double SharedSums::fetch_add(std::size_t entry, double value) {
  double before = 0.0;
  MPI_Fetch_and_op(&value, &before, MPI_DOUBLE, 0, static_cast<MPI_Aint>(entry), MPI_SUM, window_);
  MPI_Win_flush(0, window_);
  return before;
}

std::vector<double> SharedSums::read() const {
  std::vector<double> values(size_);
  const int count = static_cast<int>(size_);
  MPI_Get_accumulate(nullptr, 0, MPI_DOUBLE, values.data(), count, MPI_DOUBLE, 0, 0, count, MPI_DOUBLE,
                     MPI_NO_OP, window_);
  MPI_Win_flush(0, window_);
  return values;
}

} // namespace pastur::parallel
