// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>
#include <pastur/store/store.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace pastur::store {

/// What to do with a file that is damaged outside its slots.
enum class Flaws { refused, accepted };

/// Read-only, serial view of a result file, also while a run writes it. Throws InputError for a file that is
/// not a readable store.
class Reader {
public:
  /// With Flaws::accepted, headers, attributes, coordinates and texts may be damaged as long as the slots are
  /// found; layout() is always proved by its checksum.
  explicit Reader(const std::filesystem::path& path, Flaws flaws = Flaws::refused);
  Reader(Reader&&) noexcept;
  ~Reader();

  const Layout& layout() const;
  const std::filesystem::path& path() const;
  /// What is damaged outside the slots, in words; empty without damage.
  const std::string& flaw() const;
  std::vector<DrawState> states() const;    ///< point-major, checksums verified
  std::vector<std::string> reasons() const; ///< same order
  std::vector<double> seconds() const;      ///< same order
  /// What stands in the slots of `count` draws of a point from `draw` on, in their order: the committed ones,
  /// and the damaged ones (a wrong checksum) as pending and without values. Slots that say pending are left
  /// out. Memory: these slots only.
  std::vector<DrawRecord> records(std::int64_t point, std::int64_t draw, std::int64_t count) const;
  /// Whole observable: points x draws x own, row-major.
  std::vector<double> observable(const std::string& name) const;
  /// Whole theory variable ("test_error_theory", "kernel_tail"): points x own; `fine`: of the group theory/.
  /// NaN where the theory is not written yet, or is damaged.
  std::vector<double> theory(const std::string& name, bool fine = false) const;
  std::vector<std::string> provenance() const; ///< JSON, one per run, oldest first
  /// Draws (point, draw) whose state and checksum disagree; they count as pending.
  std::vector<std::pair<std::int64_t, std::int64_t>> damaged() const;
  /// Points whose theory has a wrong checksum; `fine`: of the finer grid.
  std::vector<std::int64_t> damaged_theory(bool fine) const;
  /// Entries of provenance() that could not be read.
  std::vector<std::int64_t> damaged_provenance() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace pastur::store
