// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "slot_dataset.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pastur::store {

/// The theory variables of an open file, at the points of the sweep or of the finer grid. A point's values
/// are followed by their checksum; without it, or with a wrong one, they are not used.
class TheoryTable {
public:
  TheoryTable(hid_t file, const Layout& layout);

  /// One vector per Layout::theory. Throws std::invalid_argument before anything is written when they do not
  /// fit.
  void write(std::int64_t point, std::span<const std::vector<double>> values, bool fine) const;
  /// points x own, NaN at points without a good checksum. `name`: of the dataset, or as in Layout::theory.
  /// Throws std::out_of_range for an unknown one.
  std::vector<double> read(const std::string& name, bool fine) const;
  /// Whether the point's values stand there with their checksum, as of now.
  bool has(std::int64_t point, bool fine) const;
  /// Points whose checksum is wrong.
  std::vector<std::int64_t> damaged(bool fine) const;

private:
  enum class Point : std::uint8_t { unwritten, good, damaged };
  /// The theory of one grid.
  struct Grid {
    std::vector<SlotDataset> variables; ///< one per Layout::theory
    std::optional<SlotDataset> checksums;
    std::size_t axes = 0;
  };

  void require_point(std::int64_t point, bool fine) const;
  const Grid& grid(bool fine) const { return fine ? fine_ : sweep_; }
  const std::vector<Point>& verified(bool fine) const;

  const Layout& layout_;
  Grid sweep_, fine_;
  // Found at the first reading: a value that is written again is the same.
  mutable std::optional<std::vector<Point>> verified_sweep_, verified_fine_;
};

} // namespace pastur::store
