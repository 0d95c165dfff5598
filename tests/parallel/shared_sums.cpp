// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/shared_sums.hpp>

#include <gtest/gtest.h>

#include <array>

using namespace pastur::parallel;

TEST(SharedSums, additions_of_all_ranks_are_counted_once_each) {
  const Communicator world = Communicator::world();
  SharedSums sums(world, 5);
  for (int k = 0; k < 100; ++k) sums.add(1, std::array{1.0, static_cast<double>(world.rank()), 0.5});
  world.barrier();
  const std::vector<double> total = sums.read();
  const double size = world.size();
  EXPECT_EQ(total,
            (std::vector<double>{0.0, 100.0 * size, 100.0 * size * (size - 1.0) / 2.0, 50.0 * size, 0.0}));
}

TEST(SharedSums, fetch_add_gives_every_rank_another_place) {
  const Communicator world = Communicator::world();
  SharedSums sums(world, 2);
  const double mine = sums.fetch_add(1, 1.0);
  world.barrier();
  EXPECT_EQ(sums.read(), (std::vector<double>{0.0, static_cast<double>(world.size())}));
  const double size = world.size();
  EXPECT_EQ(world.sum(mine), size * (size - 1.0) / 2.0);
  EXPECT_EQ(world.max(mine), size - 1.0);
}
