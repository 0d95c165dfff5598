// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_dataset.hpp"

#include <pastur/store/store.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pastur::store {

/// The draws' slots of an open file: how a draw is laid down, in which order, and how a torn one is
/// recognised. Slot s = point * draws + draw.
class SlotTable {
public:
  /// `layout` must outlive the table.
  SlotTable(hid_t file, const Layout& layout);

  /// Writes finished draws: observables, checksum, reason, seconds, state; neighbours in one write. Throws
  /// std::invalid_argument before anything is written when a record does not fit the layout.
  void write(std::span<const DrawRecord> records) const;

  /// A slot whose state byte says pending beside a checksum: a commit cut short, or a flipped byte.
  static constexpr std::uint8_t unsaid = 255;
  /// The state bytes as they stand in the file, or `unsaid`.
  std::vector<std::uint8_t> marks() const;
  /// The states of slots [begin, end), which their checksums prove: the byte only says where to look.
  /// `marks`: of all slots.
  std::vector<std::uint8_t> verified_states(const std::vector<std::uint8_t>& marks, std::int64_t begin,
                                            std::int64_t end) const;

  /// Slots that say done or failed and whose checksums prove neither.
  std::vector<std::int64_t> damaged() const;
  /// What stands in the slots of `count` draws of a point from `draw` on, in their order: the committed ones,
  /// and the damaged ones (a wrong checksum) as pending and without values. Pending slots are left out.
  std::vector<DrawRecord> records(std::int64_t point, std::int64_t draw, std::int64_t count) const;

  std::vector<std::string> reasons() const;
  std::vector<double> seconds() const;
  std::vector<double> observable(std::size_t index) const;
  std::vector<double> observable(std::size_t index, std::int64_t point, std::int64_t draw) const;

private:
  /// Consecutive draws of one point, with all that a slot holds.
  struct Run;
  SlotDataset::Box box(const SlotDataset& dataset, std::int64_t point, std::int64_t draw,
                       std::int64_t count) const;
  Run gather(std::span<const DrawRecord* const> records) const;
  Run load(std::int64_t point, std::int64_t draw, std::int64_t count) const;
  void store(const Run& run) const;
  std::uint64_t checksum(const Run& run, std::size_t k, DrawState state) const;
  std::vector<std::uint8_t> marks(const SlotDataset::Box& states, const SlotDataset::Box& checksums,
                                  std::size_t count) const;
  /// State of the run's draw k that its checksum proves: pending when it proves none.
  DrawState verified_state(const Run& run, std::size_t k) const;
  DrawRecord record(const Run& run, std::size_t k) const;
  void check(const DrawRecord& record) const;

  const Layout& layout_;
  std::vector<SlotDataset> observables_;
  std::vector<std::size_t> own_sizes_; // doubles of one slot, per observable
  std::size_t slot_bytes_;
  SlotDataset checksum_, reason_, seconds_, state_;
};

} // namespace pastur::store
