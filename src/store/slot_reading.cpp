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

std::uint64_t SlotTable::checksum(const Run& run, std::size_t k) const {
  static const std::unique_ptr<XXH3_state_t, HashDeleter> hash(XXH3_createState());
  XXH3_64bits_reset(hash.get());
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    XXH3_64bits_update(hash.get(), run.values[o].data() + k * own_sizes_[o], own_sizes_[o] * sizeof(double));
  }
  XXH3_64bits_update(hash.get(), run.reasons.data() + k * reason_width, reason_width);
  XXH3_64bits_update(hash.get(), &run.seconds[k], sizeof(double));
  XXH3_64bits_update(hash.get(), &run.states[k], 1);
  // Where the slot stands, so that two swapped slots are noticed.
  const std::array<std::int64_t, 2> place{run.point, run.draw + static_cast<std::int64_t>(k)};
  XXH3_64bits_update(hash.get(), place.data(), sizeof(place));
  return XXH3_64bits_digest(hash.get());
}

DrawState SlotTable::verified_state(const Run& run, std::size_t k) const {
  const auto state = static_cast<DrawState>(run.states[k]);
  const bool known = state == DrawState::done || state == DrawState::failed;
  return known && run.checksums[k] == checksum(run, k) ? state : DrawState::pending;
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

std::vector<std::uint8_t> SlotTable::verified_states(const std::vector<std::uint8_t>& raw, std::int64_t begin,
                                                     std::int64_t end) const {
  std::vector<std::uint8_t> verified(static_cast<std::size_t>(end - begin), 0);
  const auto largest = static_cast<std::int64_t>(std::max<std::size_t>(1, block_bytes / slot_bytes_));
  for (std::int64_t slot = begin; slot < end;) {
    if (raw[static_cast<std::size_t>(slot)] == 0) {
      ++slot;
      continue;
    }
    const std::int64_t point = slot / layout_.draws;
    const std::int64_t last = std::min({end, (point + 1) * layout_.draws, slot + largest});
    std::int64_t next = slot + 1;
    while (next < last && raw[static_cast<std::size_t>(next)] != 0) ++next;
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
  const std::vector<std::uint8_t> raw = raw_states();
  const std::vector<std::uint8_t> verified = verified_states(raw, 0, static_cast<std::int64_t>(raw.size()));
  std::vector<std::uint64_t> checksums(raw.size());
  checksum_.read(checksum_.all(), checksums.data());
  std::vector<std::int64_t> slots;
  for (std::size_t s = 0; s < raw.size(); ++s) {
    const auto slot = static_cast<std::int64_t>(s);
    if (raw[s] != verified[s] || (raw[s] == 0 && checksums[s] != 0 && is_complete_but_for_its_state(slot)))
      slots.push_back(slot);
  }
  return slots;
}

bool SlotTable::is_complete_but_for_its_state(std::int64_t slot) const {
  Run run = load(slot / layout_.draws, slot % layout_.draws, 1);
  return std::ranges::any_of(std::array{DrawState::done, DrawState::failed}, [&](DrawState state) {
    run.states[0] = static_cast<std::uint8_t>(state);
    return run.checksums[0] == checksum(run, 0);
  });
}

std::vector<DrawRecord> SlotTable::records(std::int64_t point, std::int64_t draw, std::int64_t count) const {
  std::vector<std::uint8_t> raw(static_cast<std::size_t>(count));
  state_.read(box(state_, point, draw, count), raw.data());
  const std::size_t widest_gap = gap_bytes / slot_bytes_;
  std::vector<DrawRecord> records;
  for (std::size_t k = 0; k < raw.size(); ++k) {
    if (raw[k] == 0) continue;
    std::size_t last = k;
    for (std::size_t next = k + 1; next < raw.size() && next - last <= widest_gap + 1; ++next) {
      if (raw[next] != 0) last = next;
    }
    const Run run = load(point, draw + static_cast<std::int64_t>(k), static_cast<std::int64_t>(last - k + 1));
    for (std::size_t j = 0; j < run.states.size(); ++j) {
      if (run.states[j] != 0) records.push_back(record(run, j));
    }
    k = last;
  }
  return records;
}

} // namespace pastur::store
