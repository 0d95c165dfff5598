// SPDX-License-Identifier: BSD-3-Clause
#include "provenance_slots.hpp"

#include "schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include <algorithm>

namespace pastur::store {

namespace {

using nlohmann::json;

std::string compact(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::uint64_t checksum_of(const std::string& record) {
  return XXH3_64bits(record.data(), record.size());
}

/// Halves the longest list or text of an object; false when nothing is left to cut.
bool cut_largest(json& object) {
  json* largest = nullptr;
  std::size_t bytes = 64;
  for (json& member : object) {
    const std::size_t size = compact(member).size();
    if (size > bytes) {
      bytes = size;
      largest = &member;
    }
  }
  if (largest == nullptr) return false;
  if (largest->is_array() && largest->size() > 2) {
    largest->erase(largest->begin() + static_cast<std::ptrdiff_t>(largest->size() / 2), largest->end());
    largest->push_back("... (cut)");
  } else if (largest->is_string()) {
    const std::string text = *largest;
    *largest = text.substr(0, text.size() / 2) + "... (cut)";
  } else {
    *largest = fmt::format("(cut: {} bytes)", bytes);
  }
  return true;
}

} // namespace

std::string fitting_json(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  json object = json::parse(text, nullptr, false);
  std::string shorter;
  if (object.is_object()) {
    do {
      shorter = compact(object);
    } while (shorter.size() > width && cut_largest(object));
  }
  if (shorter.empty() || shorter.size() > width)
    shorter = fmt::format("{{\"error\":\"a record of {} bytes did not fit\"}}", text.size());
  return shorter;
}

ProvenanceSlots::ProvenanceSlots(hid_t file)
    : runs_(file, provenance_runs()), checksums_(file, provenance_checksums()) {}

std::vector<std::uint64_t> ProvenanceSlots::checksums() const {
  std::vector<std::uint64_t> all(provenance_slots);
  checksums_.read(checksums_.all(), all.data());
  // The last slot ever written, so that one damaged checksum hides no later record.
  while (!all.empty() && all.back() == 0) all.pop_back();
  return all;
}

std::string ProvenanceSlots::record(std::int64_t slot) const {
  std::string bytes(provenance_width, '\0');
  runs_.read({{static_cast<hsize_t>(slot), 0}, {1, provenance_width}}, bytes.data());
  return bytes;
}

void ProvenanceSlots::put(std::int64_t slot, const std::string& json_text) const {
  std::string bytes = fitting_json(json_text, provenance_width);
  bytes.resize(provenance_width, '\0');
  const std::uint64_t checksum = checksum_of(bytes);
  const auto place = static_cast<hsize_t>(slot);
  runs_.write({{place, 0}, {1, provenance_width}}, bytes.data());
  checksums_.write({{place}, {1}}, &checksum);
}

void ProvenanceSlots::write(const std::string& json_text) {
  if (!mine_) mine_ = static_cast<std::int64_t>(std::min(checksums().size(), provenance_slots - 1));
  put(*mine_, json_text);
}

void ProvenanceSlots::append(std::span<const std::string> records) {
  std::size_t slot = checksums().size();
  for (const std::string& record : records) {
    if (slot == provenance_slots) break;
    put(static_cast<std::int64_t>(slot++), record);
  }
}

std::vector<std::string> ProvenanceSlots::read() const {
  const std::vector<std::int64_t> unreadable = damaged();
  std::vector<std::string> records;
  for (std::size_t k = 0; k < checksums().size(); ++k) {
    std::string bytes = record(static_cast<std::int64_t>(k));
    bytes.resize(std::min(bytes.size(), bytes.find('\0')));
    if (std::ranges::count(unreadable, static_cast<std::int64_t>(k)) > 0)
      bytes = R"({"error":"this run's record is damaged"})";
    records.push_back(std::move(bytes));
  }
  return records;
}

std::vector<std::int64_t> ProvenanceSlots::damaged() const {
  const std::vector<std::uint64_t> stored = checksums();
  std::vector<std::int64_t> slots;
  for (std::size_t k = 0; k < stored.size(); ++k) {
    const auto slot = static_cast<std::int64_t>(k);
    if (stored[k] != checksum_of(record(slot))) slots.push_back(slot);
  }
  return slots;
}

} // namespace pastur::store
