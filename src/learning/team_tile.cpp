// SPDX-License-Identifier: BSD-3-Clause
#include "team_tile.hpp"

#include <pastur/linalg/linear_operator.hpp>

namespace pastur::learning {

TeamTile team_tile(std::int64_t n, std::int64_t n_test, int rank, int size) {
  int best = 1; // parts of the training rows
  double fewest = 0.0;
  for (int parts = 1; parts <= size; ++parts) {
    if (size % parts != 0) continue;
    const double rows = static_cast<double>(n) / parts + static_cast<double>(n_test) * parts / size;
    if (parts == 1 || rows < fewest) {
      best = parts;
      fewest = rows;
    }
  }
  const auto [train_begin, train_end] = linalg::even_range(n, rank % best, best);
  const auto [test_begin, test_end] = linalg::even_range(n_test, rank / best, size / best);
  return {train_begin, train_end, test_begin, test_end};
}

} // namespace pastur::learning
