// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/store.hpp>

#include <chrono>
#include <vector>

namespace pastur::run {

/// Finished draws of one team on their way to the store: committed together at least every two seconds, a
/// long draw at once. So tiny draws cost microseconds, and a kill loses at most two seconds of a team's work.
class CommitBuffer {
public:
  explicit CommitBuffer(store::Store& store) : store_(store), last_(std::chrono::steady_clock::now()) {}

  void add(store::DrawRecord record) {
    bytes_ += 8 * doubles(record);
    const bool long_draw = record.seconds >= 0.5; // far longer than a commit takes
    records_.push_back(std::move(record));
    if (long_draw) {
      flush();
    } else {
      flush_if_due();
    }
  }
  void flush_if_due() {
    if (std::chrono::steady_clock::now() - last_ >= std::chrono::seconds(2) || bytes_ >= largest_bytes)
      flush();
  }
  void flush() {
    last_ = std::chrono::steady_clock::now();
    if (records_.empty()) return;
    store_.commit(records_);
    records_.clear();
    bytes_ = 0;
  }

private:
  static constexpr std::size_t largest_bytes = std::size_t{64} << 20;
  static std::size_t doubles(const store::DrawRecord& record) {
    std::size_t count = 0;
    for (const std::vector<double>& values : record.values) count += values.size();
    return count;
  }

  store::Store& store_;
  std::vector<store::DrawRecord> records_;
  std::size_t bytes_ = 0;
  std::chrono::steady_clock::time_point last_;
};

} // namespace pastur::run
