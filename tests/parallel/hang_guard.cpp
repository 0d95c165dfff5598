// SPDX-License-Identifier: BSD-3-Clause
// Ends of jobs are tested from outside, by apps/one_rank_fails.py.
#include <pastur/parallel/error.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

using namespace pastur;
using namespace pastur::parallel;

TEST(AllArrive, is_true_for_everyone_when_everyone_comes) {
  const Communicator world = Communicator::world();
  EXPECT_TRUE(all_arrive(world));
  EXPECT_TRUE(all_arrive(world, for_ever));
}

TEST(AllArrive, is_false_when_a_rank_is_late_and_leaves_blocking_calls_alone) {
  const Communicator world = Communicator::world();
  const Communicator own = world.split(0);
  if (world.rank() != 0) {
    EXPECT_FALSE(all_arrive(own, Seconds(0.05)));
  }
  world.barrier();
  EXPECT_EQ(world.sum(1.0), world.size());
  if (world.rank() == 0) {
    EXPECT_TRUE(all_arrive(own, for_ever));
  }
  world.barrier();
}

TEST(AllOrNone, what_one_rank_throws_at_the_end_is_thrown_everywhere) {
  const Communicator world = Communicator::world();
  const int culprit = world.size() - 1;
  const auto failing_with = [&](const auto& error) {
    all_or_none(world, [&] {
      world.barrier();
      if (world.rank() == culprit) throw error;
    });
  };
  try {
    failing_with(std::runtime_error("no room"));
    ADD_FAILURE() << "did not throw";
  } catch (const std::runtime_error& error) {
    const std::string who = world.size() == 1 ? "" : "rank " + std::to_string(culprit) + ": ";
    EXPECT_EQ(error.what(), who + "no room");
  }
  EXPECT_THROW(failing_with(InputError("bad")), InputError);
  EXPECT_THROW(failing_with(1), std::runtime_error);
  EXPECT_NO_THROW(all_or_none(world, [] {}));
}
