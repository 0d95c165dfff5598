// SPDX-License-Identifier: BSD-3-Clause
// Damage of each kind in a finished run: what the readers say, what they leave out, and what the next run
// mends.
#include "finished_run.hpp"

#include <pastur/parallel/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pastur::store {
namespace {

using parallel::Communicator;
using samples::FinishedRun;
using Draws = std::vector<std::pair<std::int64_t, std::int64_t>>;
using Points = std::vector<std::int64_t>;

class Damage : public testing::Test {
protected:
  void flip_in(const std::string& dataset, std::uint64_t byte) {
    samples::flip_byte(run_.path(), run_.place(dataset).offset + byte);
  }
  /// The reader and the runner refuse the file, with a reason, and leave its bytes as they are.
  void expect_refused(const std::string& what) {
    const std::string before = samples::file_bytes(run_.path());
    EXPECT_NE(inspect(run_.path()).kind, FileKind::store) << what;
    EXPECT_THAT(inspect(run_.path()).message, testing::HasSubstr(run_.path().string())) << what;
    EXPECT_THROW(Reader{run_.path()}, InputError) << what;
    EXPECT_THROW(run_.take_missing_draws(), InputError) << what;
    EXPECT_TRUE(samples::file_bytes(run_.path()) == before) << what;
  }
  /// The next run gives back every number of the undamaged file.
  void expect_mended(const std::string& what) {
    EXPECT_EQ(run_.take_missing_draws(), run::ExitCode::complete) << what;
    EXPECT_TRUE(run_.has_all_values(run_.path())) << what;
    EXPECT_EQ(FinishedRun::table_of(run_.path()), run_.table()) << what;
    EXPECT_TRUE(Reader(run_.path()).damaged().empty()) << what;
  }

  const Communicator world_ = Communicator::world();
  const samples::Scratch scratch_{world_};
  const FinishedRun run_{world_, scratch_ / "out.h5"};
};

TEST_F(Damage, of_a_draw_is_named_left_out_and_mended) {
  // Draw 2 of point 1: slot 6; bytes of one slot in each dataset.
  const std::map<std::string, std::uint64_t> widths{
      {"sample_mean", 8}, {"test_error", 16}, {"sorted", 64},   {"spread", 8},
      {checksum_path, 8}, {reason_path, 256}, {seconds_path, 8}};
  for (const auto& [name, width] : widths) {
    ASSERT_EQ(run_.place(name).bytes, 8 * width) << name;
    run_.restore();
    flip_in(name, 6 * width + width / 2);
    {
      const Reader reader(run_.path()); // closed before the run: one process, one view of a file
      EXPECT_EQ(reader.damaged(), (Draws{{1, 2}})) << name;
      EXPECT_EQ(reader.states()[6], DrawState::pending) << name;
      EXPECT_TRUE(run_.shows_the_truth(reader)) << name;
    }
    EXPECT_NE(FinishedRun::table_of(run_.path()), run_.table()) << name << ": the draw still counts";
    expect_mended(name);
  }
}

TEST_F(Damage, of_a_state_byte_changes_nothing_as_the_checksum_knows_the_state) {
  for (const char byte : {'\0', '\2', '\x4d'}) {
    std::string bytes = run_.bytes();
    bytes[run_.place(state_path).offset + 6] = byte;
    samples::put_bytes(run_.path(), bytes);
    const Reader reader(run_.path());
    EXPECT_TRUE(reader.damaged().empty());
    EXPECT_EQ(reader.states()[6], DrawState::done);
    EXPECT_TRUE(run_.shows_the_truth(reader));
    EXPECT_EQ(FinishedRun::table_of(run_.path()), run_.table());
  }
}

TEST_F(Damage, of_theory_is_named_left_out_and_mended) {
  for (const char* name : {"test_error_theory", "shrinkage", theory_checksum_path}) {
    run_.restore();
    const std::uint64_t width = run_.place(name).bytes / FinishedRun::points;
    flip_in(name, width + 3);
    EXPECT_EQ(Reader(run_.path()).damaged_theory(false), (Points{1})) << name;
    EXPECT_TRUE(std::isnan(Reader(run_.path()).theory("test_error_theory")[2])) << name;
    EXPECT_FALSE(std::isnan(Reader(run_.path()).theory("test_error_theory")[1])) << name;
    EXPECT_TRUE(Reader(run_.path()).damaged().empty()) << name;
    EXPECT_TRUE(run_.shows_the_truth(Reader(run_.path()))) << name;
    expect_mended(name);
    EXPECT_TRUE(Reader(run_.path()).damaged_theory(false).empty()) << name;
  }
}

TEST_F(Damage, of_theory_on_the_finer_grid_is_named_left_out_and_mended) {
  flip_in("theory/mean_variance", 2 * 8);
  EXPECT_EQ(Reader(run_.path()).damaged_theory(true), (Points{2}));
  EXPECT_TRUE(std::isnan(Reader(run_.path()).theory("mean_variance", true)[2]));
  EXPECT_EQ(FinishedRun::table_of(run_.path()), run_.table());
  expect_mended("theory/mean_variance");
  EXPECT_TRUE(Reader(run_.path()).damaged_theory(true).empty());
}

TEST_F(Damage, of_a_record_is_named_and_hides_no_other) {
  run_.take_missing_draws();
  flip_in(provenance_path, 20);
  EXPECT_EQ(Reader(run_.path()).damaged_provenance(), (Points{0}));
  EXPECT_EQ(Reader(run_.path()).provenance().size(), 2u);
  EXPECT_THAT(Reader(run_.path()).provenance()[0], testing::HasSubstr("damaged"));
  EXPECT_THAT(Reader(run_.path()).provenance()[1], testing::HasSubstr("hosts"));
  EXPECT_EQ(FinishedRun::table_of(run_.path()), run_.table());
}

TEST_F(Damage, of_anything_outside_the_slots_is_refused) {
  const auto place_of = [&](const std::string& text) { return run_.bytes().find(text); };
  // HDF5's own structures, an attribute's text, a coordinate, the layout, padding.
  std::uint64_t coordinate = 0;
  {
    const OpenedFile opened = open_file(run_.path());
    const Handle dataset(H5Dopen2(opened.file.get(), "ridge", H5P_DEFAULT));
    coordinate = H5Dget_offset(dataset.get());
  }
  const std::map<std::string, std::uint64_t> places{
      {"superblock", 20},
      {"group", place_of("OHDR") + 10},
      {"attribute", place_of("largest less smallest")},
      {"paper", place_of("Nobody, The shrunken mean")},
      {"study file", place_of("seed = 3")},
      {"coordinate", coordinate},
      {"layout", place_of("\"common_random_numbers\"")},
      {"metadata checksum", run_.place(metadata_checksum_path).offset},
      {"end", run_.bytes().size() - 1}};
  const auto in_a_slot = [&](std::uint64_t at) {
    const SlotRegion& last = run_.place(provenance_path);
    return at >= last.offset && at < last.offset + last.bytes;
  };
  for (const auto& [name, offset] : places) {
    ASSERT_LT(offset, run_.bytes().size()) << name;
    if (in_a_slot(offset)) continue;
    run_.restore();
    samples::flip_byte(run_.path(), offset);
    expect_refused(name);
  }
}

TEST_F(Damage, of_the_length_is_refused) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{48}, std::size_t{4096}, std::size_t{30'000},
        std::size_t{65'536}, run_.bytes().size() / 2, run_.bytes().size() - 1}) {
    samples::put_bytes(run_.path(), run_.bytes().substr(0, size));
    expect_refused("cut to " + std::to_string(size));
  }
  samples::put_bytes(run_.path(), run_.bytes() + std::string(100, '\0'));
  expect_refused("longer");
}

TEST_F(Damage, of_a_pending_slot_is_harmless) {
  // A store whose draws were never taken: no byte of a slot counts.
  const std::filesystem::path fresh = scratch_ / "fresh.h5";
  { Store store = Store::create(world_, fresh, samples::grid(), false); }
  const OpenedFile opened = open_file(fresh);
  for (const SlotRegion& region : slot_regions(opened.file.get(), opened.layout)) {
    if (region.name == metadata_checksum_path || region.name.starts_with("provenance/")) continue;
    samples::flip_byte(fresh, region.offset + region.bytes / 2);
  }
  const Reader reader(fresh);
  EXPECT_EQ(reader.states(), std::vector<DrawState>(24, DrawState::pending));
  for (const double value : reader.theory("kernel_tail")) EXPECT_TRUE(std::isnan(value));
}

} // namespace
} // namespace pastur::store
