// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_dataset.hpp"

#include <cstdint>
#include <optional>
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
  /// Oldest first.
  std::vector<std::string> read() const;

private:
  SlotDataset runs_, count_;
  std::optional<std::int64_t> mine_;
};

/// JSON text that fits `width` bytes and is still JSON: the largest entries are cut first.
std::string fitting_json(const std::string& json, std::size_t width);

} // namespace pastur::store
