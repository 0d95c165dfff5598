// SPDX-License-Identifier: BSD-3-Clause
#include "slot_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace pastur::store {

namespace {

/// The longest prefix of `text` that fits a reason slot without cutting a UTF-8 character.
std::string_view fitting(std::string_view text) {
  if (text.size() <= reason_width) return text;
  std::size_t length = reason_width;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80u) --length;
  return text.substr(0, length);
}

} // namespace

SlotTable::SlotTable(hid_t file, const Layout& layout)
    : layout_(layout), slot_bytes_(reason_width + 8 + 8 + 1),
      checksum_(file, planned(slot_datasets(layout), checksum_path)),
      reason_(file, planned(slot_datasets(layout), reason_path)),
      seconds_(file, planned(slot_datasets(layout), seconds_path)),
      state_(file, planned(slot_datasets(layout), state_path)) {
  const std::vector<SlotDatasetPlan> plans = slot_datasets(layout);
  for (const Variable& variable : layout.observables) {
    observables_.emplace_back(file, planned(plans, variable.name));
    own_sizes_.push_back(static_cast<std::size_t>(layout.own_size(variable)));
    slot_bytes_ += 8 * own_sizes_.back();
  }
}

SlotDataset::Box SlotTable::box(const SlotDataset& dataset, std::int64_t point, std::int64_t draw,
                                std::int64_t count) const {
  SlotDataset::Box box = dataset.all();
  const std::size_t axes = layout_.axes.size();
  auto rest = static_cast<hsize_t>(point);
  for (std::size_t a = axes; a-- > 0;) {
    box.start[a] = rest % dataset.shape()[a];
    box.count[a] = 1;
    rest /= dataset.shape()[a];
  }
  box.start[axes] = static_cast<hsize_t>(draw);
  box.count[axes] = static_cast<hsize_t>(count);
  return box;
}

void SlotTable::check(const DrawRecord& record) const {
  if (record.point < 0 || record.point >= layout_.points() || record.draw < 0 ||
      record.draw >= layout_.draws) {
    throw std::invalid_argument(
        fmt::format("the store has no slot for draw {} of point {}", record.draw, record.point));
  }
  if (record.state == DrawState::pending) throw std::invalid_argument("a pending draw cannot be committed");
  if (record.values.empty() && record.state == DrawState::failed) return;
  if (record.values.size() != observables_.size()) {
    throw std::invalid_argument(fmt::format("a draw brought {} observables, the store has {}",
                                            record.values.size(), observables_.size()));
  }
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    if (record.values[o].size() != own_sizes_[o]) {
      throw std::invalid_argument(fmt::format("'{}' brought {} values, its slot has {}",
                                              layout_.observables[o].name, record.values[o].size(),
                                              own_sizes_[o]));
    }
  }
}

SlotTable::Run SlotTable::gather(std::span<const DrawRecord* const> records) const {
  Run run;
  run.point = records.front()->point;
  run.draw = records.front()->draw;
  run.count = static_cast<std::int64_t>(records.size());
  run.reasons.assign(records.size() * reason_width, '\0');
  for (std::size_t k = 0; k < records.size(); ++k) {
    const std::string_view reason = fitting(records[k]->reason);
    std::copy(reason.begin(), reason.end(),
              run.reasons.begin() + static_cast<std::ptrdiff_t>(k * reason_width));
    run.seconds.push_back(records[k]->seconds);
    run.states.push_back(static_cast<std::uint8_t>(records[k]->state));
  }
  run.gathered.resize(observables_.size());
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    if (records.size() == 1 && !records.front()->values.empty()) {
      run.values.emplace_back(records.front()->values[o]);
      continue;
    }
    std::vector<double>& all = run.gathered[o];
    all.reserve(records.size() * own_sizes_[o]);
    for (const DrawRecord* record : records) {
      if (record->values.empty()) {
        all.insert(all.end(), own_sizes_[o], std::numeric_limits<double>::quiet_NaN());
      } else {
        all.insert(all.end(), record->values[o].begin(), record->values[o].end());
      }
    }
    run.values.emplace_back(all);
  }
  return run;
}

void SlotTable::store(const Run& run) const {
  const auto slots = static_cast<std::size_t>(run.count);
  std::vector<std::uint64_t> checksums(slots);
  for (std::size_t k = 0; k < slots; ++k)
    checksums[k] = checksum(run, k, static_cast<DrawState>(run.states[k]));
  // A slot that is written again (a failed draw retried) says pending first, so that a reader never meets an
  // old state on new values.
  std::vector<std::uint8_t> old(slots);
  const SlotDataset::Box states = box(state_, run.point, run.draw, run.count);
  state_.read(states, old.data());
  if (std::any_of(old.begin(), old.end(), [](std::uint8_t state) { return state != 0; })) {
    std::fill(old.begin(), old.end(), std::uint8_t{0});
    state_.write(states, old.data());
  }
  for (std::size_t o = 0; o < observables_.size(); ++o) {
    observables_[o].write(box(observables_[o], run.point, run.draw, run.count), run.values[o].data());
  }
  checksum_.write(box(checksum_, run.point, run.draw, run.count), checksums.data());
  reason_.write(box(reason_, run.point, run.draw, run.count), run.reasons.data());
  seconds_.write(box(seconds_, run.point, run.draw, run.count), run.seconds.data());
  state_.write(states, run.states.data());
}

void SlotTable::write(std::span<const DrawRecord> records) const {
  std::vector<const DrawRecord*> sorted;
  for (const DrawRecord& record : records) {
    check(record);
    sorted.push_back(&record);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const DrawRecord* a, const DrawRecord* b) {
    return std::pair(a->point, a->draw) < std::pair(b->point, b->draw);
  });
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && sorted[end]->point == sorted[begin]->point &&
           sorted[end]->draw == sorted[end - 1]->draw + 1)
      ++end;
    store(gather(std::span(sorted).subspan(begin, end - begin)));
    begin = end;
  }
}

std::vector<std::string> SlotTable::reasons() const {
  std::vector<char> bytes(reason_.bytes());
  reason_.read(reason_.all(), bytes.data());
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < bytes.size(); at += reason_width) {
    const std::string_view slot(bytes.data() + at, reason_width);
    texts.emplace_back(slot.substr(0, slot.find('\0')));
  }
  return texts;
}

std::vector<double> SlotTable::seconds() const {
  std::vector<double> values(seconds_.bytes() / sizeof(double));
  seconds_.read(seconds_.all(), values.data());
  return values;
}

std::vector<double> SlotTable::observable(std::size_t index) const {
  const SlotDataset& dataset = observables_.at(index);
  std::vector<double> values(dataset.bytes() / sizeof(double));
  dataset.read(dataset.all(), values.data());
  return values;
}

std::vector<double> SlotTable::observable(std::size_t index, std::int64_t point, std::int64_t draw) const {
  const SlotDataset& dataset = observables_.at(index);
  std::vector<double> values(own_sizes_.at(index));
  dataset.read(box(dataset, point, draw, 1), values.data());
  return values;
}

} // namespace pastur::store
