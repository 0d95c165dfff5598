// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/coordinates.hpp>
#include <pastur/report/number_text.hpp>
#include <pastur/study/study.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::report {

namespace {

/// Every combination of the axes, the last one fastest.
Coordinates product(const std::vector<const store::Axis*>& axes) {
  Coordinates all;
  all.places.emplace_back();
  for (const store::Axis* axis : axes) {
    all.names.push_back(axis->name);
    std::vector<std::vector<Scalar>> longer;
    longer.reserve(all.places.size() * axis->size());
    for (const std::vector<Scalar>& place : all.places) {
      for (std::size_t i = 0; i < axis->size(); ++i) {
        longer.push_back(place);
        longer.back().push_back(entry_of(*axis, i));
      }
    }
    all.places = std::move(longer);
  }
  return all;
}

std::vector<const store::Axis*> pointers(const std::vector<store::Axis>& axes) {
  std::vector<const store::Axis*> all;
  for (const store::Axis& axis : axes) all.push_back(&axis);
  return all;
}

} // namespace

std::string to_string(const Scalar& value) {
  struct Text {
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return exact(v); }
    std::string operator()(const std::string& v) const { return v; }
  };
  return std::visit(Text{}, value);
}

std::string shown(const Scalar& value) {
  const auto* real = std::get_if<double>(&value);
  return real != nullptr && !std::isnan(*real) ? rounded(*real) : to_string(value);
}

double to_number(const Scalar& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::numeric_limits<double>::quiet_NaN();
}

Scalar entry_of(const store::Axis& axis, std::size_t index) {
  return std::visit([index](const auto& values) { return Scalar(values.at(index)); }, axis.values);
}

Coordinates sweep_of(const store::Layout& layout) {
  if (layout.point_coordinates.empty()) return product(pointers(layout.axes));
  Coordinates zip;
  for (const store::Axis& axis : layout.point_coordinates) zip.names.push_back(axis.name);
  for (std::size_t p = 0; p < static_cast<std::size_t>(layout.points()); ++p) {
    std::vector<Scalar>& place = zip.places.emplace_back();
    for (const store::Axis& axis : layout.point_coordinates) place.push_back(entry_of(axis, p));
  }
  return zip;
}

std::string point_text(const Coordinates& sweep, std::int64_t point) {
  std::string text;
  for (std::size_t a = 0; a < sweep.names.size(); ++a) {
    text += fmt::format("{}{} = {}", a > 0 ? ", " : "", sweep.names[a],
                        to_string(sweep.places[static_cast<std::size_t>(point)][a]));
  }
  return text.empty() ? "the one point" : text;
}

Coordinates entries_of(const store::Layout& layout, const store::Variable& variable, bool fine) {
  std::vector<const store::Axis*> axes;
  for (const std::string& name : variable.dimensions) axes.push_back(&layout.dimension(name, fine));
  return product(axes);
}

std::vector<bool> entries_at(const store::Layout& layout, const store::Variable& variable,
                             const run::Experiment* experiment, std::int64_t point) {
  std::vector<bool> there(static_cast<std::size_t>(layout.own_size(variable)), true);
  if (experiment == nullptr) return there;
  const study::StudyInfo& info = experiment->study->info();
  const study::Parameters& parameters = experiment->points.at(static_cast<std::size_t>(point));
  const auto spec = std::find_if(info.observables.begin(), info.observables.end(),
                                 [&](const study::ObservableSpec& o) { return o.name == variable.name; });
  if (spec != info.observables.end() && spec->exists && !spec->exists(parameters)) {
    std::fill(there.begin(), there.end(), false);
    return there;
  }
  std::size_t stride = there.size();
  for (const std::string& name : variable.dimensions) {
    const std::size_t longest = layout.dimension(name).size();
    const std::size_t length = study::coordinate(info, name, parameters).size();
    stride /= longest;
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (i / stride % longest >= length) there[i] = false;
    }
  }
  return there;
}

} // namespace pastur::report
