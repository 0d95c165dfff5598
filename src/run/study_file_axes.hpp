// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_values.hpp"

namespace pastur::run {

/// An axis and where each of its values was written.
struct PlacedAxis {
  SweepAxis axis;
  Origin key;
  std::vector<Origin> places;
};

/// The axes of [sweep] or [theory] (`name`), in the order of the file; under [theory] also coordinate
/// parameters with their entries. `tied`: the parameters that walk
/// together (all axes of a zip sweep); their values may repeat, the others' may not. Throws InputError.
std::vector<PlacedAxis> read_axes(const Document& document, const study::StudyInfo& info,
                                  const std::string& name, const Node::Table& table,
                                  const std::vector<std::string>& tied);

} // namespace pastur::run
