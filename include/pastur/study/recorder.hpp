// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pastur::study {

/// How a draw did a step that can be done in several ways, for the run's own record: no observable.
struct MethodUse {
  std::string step;                    ///< "ridge path"
  std::string how;                     ///< "band, LAPACK"
  double expected_product_flops = 0.0; ///< what a cost model expected, in flops of a core's matrix products
  double seconds = 0.0;                ///< what it took
};

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
  /// Adds to what the run's record says about how its draws were computed.
  void used(MethodUse method);
  /// Whether the point asks for this quantity: a draw may skip the work for one that is not declared.
  bool wants(std::string_view name) const;

  /// Throws std::runtime_error that names the first quantity left out or not finite without a reason.
  void require_complete() const;
  const std::vector<Slot>& slots() const { return slots_; }
  std::span<const double> values(std::string_view name) const;
  /// Every reason given, distinct, joined by "; ".
  std::string reasons() const;
  const std::vector<MethodUse>& methods() const { return methods_; }

private:
  std::size_t find(std::string_view name) const;
  std::vector<Slot> slots_;
  std::vector<std::vector<double>> values_;
  std::vector<std::vector<unsigned char>> state_; // per entry: 0 unset, 1 set, 2 missing
  std::vector<std::string> reasons_;
  std::vector<MethodUse> methods_;
};

} // namespace pastur::study
