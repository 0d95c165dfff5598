// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pastur::run {

/// Axes that walk together: one dimension of the grid of points. A grid sweep has one group an axis, a zip
/// sweep one group in all.
struct AxisGroup {
  std::vector<SweepAxis> axes;
  bool zip = false;
  std::int64_t size() const { return static_cast<std::int64_t>(axes.front().values.size()); }
};

/// The groups of the sweep; empty: a single point.
std::vector<AxisGroup> sweep_groups(const StudyFile& file);
/// The groups of the finer theory grid (StudyFile::theory says how it combines with the sweep); empty without
/// one.
std::vector<AxisGroup> theory_groups(const StudyFile& file);

/// Number of points; most_points + 1 when there are more than most_points.
std::int64_t point_count(const std::vector<AxisGroup>& groups);
/// Every point, row-major over the groups: the last varies fastest.
std::vector<study::Parameters> points_of(const study::Parameters& base, const std::vector<AxisGroup>& groups);

/// "n = 5, N = 10": what tells a point (`fine`: of the finer theory grid) from the others; empty where there
/// is only one.
std::string point_text(const StudyFile& file, const study::Parameters& point, bool fine);

} // namespace pastur::run
