// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_dataset.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pastur::store {

/// The theory variables of an open file, at the points of the sweep or of the finer grid.
class TheoryTable {
public:
  TheoryTable(hid_t file, const Layout& layout);

  /// One vector per Layout::theory. Throws std::invalid_argument before anything is written when they do not
  /// fit.
  void write(std::int64_t point, std::span<const std::vector<double>> values, bool fine) const;
  /// points x own. `name`: of the dataset, or as in Layout::theory. Throws std::out_of_range for an unknown
  /// one.
  std::vector<double> read(const std::string& name, bool fine) const;

private:
  const Layout& layout_;
  std::vector<SlotDataset> sweep_, fine_;
};

} // namespace pastur::store
