// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/work_queue.hpp>

#include <gtest/gtest.h>

#include <vector>

using namespace pastur::parallel;

TEST(WorkQueue, every_item_is_handed_out_exactly_once) {
  const Communicator world = Communicator::world();
  for (const std::int64_t total : {std::int64_t{0}, std::int64_t{1}, std::int64_t{7}, std::int64_t{1000}}) {
    std::vector<std::int64_t> taken(static_cast<std::size_t>(total), 0);
    {
      WorkQueue queue(world, total, world.size());
      while (const auto range = queue.take(64)) {
        for (std::int64_t item = range->first; item < range->second; ++item)
          ++taken[static_cast<std::size_t>(item)];
      }
    }
    world.sum(std::span<std::int64_t>(taken));
    for (const std::int64_t count : taken) EXPECT_EQ(count, 1);
  }
}

TEST(WorkQueue, chunks_shrink_to_one_and_respect_the_bound) {
  const Communicator world = Communicator::world();
  WorkQueue queue(world, 500, 1);
  std::int64_t last = 0;
  bool bounded = true;
  while (const auto range = queue.take(16)) {
    last = range->second - range->first;
    bounded = bounded && last >= 1 && last <= 16;
  }
  EXPECT_TRUE(bounded);
  if (world.size() == 1) {
    EXPECT_EQ(last, 1);
  }
}

TEST(WorkQueue, closing_on_one_rank_empties_it_for_all) {
  const Communicator world = Communicator::world();
  WorkQueue queue(world, 1'000'000, world.size());
  ASSERT_TRUE(queue.take(1).has_value());
  world.barrier();
  if (world.rank() == world.size() - 1) queue.close();
  world.barrier();
  EXPECT_FALSE(queue.take(1).has_value());
}
