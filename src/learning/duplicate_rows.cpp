// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/data_set.hpp>
#include <pastur/linalg/linear_operator.hpp>

#include <algorithm>
#include <bit>
#include <numeric>

namespace pastur::learning {

namespace {

/// A 64-bit hash of a row's values; -0 and 0 hash alike.
std::int64_t hash_of(std::span<const double> row) {
  std::uint64_t hash = 0x243F6A8885A308D3ULL;
  for (const double value : row) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value + 0.0)) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 32U;
  }
  return std::bit_cast<std::int64_t>(hash);
}

} // namespace

void count_duplicates(const parallel::Communicator& comm, DataSet& data) {
  const auto [begin, end] = linalg::even_range(data.rows, comm.rank(), comm.size());
  std::vector<std::int64_t> mine;
  mine.reserve(static_cast<std::size_t>(end - begin));
  for (std::int64_t i = begin; i < end; ++i) mine.push_back(hash_of(data.row(i)));
  const std::vector<std::int64_t> hashes = comm.all_gather(std::span<const std::int64_t>(mine));

  std::vector<std::int64_t> order(hashes.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto hash = [&](std::int64_t i) { return hashes[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return hash(a) != hash(b) ? hash(a) < hash(b) : a < b; });

  data.duplicate_rows = 0;
  data.first_duplicate = data.duplicate_of = -1;
  std::vector<std::int64_t> distinct; // rows of the current hash that differ from each other
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || hash(order[k]) != hash(order[k - 1])) distinct.clear();
    const std::span<const double> row = data.row(order[k]);
    const auto equal = std::find_if(distinct.begin(), distinct.end(),
                                    [&](std::int64_t i) { return std::ranges::equal(data.row(i), row); });
    if (equal == distinct.end()) {
      distinct.push_back(order[k]);
      continue;
    }
    ++data.duplicate_rows;
    if (data.first_duplicate < 0 || order[k] < data.first_duplicate) {
      data.first_duplicate = order[k];
      data.duplicate_of = *equal;
    }
  }
}

} // namespace pastur::learning
