// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/study/study.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::study {
namespace {

std::size_t size_at(const StudyInfo& info, const std::vector<std::string>& dimensions,
                    const Parameters& point) {
  std::size_t size = 1;
  for (const std::string& dimension : dimensions) size *= coordinate(info, dimension, point).size();
  return size;
}

} // namespace

std::vector<double> coordinate(const StudyInfo& info, const std::string& dimension, const Parameters& point) {
  for (const Dimension& declared : info.dimensions) {
    if (declared.name == dimension) return declared.coordinate(point);
  }
  const auto spec =
      std::find_if(info.parameters.begin(), info.parameters.end(), [&](const ParameterSpec& candidate) {
        return candidate.coordinate && candidate.name == dimension;
      });
  if (spec == info.parameters.end()) {
    throw std::logic_error(fmt::format("study {} has no dimension {}", info.name, dimension));
  }
  if (spec->type == ParameterType::real_list) return point.reals(dimension);
  const std::vector<std::int64_t>& entries = point.integers(dimension);
  return {entries.begin(), entries.end()};
}

std::vector<Recorder::Slot> draw_slots(const StudyInfo& info, const Parameters& point) {
  std::vector<Recorder::Slot> slots;
  for (const ObservableSpec& observable : info.observables) {
    if (observable.exists && !observable.exists(point)) continue;
    slots.push_back({observable.name, size_at(info, observable.dimensions, point)});
  }
  return slots;
}

std::vector<Recorder::Slot> theory_slots(const StudyInfo& info, const Parameters& point) {
  std::vector<Recorder::Slot> slots;
  for (const ObservableSpec& observable : info.observables) {
    if (!observable.has_theory || (observable.exists && !observable.exists(point))) continue;
    slots.push_back({observable.name, size_at(info, observable.dimensions, point)});
  }
  for (const TheoryOutputSpec& output : info.theory_outputs) {
    if (output.exists && !output.exists(point)) continue;
    slots.push_back({output.name, size_at(info, output.dimensions, point)});
  }
  return slots;
}

} // namespace pastur::study
