// SPDX-License-Identifier: BSD-3-Clause
// How slots are read back, and proved by their checksums.
#include "slot_run.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <memory>

namespace pastur::store {

namespace {

/// Verification reads blocks of about this size, so that its memory does not depend on the file's.
constexpr std::size_t block_bytes = std::size_t{8} << 20;

/// What a read of its own costs, in bytes that could have been read instead: pending slots between committed
/// ones are read along up to here.
constexpr std::size_t gap_bytes = std::size_t{16} << 10;

struct HashDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

} // namespace

SlotTable::Run SlotTable::load(std::int64_t point, std::int64_t draw, std::int64_t count) const {
  const auto slots = static_cast<std::size_t>(count);
  Run run;
  run.point = point;
  run.draw = draw;
  run.count = count;
  run.gathered.resize(observables_.size());
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    run.gathered[o].resize(slots * own_sizes_[o]);
    observables_[o].read(box(observables_[o], point, draw, count), run.gathered[o].data());
    run.values.emplace_back(run.gathered[o]);
  }
  run.reasons.resize(slots * reason_width);
  run.seconds.resize(slots);
  run.states.resize(slots);
  run.checksums.resize(slots);
  reason_.read(box(reason_, point, draw, count), run.reasons.data());
  seconds_.read(box(seconds_, point, draw, count), run.seconds.data());
  state_.read(box(state_, point, draw, count), run.states.data());
  checksum_.read(box(checksum_, point, draw, count), run.checksums.data());
  return run;
}

std::uint64_t SlotTable::checksum(const Run& run, std::size_t k, DrawState state) const {
  static const std::unique_ptr<XXH3_state_t, HashDeleter> hash(XXH3_createState());
  XXH3_64bits_reset(hash.get());
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    XXH3_64bits_update(hash.get(), run.values[o].data() + k * own_sizes_[o], own_sizes_[o] * sizeof(double));
  }
  XXH3_64bits_update(hash.get(), run.reasons.data() + k * reason_width, reason_width);
  XXH3_64bits_update(hash.get(), &run.seconds[k], sizeof(double));
  const auto byte = static_cast<std::uint8_t>(state);
  XXH3_64bits_update(hash.get(), &byte, 1);
  // Where the slot stands, so that two swapped slots are noticed.
  const std::array<std::int64_t, 2> place{run.point, run.draw + static_cast<std::int64_t>(k)};
  XXH3_64bits_update(hash.get(), place.data(), sizeof(place));
  return XXH3_64bits_digest(hash.get());
}

DrawState SlotTable::verified_state(const Run& run, std::size_t k) const {
  for (const DrawState state : {DrawState::done, DrawState::failed})
    if (run.checksums[k] == checksum(run, k, state)) return state;
  return DrawState::pending;
}

std::vector<std::uint8_t> SlotTable::marks(const SlotDataset::Box& states, const SlotDataset::Box& checksums,
                                           std::size_t count) const {
  std::vector<std::uint8_t> marks(count);
  std::vector<std::uint64_t> sums(count);
  state_.read(states, marks.data());
  checksum_.read(checksums, sums.data());
  for (std::size_t k = 0; k < count; ++k)
    if (marks[k] == 0 && sums[k] != 0) marks[k] = unsaid;
  return marks;
}

std::vector<std::uint8_t> SlotTable::marks() const {
  return marks(state_.all(), checksum_.all(), state_.bytes());
}

DrawRecord SlotTable::record(const Run& run, std::size_t k) const {
  DrawRecord record{.point = run.point,
                    .draw = run.draw + static_cast<std::int64_t>(k),
                    .state = verified_state(run, k),
                    .reason = {},
                    .seconds = run.seconds[k],
                    .values = {}};
  if (record.state == DrawState::pending) return record;
  const std::string_view reason(run.reasons.data() + k * reason_width, reason_width);
  record.reason = reason.substr(0, reason.find('\0'));
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    const std::span<const double> values = run.values[o].subspan(k * own_sizes_[o], own_sizes_[o]);
    record.values.emplace_back(values.begin(), values.end());
  }
  return record;
}

std::vector<std::uint8_t> SlotTable::verified_states(const std::vector<std::uint8_t>& marks,
                                                     std::int64_t begin, std::int64_t end) const {
  std::vector<std::uint8_t> verified(static_cast<std::size_t>(end - begin), 0);
  const auto largest = static_cast<std::int64_t>(std::max<std::size_t>(1, block_bytes / slot_bytes_));
  for (std::int64_t slot = begin; slot < end;) {
    if (marks[static_cast<std::size_t>(slot)] == 0) {
      ++slot;
      continue;
    }
    const std::int64_t point = slot / layout_.draws;
    const std::int64_t last = std::min({end, (point + 1) * layout_.draws, slot + largest});
    std::int64_t next = slot + 1;
    while (next < last && marks[static_cast<std::size_t>(next)] != 0) ++next;
    const Run run = load(point, slot - point * layout_.draws, next - slot);
    for (std::size_t k = 0; k < run.states.size(); ++k) {
      verified[static_cast<std::size_t>(slot - begin) + k] =
          static_cast<std::uint8_t>(verified_state(run, k));
    }
    slot = next;
  }
  return verified;
}

std::vector<std::int64_t> SlotTable::damaged() const {
  const std::vector<std::uint8_t> said = marks();
  const std::vector<std::uint8_t> verified = verified_states(said, 0, static_cast<std::int64_t>(said.size()));
  std::vector<std::int64_t> slots;
  for (std::size_t s = 0; s < said.size(); ++s) {
    // Unsaid and wrong is a commit that a kill cut short.
    if (said[s] != 0 && said[s] != unsaid && verified[s] == 0) slots.push_back(static_cast<std::int64_t>(s));
  }
  return slots;
}

std::vector<DrawRecord> SlotTable::records(std::int64_t point, std::int64_t draw, std::int64_t count) const {
  const std::vector<std::uint8_t> said = marks(
      box(state_, point, draw, count), box(checksum_, point, draw, count), static_cast<std::size_t>(count));
  const std::size_t widest_gap = gap_bytes / slot_bytes_;
  std::vector<DrawRecord> records;
  for (std::size_t k = 0; k < said.size(); ++k) {
    if (said[k] == 0) continue;
    std::size_t last = k;
    for (std::size_t next = k + 1; next < said.size() && next - last <= widest_gap + 1; ++next) {
      if (said[next] != 0) last = next;
    }
    const Run run = load(point, draw + static_cast<std::int64_t>(k), static_cast<std::int64_t>(last - k + 1));
    for (std::size_t j = 0; j < run.states.size(); ++j) {
      const std::uint8_t mark = said[k + j];
      if (mark == 0) continue;
      DrawRecord found = record(run, j);
      if (mark != unsaid || found.state != DrawState::pending) records.push_back(std::move(found));
    }
    k = last;
  }
  return records;
}

} // namespace pastur::store
