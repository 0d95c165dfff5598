// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "study_file_axes.hpp"

#include <map>
#include <string>
#include <vector>

namespace pastur::run {

/// Where everything that concerns parameters was written.
struct Places {
  std::map<std::string, Origin> parameters; ///< the values given under [parameters]
  std::vector<PlacedAxis> sweep;
  std::vector<PlacedAxis> theory;
};

/// Refuses parameters that nothing reads at any point, and points that Study::check refuses; throws
/// InputError with the place of the first named key.
void check_points(const Document& document, const Experiment& experiment, const Places& places);

} // namespace pastur::run
