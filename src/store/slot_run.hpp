// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_table.hpp"

namespace pastur::store {

struct SlotTable::Run {
  std::int64_t point = 0, draw = 0, count = 0;
  std::vector<std::vector<double>> gathered;   // observable by observable, draws one after the other
  std::vector<std::span<const double>> values; // the same, or a single record's own memory
  std::vector<char> reasons;
  std::vector<double> seconds;
  std::vector<std::uint8_t> states;
  std::vector<std::uint64_t> checksums; // as in the file; empty in a gathered run
};

} // namespace pastur::store
