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

} // namespace pastur::linalg
