// SPDX-License-Identifier: BSD-3-Clause
#include "provenance_slots.hpp"

#include "schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pastur::store {

namespace {

using nlohmann::json;

std::string compact(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
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
    : runs_(file, provenance_runs()), count_(file, provenance_count()) {}

void ProvenanceSlots::write(const std::string& json_text) {
  constexpr auto slots = static_cast<std::int64_t>(provenance_slots);
  std::int64_t count = 0;
  count_.read(count_.all(), &count);
  count = std::clamp<std::int64_t>(count, 0, slots);
  const bool first = !mine_.has_value();
  if (first) mine_ = std::min(count, slots - 1);
  std::string record = fitting_json(json_text, provenance_width);
  record.resize(provenance_width, '\0');
  runs_.write({{static_cast<hsize_t>(*mine_), 0}, {1, provenance_width}}, record.data());
  if (first && count < slots) {
    ++count;
    count_.write(count_.all(), &count);
  }
}

std::vector<std::string> ProvenanceSlots::read() const {
  std::int64_t count = 0;
  count_.read(count_.all(), &count);
  count = std::clamp<std::int64_t>(count, 0, static_cast<std::int64_t>(provenance_slots));
  std::vector<std::string> records;
  for (std::int64_t k = 0; k < count; ++k) {
    std::string record(provenance_width, '\0');
    runs_.read({{static_cast<hsize_t>(k), 0}, {1, provenance_width}}, record.data());
    record.resize(std::min(record.size(), record.find('\0')));
    // A kill inside this one write may leave half a record; nothing but the record is lost.
    if (!json::accept(record)) record = R"({"error":"this run's record is unreadable"})";
    records.push_back(std::move(record));
  }
  return records;
}

} // namespace pastur::store
