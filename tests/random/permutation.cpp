// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace pastur::random {
namespace {

TEST(Permutation, every_number_appears_once) {
  for (const std::int64_t size : {0, 1, 2, 3, 10, 1000, 100003}) {
    std::vector<std::int64_t> order = permutation(Streams("bijection").stream("order"), size);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(static_cast<std::int64_t>(order.size()), size);
    for (std::int64_t i = 0; i < size; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  }
}

TEST(Permutation, a_part_is_the_beginning_of_the_whole) {
  const Stream stream = Streams("prefix").stream("order");
  for (const std::int64_t size : {1, 7, 64, 5000}) {
    const std::vector<std::int64_t> whole = permutation(stream, size);
    for (const std::int64_t count :
         {std::int64_t{0}, std::int64_t{1}, size / 5, size / 4, size / 3, size - 1}) {
      const std::vector<std::int64_t> part = permutation(stream, size, count);
      ASSERT_EQ(static_cast<std::int64_t>(part.size()), count);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin())) << size << " " << count;
    }
  }
}

TEST(Permutation, a_few_entries_of_a_huge_set_cost_little_and_are_distinct) {
  const std::int64_t size = std::int64_t{1} << 60;
  const std::vector<std::int64_t> order = permutation(Streams("huge").stream("order"), size, 10000);
  EXPECT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 10000U);
  double mean = 0.0;
  for (const std::int64_t value : order) {
    ASSERT_TRUE(value >= 0 && value < size);
    mean += static_cast<double>(value) / static_cast<double>(size) / 10000.0;
  }
  EXPECT_LT(std::abs(mean - 0.5) * std::sqrt(12.0 * 10000.0), 4.0);
}

TEST(Permutation, all_orders_of_four_are_equally_likely) {
  constexpr int draws = 48000;
  std::map<std::vector<std::int64_t>, int> counts;
  for (int draw = 0; draw < draws; ++draw)
    ++counts[permutation(Streams("draw " + std::to_string(draw)).stream("order"), 4)];
  ASSERT_EQ(counts.size(), 24U);
  double chi_square = 0.0;
  for (const auto& [order, count] : counts) chi_square += std::pow(count - draws / 24.0, 2) / (draws / 24.0);
  EXPECT_LT((chi_square - 23.0) / std::sqrt(2.0 * 23.0), 4.0);
  EXPECT_GT((chi_square - 23.0) / std::sqrt(2.0 * 23.0), -3.0);
}

TEST(Permutation, every_place_is_equally_likely_for_every_number) {
  constexpr int draws = 20000;
  constexpr std::size_t size = 30;
  std::vector<double> counts(size * size, 0.0);
  for (int draw = 0; draw < draws; ++draw) {
    const std::vector<std::int64_t> order =
        permutation(Streams("place " + std::to_string(draw)).stream("order"), size);
    for (std::size_t i = 0; i < size; ++i) counts[i + size * static_cast<std::size_t>(order[i])] += 1.0;
  }
  const double expected = draws / static_cast<double>(size);
  double chi_square = 0.0;
  for (const double count : counts) chi_square += (count - expected) * (count - expected) / expected;
  // Doubly stochastic: (size - 1)^2 degrees of freedom after scaling by (size - 1) / size.
  const double freedom = (size - 1.0) * (size - 1.0);
  const double statistic = chi_square * (size - 1.0) / size;
  EXPECT_LT(std::abs(statistic - freedom) / std::sqrt(2.0 * freedom), 4.0);
}

TEST(Permutation, impossible_counts_are_refused) {
  const Stream stream{};
  EXPECT_THROW(permutation(stream, 3, 4), std::out_of_range);
  EXPECT_THROW(permutation(stream, 3, -1), std::out_of_range);
  EXPECT_THROW(permutation(stream, -1), std::out_of_range);
}

} // namespace
} // namespace pastur::random
