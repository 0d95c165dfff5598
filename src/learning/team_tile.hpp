// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace pastur::learning {

/// One rank's rectangle of a test-by-train kernel, split over a team as an array of tiles.
struct TeamTile {
  std::int64_t train_begin, train_end, test_begin, test_end;
};

/// Rank `rank`'s tile when n x n_test is split so that the rows a rank must generate (n / a + n_test / b, a b
/// = size) are fewest.
TeamTile team_tile(std::int64_t n, std::int64_t n_test, int rank, int size);

} // namespace pastur::learning
