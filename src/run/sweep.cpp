// SPDX-License-Identifier: BSD-3-Clause
#include "sweep.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pastur::run {
namespace {

const SweepAxis* find_axis(const std::vector<SweepAxis>& axes, const std::string& parameter) {
  const auto found = std::find_if(axes.begin(), axes.end(),
                                  [&](const SweepAxis& axis) { return axis.parameter == parameter; });
  return found == axes.end() ? nullptr : &*found;
}

} // namespace

std::vector<AxisGroup> sweep_groups(const StudyFile& file) {
  if (file.sweep.empty()) return {};
  if (file.zip) return {{file.sweep, true}};
  std::vector<AxisGroup> groups;
  for (const SweepAxis& axis : file.sweep) groups.push_back({{axis}, false});
  return groups;
}

std::vector<AxisGroup> theory_groups(const StudyFile& file) {
  if (file.theory.empty() && file.theory_coordinates.empty()) return {};
  std::vector<AxisGroup> groups = sweep_groups(file);
  for (AxisGroup& group : groups) {
    for (SweepAxis& axis : group.axes) {
      if (const SweepAxis* finer = find_axis(file.theory, axis.parameter)) axis = *finer;
    }
  }
  for (const SweepAxis& axis : file.theory) {
    if (find_axis(file.sweep, axis.parameter) == nullptr) groups.push_back({{axis}, false});
  }
  return groups;
}

std::int64_t point_count(const std::vector<AxisGroup>& groups) {
  std::int64_t count = 1;
  for (const AxisGroup& group : groups) {
    if (group.size() > most_points / count) return most_points + 1;
    count *= group.size();
  }
  return count;
}

std::vector<study::Parameters> points_of(const study::Parameters& base,
                                         const std::vector<AxisGroup>& groups) {
  const std::int64_t count = point_count(groups);
  std::vector<study::Parameters> points;
  points.reserve(static_cast<std::size_t>(count));
  for (std::int64_t number = 0; number < count; ++number) {
    study::Parameters point = base;
    std::int64_t rest = number;
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
      const auto step = static_cast<std::size_t>(rest % group->size());
      rest /= group->size();
      for (const SweepAxis& axis : group->axes) point.set(axis.parameter, axis.values[step]);
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::string point_text(const StudyFile& file, const study::Parameters& point, bool fine) {
  std::string text;
  const auto add = [&](const std::string& name) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name,
                        study::shortened(study::to_string(point.value(name))));
  };
  for (const SweepAxis& axis : file.sweep) add(axis.parameter);
  if (!fine) return text;
  for (const SweepAxis& axis : file.theory) {
    if (find_axis(file.sweep, axis.parameter) == nullptr) add(axis.parameter);
  }
  return text;
}

} // namespace pastur::run
