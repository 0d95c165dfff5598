// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pastur::study {

/// Where a draw (or a theory) puts its results. Every declared quantity of the point must be set or declared
/// missing exactly where it is missing: an unexplained NaN or a quantity left out fails the draw. All ranks
/// of a team may call it; rank 0's values are kept.
class Recorder {
public:
  struct Slot {
    std::string name;
    std::size_t size;
  };
  explicit Recorder(const std::vector<Slot>& slots);

  /// Throws std::logic_error for an undeclared name or a wrong number of values.
  void set(std::string_view name, double value);
  void set(std::string_view name, std::span<const double> values);
  void set_at(std::string_view name, std::size_t index, double value);
  /// Records that (an entry of) a quantity does not exist here, with the reason that the store keeps.
  void missing(std::string_view name, std::string_view reason);
  void missing_at(std::string_view name, std::size_t index, std::string_view reason);
  /// Whether the point asks for this quantity: a draw may skip the work for one that is not declared.
  bool wants(std::string_view name) const;

  /// Throws std::runtime_error that names the first quantity left out or not finite without a reason.
  void require_complete() const;
  const std::vector<Slot>& slots() const { return slots_; }
  std::span<const double> values(std::string_view name) const;
  /// Every reason given, distinct, joined by "; ".
  std::string reasons() const;

private:
  std::size_t find(std::string_view name) const;
  std::vector<Slot> slots_;
  std::vector<std::vector<double>> values_;
  std::vector<std::vector<unsigned char>> state_; // per entry: 0 unset, 1 set, 2 missing
  std::vector<std::string> reasons_;
};

} // namespace pastur::study
