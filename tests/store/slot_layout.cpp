// SPDX-License-Identifier: BSD-3-Clause
// What stands where in the file: torn and swapped slots, and metadata that no run changes.
#include "../../src/store/open_file.hpp"
#include "../../src/store/schema.hpp"
#include "../../src/store/slot_dataset.hpp"
#include "samples.hpp"

#include <pastur/store/reader.hpp>

#include <gtest/gtest.h>

#include <map>

namespace pastur::store {
namespace {

using parallel::Communicator;

struct Extent {
  std::uint64_t offset, bytes;
};

std::map<std::string, Extent> extents(const std::filesystem::path& path) {
  const OpenedFile opened = open_file(path);
  std::map<std::string, Extent> found;
  for (const SlotDatasetPlan& plan : slot_datasets(opened.layout)) {
    const SlotDataset dataset(opened.file.get(), plan);
    found[plan.path] = {dataset.offset(), dataset.bytes()};
  }
  return found;
}

class SlotLayout : public testing::Test {
protected:
  void fill() {
    Store store = Store::create(world_, path_, layout_, false);
    std::vector<DrawRecord> records;
    for (std::int64_t s = 0; s < 24; ++s) records.push_back(samples::record(layout_, s / 4, s % 4));
    store.commit(records);
  }
  const Communicator world_ = Communicator::world();
  const samples::Scratch scratch_{world_};
  const std::filesystem::path path_ = scratch_ / "out.h5";
  const Layout layout_ = samples::grid();
};

TEST_F(SlotLayout, a_flipped_byte_of_a_slot_makes_the_draw_pending_unless_the_checksum_proves_it) {
  fill();
  const auto places = extents(path_);
  // Slot 7 (point 1, draw 3) and the bytes a slot takes in each dataset.
  const std::map<std::string, std::uint64_t> widths{{"test_error", 24},
                                                    {"lambda_min", 8},
                                                    {"slots/checksum", 8},
                                                    {"slots/reason", 256},
                                                    {"slots/seconds", 8}};
  for (const auto& [name, width] : widths) {
    for (const std::uint64_t k : {std::uint64_t{0}, width / 2, width - 1}) {
      const std::uint64_t at = places.at(name).offset + 7 * width + k;
      samples::flip_byte(path_, at);
      {
        Store store = Store::resume(world_, path_, layout_);
        std::vector<DrawState> expected(24, DrawState::done);
        expected[7] = DrawState::pending;
        EXPECT_EQ(store.states(), expected) << name << " byte " << k;
      }
      EXPECT_EQ(Reader(path_).damaged(), (std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 3}}))
          << name << " byte " << k;
      samples::flip_byte(path_, at);
    }
  }
  samples::flip_byte(path_, places.at("slots/state").offset + 7);
  EXPECT_EQ(Store::resume(world_, path_, layout_).states(), std::vector<DrawState>(24, DrawState::done));
  EXPECT_TRUE(Reader(path_).damaged().empty());
}

TEST_F(SlotLayout, swapped_slots_are_noticed) {
  fill();
  std::string bytes = samples::file_bytes(path_);
  for (const auto& [name, place] : extents(path_)) {
    if (name == "test_error_theory" || name == "kernel_tail" || name.starts_with("theory/") ||
        name.starts_with("provenance/") || name.ends_with("theory_checksum") ||
        name == metadata_checksum_path)
      continue;
    const std::uint64_t width = place.bytes / 24;
    const auto slot = [&](std::uint64_t s) {
      return bytes.begin() + static_cast<std::ptrdiff_t>(place.offset + s * width);
    };
    std::swap_ranges(slot(2), slot(3), slot(9));
  }
  samples::put_bytes(path_, bytes);
  EXPECT_EQ(Reader(path_).damaged(), (std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 2}, {2, 1}}));
}

TEST_F(SlotLayout, a_torn_slot_is_repaired_by_committing_it_again) {
  fill();
  samples::flip_byte(path_, extents(path_).at("lambda_min").offset);
  Store store = Store::resume(world_, path_, layout_);
  EXPECT_EQ(store.states()[0], DrawState::pending);
  const DrawRecord record = samples::record(layout_, 0, 0);
  store.commit({&record, 1});
  EXPECT_EQ(store.states()[0], DrawState::done);
}

TEST_F(SlotLayout, no_byte_outside_the_slots_ever_changes) {
  const auto outside = [&](std::string bytes) {
    for (const auto& [name, place] : extents(path_))
      bytes.replace(place.offset, place.bytes, place.bytes, '\0');
    return bytes;
  };
  { Store store = Store::create(world_, path_, layout_, false); }
  const std::string created = outside(samples::file_bytes(path_));
  {
    Store store = Store::resume(world_, path_, layout_);
    std::vector<DrawRecord> records;
    for (std::int64_t s = 0; s < 24; ++s) records.push_back(samples::record(layout_, s / 4, s % 4));
    store.commit(records);
    store.write_theory(0, std::vector<std::vector<double>>{{1.0, 2.0, 3.0}, {4.0}}, true);
    store.write_provenance("{\"run\":1}");
    EXPECT_TRUE(outside(samples::file_bytes(path_)) == created);
  }
  EXPECT_TRUE(outside(samples::file_bytes(path_)) == created);
}

TEST_F(SlotLayout, no_page_holds_both_slots_and_metadata_and_no_slots_overlap) {
  Layout layout = layout_;
  layout.draws = 5000;
  { Store store = Store::create(world_, path_, layout, false); }
  std::map<std::uint64_t, std::uint64_t> ends;
  for (const auto& [name, place] : extents(path_)) {
    ends[place.offset] = place.offset + place.bytes;
    if (place.bytes >= 65536) {
      EXPECT_EQ(place.offset % 4096, 0u) << name;
    }
  }
  std::uint64_t previous = 0;
  for (const auto& [begin, end] : ends) {
    EXPECT_GE(begin, previous);
    previous = end;
  }
  EXPECT_LE(previous, std::filesystem::file_size(path_));
}

TEST_F(SlotLayout, large_boxes_are_moved_in_pieces_to_the_same_places) {
  fill();
  const OpenedFile opened = open_file(path_);
  for (const SlotDatasetPlan& plan : slot_datasets(opened.layout)) {
    if (plan.path != "test_error") continue;
    const SlotDataset whole(opened.file.get(), plan);
    const SlotDataset::Box box{{0, 1, 1, 0}, {2, 2, 3, 3}};
    std::vector<double> expected(36);
    whole.read(box, expected.data());
    EXPECT_EQ(expected[35], samples::value_at(5, 3, 0, 2));
    for (const std::size_t largest : {8u, 24u, 100u, 200u}) {
      const SlotDataset pieces(opened.file.get(), plan, largest);
      std::vector<double> values(36);
      pieces.read(box, values.data());
      EXPECT_EQ(values, expected) << largest;
    }
  }
}

} // namespace
} // namespace pastur::store
