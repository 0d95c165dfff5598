// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/linalg/linear_operator.hpp>

#include <algorithm>

namespace pastur::linalg {

std::pair<std::int64_t, std::int64_t> even_range(std::int64_t n, int rank, int size) {
  const std::int64_t share = n / size;
  const std::int64_t larger = n % size;
  const std::int64_t first = rank * share + std::min<std::int64_t>(rank, larger);
  return {first, first + share + (rank < larger ? 1 : 0)};
}

void LinearOperator::multiply(std::span<const double> x, std::span<double> y, std::int64_t columns) const {
  if (columns > 1 && apply_block) {
    apply_block(x, y, columns);
    return;
  }
  const auto rows = static_cast<std::size_t>(local_size);
  for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j)
    apply(x.subspan(j * rows, rows), y.subspan(j * rows, rows));
}

LinearOperator on_whole_vectors(const parallel::Communicator& comm, std::int64_t n,
                                std::function<void(std::span<double>)> multiply) {
  const auto range = even_range(n, comm.rank(), comm.size());
  return {comm, n, range.second - range.first,
          [&comm, range, multiply = std::move(multiply)](std::span<const double> x, std::span<double> y) {
            std::vector<double> whole = comm.all_gather(x);
            multiply(whole);
            std::copy(whole.begin() + range.first, whole.begin() + range.second, y.begin());
          }};
}

} // namespace pastur::linalg
