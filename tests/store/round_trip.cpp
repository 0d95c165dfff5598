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

/// Rank r commits every slot s with s % size == r, all at once.
void commit_everything(Store& store, const Communicator& world) {
  const Layout& layout = store.layout();
  std::vector<DrawRecord> mine;
  for (std::int64_t p = 0; p < layout.points(); ++p) {
    for (std::int64_t d = 0; d < layout.draws; ++d) {
      if ((p * layout.draws + d) % world.size() == world.rank())
        mine.push_back(samples::record(layout, p, d));
    }
  }
  store.commit(mine);
  world.barrier();
}

void expect_everything_there(const std::filesystem::path& path, const Layout& layout) {
  const Reader reader(path);
  const std::size_t slots = static_cast<std::size_t>(layout.points() * layout.draws);
  EXPECT_EQ(reader.states(), std::vector<DrawState>(slots, DrawState::done));
  EXPECT_TRUE(reader.damaged().empty());
  for (std::size_t o = 0; o < layout.observables.size(); ++o) {
    const std::vector<double> values = reader.observable(layout.observables[o].name);
    const std::size_t own = static_cast<std::size_t>(layout.own_size(layout.observables[o]));
    ASSERT_EQ(values.size(), slots * own);
    for (std::size_t s = 0; s < slots; ++s) {
      const auto point = static_cast<std::int64_t>(s) / layout.draws;
      const auto draw = static_cast<std::int64_t>(s) % layout.draws;
      for (std::size_t k = 0; k < own; ++k)
        EXPECT_EQ(values[s * own + k], samples::value_at(point, draw, o, k));
    }
  }
  EXPECT_EQ(reader.seconds()[static_cast<std::size_t>(layout.draws - 1)],
            0.5 + static_cast<double>(layout.draws - 1));
}

void round_trip(const Layout& layout) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    commit_everything(store, world);
    const std::int64_t last = layout.points() - 1;
    EXPECT_EQ(store.read(0, last, layout.draws - 1),
              samples::record(layout, last, layout.draws - 1).values[0]);
  }
  expect_everything_there(scratch / "out.h5", layout);
  EXPECT_EQ(scratch.contents(), std::vector<std::string>{"out.h5"});
}

TEST(RoundTrip, a_grid_is_read_back_as_committed) {
  round_trip(samples::grid());
}
TEST(RoundTrip, a_zip_is_read_back_as_committed) {
  round_trip(samples::zip());
}
TEST(RoundTrip, a_store_without_axes_or_dimensions_is_read_back_as_committed) {
  round_trip(samples::smallest());
}

TEST(RoundTrip, the_layout_comes_back_exactly) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  const double awkward = 0.1 + 0.2;
  layout.dimensions[0].values = std::vector<double>{awkward, std::numeric_limits<double>::infinity(), 1e-300};
  layout.study_file = std::string(200'000, '#') + "\nµ = \"quoted\"\n";
  layout.common_random_numbers = true;
  { Store store = Store::create(world, scratch / "out.h5", layout, false); }
  const Reader reader(scratch / "out.h5");
  const Layout& read = reader.layout();
  EXPECT_EQ(read.dimensions[0].values, layout.dimensions[0].values);
  EXPECT_EQ(read.axes[0].values, layout.axes[0].values);
  EXPECT_EQ(read.axes[1].values, layout.axes[1].values);
  EXPECT_EQ(read.theory_axes[0].values, layout.theory_axes[0].values);
  EXPECT_EQ(read.study_file, layout.study_file);
  EXPECT_EQ(read.paper, layout.paper);
  EXPECT_EQ(read.identity, layout.identity);
  EXPECT_EQ(read.seed, 7);
  EXPECT_EQ(read.draws, 4);
  EXPECT_TRUE(read.common_random_numbers);
  EXPECT_EQ(read.observables[1].summary, "median");
  EXPECT_EQ(read.theory[0].theory_of, "test_error");
}

TEST(RoundTrip, a_fresh_store_is_pending_and_nan) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  Store store = Store::create(world, scratch / "out.h5", layout, false);
  EXPECT_EQ(store.states(), std::vector<DrawState>(24, DrawState::pending));
  const Reader reader(scratch / "out.h5");
  const std::vector<double> errors = reader.observable("test_error");
  EXPECT_EQ(errors.size(), 24u * 3u);
  EXPECT_TRUE(std::all_of(errors.begin(), errors.end(), [](double x) { return std::isnan(x); }));
  const std::vector<double> fine = reader.theory("test_error_theory", true);
  EXPECT_EQ(fine.size(), 5u * 3u);
  EXPECT_TRUE(std::all_of(fine.begin(), fine.end(), [](double x) { return std::isnan(x); }));
}

TEST(RoundTrip, theory_goes_to_its_point_and_its_grid) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  {
    Store store = Store::create(world, scratch / "out.h5", layout, false);
    const std::vector<std::vector<double>> coarse{{1.0, 2.0, 3.0}, {4.0}};
    const std::vector<std::vector<double>> fine{{5.0, 6.0, 7.0}, {8.0}};
    if (world.rank() == world.size() - 1) {
      store.write_theory(4, coarse, false);
      store.write_theory(3, fine, true);
    }
    const std::vector<std::vector<double>> short_one{{1.0}, {4.0}};
    EXPECT_THROW(store.write_theory(0, short_one, false), std::invalid_argument);
    EXPECT_THROW(store.write_theory(6, coarse, false), std::invalid_argument);
  }
  const Reader reader(scratch / "out.h5");
  const std::vector<double> coarse = reader.theory("test_error_theory");
  ASSERT_EQ(coarse.size(), 6u * 3u);
  EXPECT_EQ(std::vector<double>(coarse.begin() + 12, coarse.begin() + 15),
            (std::vector<double>{1.0, 2.0, 3.0}));
  EXPECT_EQ(std::count_if(coarse.begin(), coarse.end(), [](double x) { return std::isnan(x); }), 15);
  EXPECT_EQ(reader.theory("kernel_tail")[4], 4.0);
  EXPECT_EQ(reader.theory("test_error_theory", true)[3 * 3 + 2], 7.0);
  EXPECT_EQ(reader.theory("kernel_tail", true)[3], 8.0);
  EXPECT_THROW(reader.theory("no_such"), std::out_of_range);
  EXPECT_THROW(reader.observable("no_such"), std::out_of_range);
}

TEST(RoundTrip, a_failed_draw_keeps_its_reason_and_can_be_retried) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  Store store = Store::create(world, scratch / "out.h5", layout, false);
  // Two-byte characters at odd offsets: the cut at 256 bytes may not split one.
  std::string reason = "a";
  for (int k = 0; k < 200; ++k) reason += "é";
  if (world.rank() == 0) {
    DrawRecord failed{
        .point = 1, .draw = 2, .state = DrawState::failed, .reason = reason, .seconds = 3.0, .values = {}};
    store.commit({&failed, 1});
  }
  EXPECT_EQ(store.states()[6], DrawState::failed);
  {
    const Reader reader(scratch / "out.h5");
    EXPECT_EQ(reader.reasons()[6], reason.substr(0, 255));
    EXPECT_TRUE(std::isnan(reader.observable("lambda_min")[6]));
    EXPECT_EQ(reader.seconds()[6], 3.0);
  }
  world.barrier();
  if (world.rank() == 0) {
    const DrawRecord retried = samples::record(layout, 1, 2);
    store.commit({&retried, 1});
  }
  EXPECT_EQ(store.states()[6], DrawState::done);
  const Reader reader(scratch / "out.h5");
  EXPECT_EQ(reader.reasons()[6], "");
  EXPECT_EQ(reader.observable("lambda_min")[6], samples::value_at(1, 2, 1, 0));
}

TEST(RoundTrip, a_record_that_does_not_fit_writes_nothing) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  const Layout layout = samples::grid();
  Store store = Store::create(world, scratch / "out.h5", layout, false);
  std::vector<DrawRecord> records{samples::record(layout, 0, 0), samples::record(layout, 0, 1)};
  records[1].values[0].pop_back();
  EXPECT_THROW(store.commit(records), std::invalid_argument);
  records[1] = samples::record(layout, 6, 0);
  EXPECT_THROW(store.commit(records), std::invalid_argument);
  records[1] = samples::record(layout, 0, 4);
  EXPECT_THROW(store.commit(records), std::invalid_argument);
  EXPECT_EQ(store.states(), std::vector<DrawState>(24, DrawState::pending));
}

TEST(RoundTrip, a_store_with_too_many_slots_or_a_name_twice_is_refused_before_anything_is_written) {
  const Communicator world = Communicator::world();
  const samples::Scratch scratch(world);
  Layout layout = samples::grid();
  layout.draws = std::int64_t{1} << 31;
  EXPECT_THROW(Store::create(world, scratch / "out.h5", layout, false), InputError);
  layout = samples::grid();
  layout.observables[1].name = "ridge";
  EXPECT_THROW(Store::create(world, scratch / "out.h5", layout, false), std::runtime_error);
  layout = samples::grid();
  layout.observables[0].dimensions = {"no_such_dimension"};
  EXPECT_THROW(Store::create(world, scratch / "out.h5", layout, false), std::runtime_error);
  EXPECT_TRUE(scratch.contents().empty());
}

} // namespace
} // namespace pastur::store
