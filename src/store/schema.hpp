// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/store/layout.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pastur::store {

/// Version of the format on docs/store.md, and the oldest one that this program still reads.
inline constexpr std::int64_t schema_version = 2;
inline constexpr std::int64_t oldest_schema_version = 2;
/// Value of the root attribute `format`, by which a store is known from any other HDF5 file.
inline constexpr const char* format_name = "pastur";
inline constexpr std::size_t reason_width = 256;      ///< bytes of one slot's reason
inline constexpr std::size_t provenance_width = 8192; ///< bytes of one run's record
inline constexpr std::size_t provenance_slots = 64;

// Text in slots is an array of single characters, as netCDF keeps text: ncdump 4.9 corrupts its memory on
// longer fixed-length strings.
inline constexpr const char* reason_byte_path = "slots/reason_byte";
inline constexpr const char* layout_byte_path = "slots/layout_byte";
inline constexpr const char* provenance_byte_path = "provenance/record_byte";

inline constexpr const char* state_path = "slots/state";
inline constexpr const char* checksum_path = "slots/checksum";
inline constexpr const char* reason_path = "slots/reason";
inline constexpr const char* seconds_path = "slots/seconds";
inline constexpr const char* layout_path = "slots/layout";
inline constexpr const char* provenance_path = "provenance/runs";
inline constexpr const char* provenance_checksum_path = "provenance/checksum";
inline constexpr const char* theory_checksum_path = "slots/theory_checksum";
inline constexpr const char* fine_theory_checksum_path = "theory/checksum";
inline constexpr const char* metadata_checksum_path = "slots/metadata_checksum";

enum class Element { real, integer, unsigned64, byte, text };

/// A dataset whose place in the file is fixed at creation and whose bytes change while a run goes on.
struct SlotDatasetPlan {
  std::string path;
  Element element = Element::real;
  std::size_t width = 8; ///< bytes of one element
  std::vector<std::uint64_t> shape;
  std::vector<std::string> scales;    ///< path of the dimension scale of each dimension
  const Variable* variable = nullptr; ///< of the layout, for its description
  bool is_theory = false;

  std::uint64_t bytes() const;
};

/// Every slot dataset of a layout, which must outlive the plan.
std::vector<SlotDatasetPlan> slot_datasets(const Layout& layout);

/// Those of them that do not depend on the layout.
SlotDatasetPlan provenance_runs();
SlotDatasetPlan provenance_checksums();
SlotDatasetPlan metadata_checksum_plan();

/// The one of `plans` with this path. Throws std::logic_error when there is none.
SlotDatasetPlan planned(const std::vector<SlotDatasetPlan>& plans, const std::string& path);

/// Name of a theory variable's dataset: X_theory for observable X, its own name for a theory-only output.
std::string theory_dataset_name(const Variable& variable);

/// Throws InputError when the layout asks for more than a store can hold, std::invalid_argument when it
/// contradicts itself.
void validate(const Layout& layout);

} // namespace pastur::store
