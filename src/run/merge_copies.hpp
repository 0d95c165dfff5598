// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "merge_input.hpp"

#include <pastur/store/store.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pastur::run {

/// The draws that a target store can have from the inputs, each chosen among its copies.
class MergeCopies {
public:
  /// `layout`: of the target. All must outlive this object. Throws InputError for an input none of whose
  /// points the target has.
  MergeCopies(const std::vector<MergeInput>& inputs, const KeyedExperiment& target,
              const store::Layout& layout);

  /// Calls `take` with a few chosen records at a time, in the order of the target's slots, until it answers
  /// false. Memory: two such pieces.
  void for_each(const std::function<bool(std::vector<store::DrawRecord>)>& take);

  /// Of the last for_each(): draws of which two inputs have copies with other bits, and by how much at most,
  /// relative to the observable's largest entry.
  std::int64_t differing() const { return differing_; }
  double largest_difference() const { return largest_difference_; }
  /// What the last for_each() left out, a line an input.
  std::vector<std::string> remarks() const;

private:
  /// How an observable of an input becomes the target's: extents of its own dimensions, here and there.
  struct Place {
    std::size_t observable = 0; // of the input
    std::vector<std::size_t> from, to;
  };
  struct Plan {
    std::vector<std::optional<Place>> places; // per observable of the target
    bool as_it_is = true;                     // the same observables with the same extents
  };
  struct Origin {
    std::size_t input = 0;
    std::int64_t point = 0; // of the input
  };
  Plan plan(const store::Layout& from) const;
  std::vector<std::vector<Origin>> origins() const;
  store::DrawRecord converted(store::DrawRecord record, const Plan& plan, std::int64_t point) const;
  void compare(const store::DrawRecord& a, const store::DrawRecord& b);
  std::string damaged_text(std::size_t input) const;

  const std::vector<MergeInput>& inputs_;
  const KeyedExperiment& target_;
  const store::Layout& layout_;
  std::vector<Plan> plans_;         // per input
  std::vector<std::size_t> values_; // of one slot of the target, per observable
  std::vector<std::set<std::pair<std::int64_t, std::int64_t>>> damaged_; // per input: its points and draws
  std::vector<std::int64_t> points_lost_; // per input: points that the target does not have
  std::int64_t differing_ = 0;
  double largest_difference_ = 0.0;
};

} // namespace pastur::run
