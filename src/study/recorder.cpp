// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/study/recorder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace pastur::study {
namespace {

constexpr unsigned char unset = 0, given = 1, absent = 2;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// "lambda_min", or "eigenvalues[3]" for an entry of an array.
std::string entry_name(const Recorder::Slot& slot, std::size_t index) {
  return slot.size == 1 ? slot.name : fmt::format("{}[{}]", slot.name, index);
}

} // namespace

Recorder::Recorder(const std::vector<Slot>& slots) : slots_(slots) {
  values_.reserve(slots_.size());
  state_.reserve(slots_.size());
  for (const Slot& slot : slots_) {
    values_.emplace_back(slot.size, nan);
    state_.emplace_back(slot.size, unset);
  }
}

std::size_t Recorder::find(std::string_view name) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].name == name) return i;
  }
  throw std::logic_error(fmt::format("{} is not declared at this point", name));
}

bool Recorder::wants(std::string_view name) const {
  return std::any_of(slots_.begin(), slots_.end(), [name](const Slot& slot) { return slot.name == name; });
}

void Recorder::set(std::string_view name, double value) {
  set(name, std::span<const double>(&value, 1));
}

void Recorder::set(std::string_view name, std::span<const double> values) {
  const std::size_t slot = find(name);
  if (values.size() != slots_[slot].size) {
    throw std::logic_error(
        fmt::format("{} has {} values at this point, given {}", name, slots_[slot].size, values.size()));
  }
  std::copy(values.begin(), values.end(), values_[slot].begin());
  std::fill(state_[slot].begin(), state_[slot].end(), given);
}

void Recorder::set_at(std::string_view name, std::size_t index, double value) {
  const std::size_t slot = find(name);
  if (index >= slots_[slot].size) {
    throw std::logic_error(
        fmt::format("{} has {} values at this point, given index {}", name, slots_[slot].size, index));
  }
  values_[slot][index] = value;
  state_[slot][index] = given;
}

void Recorder::missing(std::string_view name, std::string_view reason) {
  const std::size_t size = slots_[find(name)].size;
  for (std::size_t index = 0; index < size; ++index) missing_at(name, index, reason);
}

void Recorder::missing_at(std::string_view name, std::size_t index, std::string_view reason) {
  if (reason.empty()) throw std::logic_error(fmt::format("{} is missing without a reason", name));
  set_at(name, index, nan);
  state_[find(name)][index] = absent;
  std::string text = fmt::format("{}: {}", name, reason);
  if (std::find(reasons_.begin(), reasons_.end(), text) == reasons_.end())
    reasons_.push_back(std::move(text));
}

void Recorder::used(MethodUse method) {
  methods_.push_back(std::move(method));
}

void Recorder::require_complete() const {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::size_t index = 0; index < slots_[slot].size; ++index) {
      if (state_[slot][index] == unset)
        throw std::runtime_error(entry_name(slots_[slot], index) + " was left out");
      if (state_[slot][index] == given && !std::isfinite(values_[slot][index])) {
        throw std::runtime_error(
            fmt::format("{} is {} without a reason", entry_name(slots_[slot], index), values_[slot][index]));
      }
    }
  }
}

std::span<const double> Recorder::values(std::string_view name) const {
  return values_[find(name)];
}

std::string Recorder::reasons() const {
  std::string text;
  for (const std::string& reason : reasons_) {
    if (!text.empty()) text += "; ";
    text += reason;
  }
  return text;
}

} // namespace pastur::study
