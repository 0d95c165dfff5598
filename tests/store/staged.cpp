// SPDX-License-Identifier: BSD-3-Clause
#include "samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pastur::store {
namespace {

using parallel::Communicator;
using testing::ElementsAre;

TEST(Staged, a_store_has_its_name_only_once_it_is_published) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  {
    Store store = Store::stage(world, scratch / "out.h5", layout, false);
    if (world.rank() == 0) store.commit(std::vector{samples::record(layout, 1, 2)});
    world.barrier();
    EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5"));
    store.publish();
    EXPECT_TRUE(std::filesystem::exists(scratch / "out.h5"));
    // A published store is a store like any other.
    if (world.rank() == 0) store.commit(std::vector{samples::record(layout, 5, 3)});
    world.barrier();
  }
  const Reader reader(scratch / "out.h5");
  EXPECT_EQ(reader.states()[6], DrawState::done);
  EXPECT_EQ(reader.states()[23], DrawState::done);
  EXPECT_THAT(scratch.contents(), ElementsAre("out.h5"));
}

TEST(Staged, a_store_that_is_dropped_leaves_the_folder_as_it_was) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  { const Store old = Store::create(world, scratch / "out.h5", samples::grid(), false); }
  const std::string bytes = samples::file_bytes(scratch / "out.h5");
  { const Store dropped = Store::stage(world, scratch / "out.h5", samples::zip(), true); }
  EXPECT_THAT(scratch.contents(), ElementsAre("out.h5"));
  EXPECT_TRUE(bytes == samples::file_bytes(scratch / "out.h5"));
  EXPECT_THROW(Store::stage(world, scratch / "out.h5", samples::zip(), false), InputError);
}

TEST(Staged, a_store_replaces_another_only_when_it_may) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  {
    Store late = Store::stage(world, scratch / "out.h5", samples::zip(), false);
    if (world.rank() == 0) samples::put_bytes(scratch / "out.h5", "somebody else's");
    world.barrier();
    EXPECT_THROW(late.publish(), InputError);
  }
  EXPECT_EQ(samples::file_bytes(scratch / "out.h5"), "somebody else's");
  {
    Store store = Store::stage(world, scratch / "out.h5", samples::zip(), true);
    store.publish();
  }
  EXPECT_EQ(Reader(scratch / "out.h5").layout().identity, samples::zip().identity);
  EXPECT_THAT(scratch.contents(), ElementsAre("out.h5"));
}

TEST(Records, are_the_committed_slots_and_the_damaged_ones_without_values) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  layout.draws = 400; // farther apart than one read bridges
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    if (world.rank() == 0) {
      store.commit(std::vector{samples::record(layout, 2, 0), samples::record(layout, 2, 3),
                               samples::record(layout, 2, 399), samples::record(layout, 3, 1)});
      const DrawRecord failed{
          .point = 2, .draw = 200, .state = DrawState::failed, .reason = "no", .seconds = 2, .values = {}};
      store.commit(std::vector{failed});
    }
  }
  if (world.rank() == 0) {
    const double marked = samples::value_at(2, 3, 0, 1);
    const std::string bytes(reinterpret_cast<const char*>(&marked), sizeof(marked));
    samples::flip_byte(scratch / "out.h5", samples::file_bytes(scratch / "out.h5").find(bytes));
  }
  world.barrier();
  const std::vector<DrawRecord> records = Reader(scratch / "out.h5").records(2, 0, 400);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].values, samples::record(layout, 2, 0).values);
  EXPECT_EQ(records[1].draw, 3);
  EXPECT_EQ(records[1].state, DrawState::pending);
  EXPECT_TRUE(records[1].values.empty());
  EXPECT_EQ(records[2].reason, "no");
  EXPECT_EQ(records[3].draw, 399);
  EXPECT_EQ(records[3].seconds, samples::record(layout, 2, 399).seconds);
  EXPECT_TRUE(Reader(scratch / "out.h5").records(2, 4, 100).empty());
}

} // namespace
} // namespace pastur::store
