// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/communicator.hpp>

#include <gtest/gtest.h>

#include <numeric>

using namespace pastur;
using parallel::Communicator;

TEST(Communicator, gathers_and_sums_in_rank_order) {
  const Communicator world = Communicator::world();
  // Rank r contributes r + 1 values, so that counts differ.
  std::vector<double> mine(static_cast<std::size_t>(world.rank()) + 1, world.rank());
  const std::vector<double> all = world.all_gather(mine);
  std::size_t at = 0;
  for (int r = 0; r < world.size(); ++r) {
    for (int k = 0; k <= r; ++k) EXPECT_EQ(all[at++], r);
  }
  EXPECT_EQ(at, all.size());
  EXPECT_EQ(world.sum(static_cast<double>(world.rank())), world.size() * (world.size() - 1) / 2.0);
  EXPECT_EQ(world.max(world.rank()), world.size() - 1);
  EXPECT_EQ(world.min(world.rank()), 0.0);
}

TEST(Communicator, texts_of_different_lengths_survive) {
  const Communicator world = Communicator::world();
  const std::vector<std::string> all =
      world.all_gather(std::string(static_cast<std::size_t>(3 * world.rank()), 'x'));
  for (int r = 0; r < world.size(); ++r)
    EXPECT_EQ(all[static_cast<std::size_t>(r)].size(), static_cast<std::size_t>(3 * r));
  std::string text = world.rank() == 0 ? "from the root" : "";
  world.broadcast(text);
  EXPECT_EQ(text, "from the root");
}

TEST(Communicator, teams_are_consecutive_and_the_last_may_be_smaller) {
  const Communicator world = Communicator::world();
  const Communicator team = world.split_into_teams(2);
  const bool last_alone = world.size() % 2 == 1 && world.rank() == world.size() - 1;
  EXPECT_EQ(team.size(), last_alone ? 1 : std::min(2, world.size()));
  EXPECT_EQ(team.rank(), world.rank() % 2);
}

TEST(Communicator, moving_leaves_one_owner) {
  Communicator first = Communicator::world();
  Communicator second = std::move(first);
  EXPECT_EQ(first.get(), MPI_COMM_NULL);
  EXPECT_NE(second.get(), MPI_COMM_NULL);
  first = std::move(second);
  EXPECT_NE(first.get(), MPI_COMM_NULL);
}

TEST(Agree, a_failure_of_one_rank_throws_everywhere_with_its_rank_and_message) {
  const Communicator world = Communicator::world();
  const int culprit = world.size() - 1;
  try {
    parallel::agree(world, world.rank() != culprit, "no room");
    ADD_FAILURE() << "did not throw";
  } catch (const std::runtime_error& error) {
    const std::string expected =
        world.size() == 1 ? "no room" : "rank " + std::to_string(culprit) + ": no room";
    EXPECT_EQ(std::string(error.what()), expected);
  }
  EXPECT_NO_THROW(parallel::agree(world, true, "never"));
}

TEST(Agree, input_errors_stay_input_errors_and_equal_messages_come_once) {
  const Communicator world = Communicator::world();
  try {
    parallel::agree(world, [] { throw InputError("file not found"); });
    ADD_FAILURE() << "did not throw";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "file not found");
  }
  // One real failure among input errors makes it a failure.
  EXPECT_THROW(parallel::agree(world,
                               [&] {
                                 if (world.rank() == 0) throw std::runtime_error("broken");
                                 throw InputError("bad");
                               }),
               std::runtime_error);
}
