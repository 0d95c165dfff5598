// SPDX-License-Identifier: BSD-3-Clause
#include "samples.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/store/reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pastur::store {
namespace {

using parallel::Communicator;
using testing::HasSubstr;

/// The message of the InputError that `call` throws; empty when it throws none.
template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Resume, sees_the_states_of_the_run_before) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  std::vector<DrawState> expected(24, DrawState::pending);
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    for (std::int64_t s = world.rank(); s < 24; s += 2 * world.size()) {
      DrawRecord record = samples::record(layout, s / 4, s % 4);
      if (s % 3 == 0)
        record = {.point = s / 4,
                  .draw = s % 4,
                  .state = DrawState::failed,
                  .reason = "no",
                  .seconds = 0.0,
                  .values = {}};
      store.commit({&record, 1});
    }
  }
  for (int rank = 0; rank < world.size(); ++rank) {
    for (std::size_t s = static_cast<std::size_t>(rank); s < 24;
         s += 2 * static_cast<std::size_t>(world.size())) {
      expected[s] = s % 3 == 0 ? DrawState::failed : DrawState::done;
    }
  }
  const Store store = Store::resume(world, scratch / "out.h5", layout);
  EXPECT_EQ(store.states(), expected);
  EXPECT_EQ(store.layout().study_file, layout.study_file);
}

TEST(Resume, another_identity_is_refused_and_the_file_left_alone) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  { Store store = Store::create(world, scratch / "out.h5", layout, false); }
  const std::string before = samples::file_bytes(scratch / "out.h5");
  layout.identity = "sample|8|N=5,10";
  EXPECT_THAT(refusal([&] { Store::resume(world, scratch / "out.h5", layout); }),
              HasSubstr("another study file"));
  EXPECT_TRUE(samples::file_bytes(scratch / "out.h5") == before);
  EXPECT_EQ(scratch.contents(), std::vector<std::string>{"out.h5"});
}

TEST(Resume, more_draws_need_a_new_file_and_fewer_do_not) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  { Store store = Store::create(world, scratch / "out.h5", layout, false); }
  layout.draws = 8;
  EXPECT_THAT(refusal([&] { Store::resume(world, scratch / "out.h5", layout); }), HasSubstr("merge"));
  layout.draws = 2;
  EXPECT_EQ(Store::resume(world, scratch / "out.h5", layout).layout().draws, 4);
}

TEST(Resume, other_contents_under_the_same_identity_are_refused) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout made = samples::grid();
  { Store store = Store::create(world, scratch / "out.h5", made, false); }
  Layout layout = made;
  layout.observables.pop_back();
  EXPECT_THAT(refusal([&] { Store::resume(world, scratch / "out.h5", layout); }),
              HasSubstr("other observables"));
  layout = made;
  layout.axes[0].values = std::vector<std::int64_t>{5, 11};
  EXPECT_THAT(refusal([&] { Store::resume(world, scratch / "out.h5", layout); }), HasSubstr("other points"));
  layout = made;
  layout.observables[0].long_name = "said in other words";
  EXPECT_EQ(refusal([&] { Store::resume(world, scratch / "out.h5", layout); }), "");
}

TEST(Resume, a_file_that_is_not_there_is_refused) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  EXPECT_THAT(refusal([&] { Store::resume(world, scratch / "out.h5", samples::grid()); }),
              HasSubstr("does not exist"));
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(Create, never_replaces_a_file_unasked) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  if (world.rank() == 0) samples::put_bytes(scratch / "out.h5", "my thesis");
  world.barrier();
  EXPECT_THAT(refusal([&] { Store::create(world, scratch / "out.h5", layout, false); }), HasSubstr("exists"));
  EXPECT_EQ(samples::file_bytes(scratch / "out.h5"), "my thesis");
  world.barrier();
  { Store store = Store::create(world, scratch / "out.h5", layout, true); }
  EXPECT_EQ(inspect(scratch / "out.h5").kind, FileKind::store);
  EXPECT_EQ(scratch.contents(), std::vector<std::string>{"out.h5"});
}

TEST(Create, overwriting_starts_from_nothing) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    const DrawRecord record = samples::record(layout, 0, 0);
    if (world.rank() == 0) store.commit({&record, 1});
  }
  Store store = Store::create(world, scratch / "out.h5", layout, true);
  EXPECT_EQ(store.states(), std::vector<DrawState>(24, DrawState::pending));
}

TEST(Create, a_missing_folder_and_a_folder_as_file_are_input_errors) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  EXPECT_THAT(refusal([&] { Store::create(world, scratch / "no/out.h5", samples::grid(), false); }),
              HasSubstr("does not exist"));
  EXPECT_THAT(refusal([&] { Store::create(world, scratch.folder(), samples::grid(), true); }),
              HasSubstr("not a regular file"));
  EXPECT_THAT(refusal([&] { Store::create(world, "", samples::grid(), true); }), HasSubstr("not the name"));
  EXPECT_TRUE(scratch.contents().empty());
}

TEST(Create, what_a_killed_creation_left_is_cleared_away) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  if (world.rank() == 0) samples::put_bytes(scratch / ".out.h5.creating.host.1.00000000", "half a file");
  world.barrier();
  { Store store = Store::create(world, scratch / "out.h5", samples::grid(), false); }
  EXPECT_EQ(scratch.contents(), std::vector<std::string>{"out.h5"});
}

TEST(Close, an_error_that_all_ranks_share_closes_the_file) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  const auto fails = [&] {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    throw InputError("stop");
  };
  EXPECT_THAT(refusal(fails), HasSubstr("stop"));
  EXPECT_EQ(Store::resume(world, scratch / "out.h5", layout).states().size(), 24u);
}

TEST(Close, an_error_of_one_rank_alone_does_not_hang_it) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  if (world.size() == 1) GTEST_SKIP() << "needs two ranks";
  std::unique_ptr<Store> store =
      std::make_unique<Store>(Store::create(world, scratch / "out.h5", layout, false));
  const DrawRecord record = samples::record(layout, 0, 0);
  if (world.rank() == 0) store->commit({&record, 1});
  if (world.rank() == 1) {
    const auto fails = [&] {
      const std::unique_ptr<Store> mine = std::move(store);
      throw InputError("only here");
    };
    EXPECT_THAT(refusal(fails), HasSubstr("only here"));
  } else {
    // The others never close it: their program would be ended by the one that failed. Reachable, so no leak.
    static std::vector<std::unique_ptr<Store>>& left_open = *new std::vector<std::unique_ptr<Store>>;
    left_open.push_back(std::move(store));
  }
  world.barrier();
  EXPECT_EQ(Reader(scratch / "out.h5").states()[0], DrawState::done);
}

} // namespace
} // namespace pastur::store
