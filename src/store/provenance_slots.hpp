// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_dataset.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pastur::store {

/// The records of the runs that wrote a file: a fixed number of slots, the last of which is used again when
/// all are taken.
class ProvenanceSlots {
public:
  explicit ProvenanceSlots(hid_t file);

  /// Writes this run's record; the first call takes a slot, later ones write to the same.
  void write(const std::string& json);
  /// Writes records of earlier runs, one a slot, as far as there are slots.
  void append(std::span<const std::string> records);
  /// Oldest first; an unreadable one is an object with an `error`.
  std::vector<std::string> read() const;
  /// Records whose checksum is wrong.
  std::vector<std::int64_t> damaged() const;

private:
  /// Of the slots that were ever written.
  std::vector<std::uint64_t> checksums() const;
  std::string record(std::int64_t slot) const;
  void put(std::int64_t slot, const std::string& json) const;

  SlotDataset runs_, checksums_;
  std::optional<std::int64_t> mine_;
};

/// JSON text that fits `width` bytes and is still JSON: the largest entries are cut first.
std::string fitting_json(const std::string& json, std::size_t width);

} // namespace pastur::store
