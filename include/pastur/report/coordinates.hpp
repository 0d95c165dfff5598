// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/layout.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pastur::report {

using Scalar = std::variant<std::int64_t, double, std::string>;

/// As it would stand in a study file, texts without quotes; empty for a NaN (a shorter point's padding).
std::string to_string(const Scalar& value);
/// The same for reading: reals with at most six digits.
std::string shown(const Scalar& value);
/// NaN for a text.
double to_number(const Scalar& value);

Scalar entry_of(const store::Axis& axis, std::size_t index);

/// Named coordinates of a list of places: the swept parameters of the points, or the own dimensions of a
/// variable's entries.
struct Coordinates {
  std::vector<std::string> names;
  std::vector<std::vector<Scalar>> places; ///< one per point or entry: a value per name
};

/// The swept parameters at every point: the axes of a grid, the zipped parameters of a zip.
Coordinates sweep_of(const store::Layout& layout);
/// A place for reading: "n = 10, law = gauss".
std::string point_text(const Coordinates& sweep, std::int64_t point);
/// The own coordinates of every entry of a variable, row-major over its dimensions; one place without names
/// for a scalar. `fine`: in the group theory/.
Coordinates entries_of(const store::Layout& layout, const store::Variable& variable, bool fine = false);

/// Which entries of a variable there are at a point: an observable may be declared at some points only, and a
/// dimension may be shorter there than in the file. Without the study (`experiment` null) every entry counts
/// as there.
std::vector<bool> entries_at(const store::Layout& layout, const store::Variable& variable,
                             const run::Experiment* experiment, std::int64_t point);

} // namespace pastur::report
