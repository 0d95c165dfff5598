// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_values.hpp"
#include "sweep.hpp"

#include <pastur/run/layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace pastur::run {
namespace {

using Points = std::vector<study::Parameters>;

/// Values of one axis in the narrowest type that holds them all; lists and mixed values (64, "inf") as text.
store::Axis store_axis(const study::StudyInfo& info, const SweepAxis& axis) {
  const study::ParameterSpec& spec = *find_spec(info, axis.parameter);
  store::Axis result{spec.name, std::vector<std::string>{}, spec.unit, spec.meaning};
  const auto all_of = [&](auto held) {
    using T = decltype(held);
    return std::all_of(axis.values.begin(), axis.values.end(),
                       [](const study::Value& v) { return std::holds_alternative<T>(v); });
  };
  const auto collect = [&](auto held) {
    using T = decltype(held);
    std::vector<T> values;
    for (const study::Value& value : axis.values) values.push_back(std::get<T>(value));
    result.values = std::move(values);
  };
  if (all_of(std::int64_t{})) {
    collect(std::int64_t{});
  } else if (all_of(double{})) {
    collect(double{});
  } else {
    std::vector<std::string> texts;
    for (const study::Value& value : axis.values) {
      const auto* text = std::get_if<std::string>(&value);
      texts.push_back(text != nullptr ? *text : study::to_string(value));
    }
    result.values = std::move(texts);
  }
  return result;
}

store::Axis point_axis(std::int64_t size) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return {"point", std::move(numbers), "1", "number of the point"};
}

std::vector<store::Axis> axes_of(const study::StudyInfo& info, const std::vector<AxisGroup>& groups) {
  std::vector<store::Axis> axes;
  for (const AxisGroup& group : groups) {
    axes.push_back(group.zip ? point_axis(group.size()) : store_axis(info, group.axes.front()));
  }
  return axes;
}

bool exists_at_any(const std::function<bool(const study::Parameters&)>& exists, const Points& points) {
  return !points.empty() && (!exists || std::any_of(points.begin(), points.end(), exists));
}

/// The dimensions in use, each as long as the longest that a quantity needs at a point where it exists.
class Dimensions {
public:
  /// `finer`: the coordinates that have entries of their own on the theory grid.
  Dimensions(const study::StudyInfo& info, const std::map<std::string, study::Value>& finer)
      : info_(info), finer_(finer) {}

  /// Takes in the dimensions of one quantity at points of the sweep. Throws InputError where a point's
  /// coordinate is no prefix of a longer one.
  void include(const std::string& quantity, const std::vector<std::string>& names,
               const std::function<bool(const study::Parameters&)>& exists, const Points& points) {
    for (const std::string& name : names) {
      for (const study::Parameters& point : points) {
        if (exists && !exists(point)) continue;
        include_at(quantity, name, point);
      }
    }
  }

  /// The same at `points` of the theory grid. A coordinate with entries of its own there keeps those of the
  /// sweep at the root.
  void include_theory(const std::string& quantity, const std::vector<std::string>& names,
                      const std::function<bool(const study::Parameters&)>& exists, const Points& points,
                      const Points& sweep) {
    for (const std::string& name : names) {
      if (!finer_.contains(name)) {
        include(quantity, {name}, exists, points);
        continue;
      }
      include(quantity, {name}, {}, sweep);
      const bool known = std::any_of(finer_axes_.begin(), finer_axes_.end(),
                                     [&](const store::Axis& axis) { return axis.name == name; });
      if (!known && exists_at_any(exists, points))
        finer_axes_.push_back(axis(name, study::coordinate(info_, name, points.front())));
    }
  }

  std::vector<store::Axis> axes() const {
    std::vector<store::Axis> axes;
    for (const auto& [name, values] : longest_) axes.push_back(axis(name, values));
    return axes;
  }

  /// Those with other entries on the theory grid.
  const std::vector<store::Axis>& finer_axes() const { return finer_axes_; }

private:
  void include_at(const std::string& quantity, const std::string& name, const study::Parameters& point) {
    std::vector<double> values = study::coordinate(info_, name, point);
    auto known = std::find_if(longest_.begin(), longest_.end(),
                              [&](const auto& entry) { return entry.first == name; });
    if (known == longest_.end()) {
      longest_.emplace_back(name, std::move(values));
      return;
    }
    std::vector<double>& longest = known->second;
    const std::size_t common = std::min(values.size(), longest.size());
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(common);
    if (!std::equal(values.begin(), end, longest.begin())) {
      throw InputError(fmt::format("{}: its dimension {} has different coordinates at different points; "
                                   "allowed: points that share them "
                                   "(run the others from a study file of their own)",
                                   quantity, name));
    }
    if (values.size() > longest.size()) longest = std::move(values);
  }

  store::Axis axis(const std::string& name, const std::vector<double>& values) const {
    for (const study::Dimension& dimension : info_.dimensions) {
      if (dimension.name == name) return {name, values, "1", dimension.meaning};
    }
    const study::ParameterSpec& spec = *find_spec(info_, name);
    if (spec.type == study::ParameterType::real_list) return {name, values, spec.unit, spec.meaning};
    std::vector<std::int64_t> integers;
    for (const double value : values) integers.push_back(static_cast<std::int64_t>(value));
    return {name, integers, spec.unit, spec.meaning};
  }

  const study::StudyInfo& info_;
  const std::map<std::string, study::Value>& finer_;
  std::vector<store::Axis> finer_axes_;
  std::vector<std::pair<std::string, std::vector<double>>> longest_; // in order of first use
};

void add_quantities(const Experiment& experiment, store::Layout& layout) {
  const study::StudyInfo& info = experiment.study->info();
  Dimensions dimensions(info, experiment.file.theory_coordinates);
  const auto predicted = [&](const auto& spec) {
    return exists_at_any(spec.exists, experiment.points) ||
           exists_at_any(spec.exists, experiment.theory_points);
  };
  for (const study::ObservableSpec& spec : info.observables) {
    if (exists_at_any(spec.exists, experiment.points)) {
      layout.observables.push_back({.name = spec.name,
                                    .dimensions = spec.dimensions,
                                    .unit = spec.unit,
                                    .long_name = spec.meaning,
                                    .summary = std::string(study::to_string(spec.summary)),
                                    .missing_as = std::string(study::to_string(spec.missing_as))});
      dimensions.include(spec.name, spec.dimensions, spec.exists, experiment.points);
    }
    if (spec.has_theory && predicted(spec)) {
      const std::string comparison(study::to_string(spec.comparison));
      layout.theory.push_back({.name = spec.name + "_theory",
                               .dimensions = spec.dimensions,
                               .unit = spec.unit,
                               .long_name = comparison + ": " + spec.meaning,
                               .summary = std::string(study::to_string(spec.summary)),
                               .theory_of = spec.name,
                               .comparison = comparison});
      dimensions.include_theory(spec.name, spec.dimensions, spec.exists, experiment.theory_points,
                                experiment.points);
    }
  }
  for (const study::TheoryOutputSpec& spec : info.theory_outputs) {
    if (!predicted(spec)) continue;
    layout.theory.push_back({spec.name, spec.dimensions, spec.unit, spec.meaning});
    dimensions.include(spec.name, spec.dimensions, spec.exists, experiment.points);
    dimensions.include_theory(spec.name, spec.dimensions, spec.exists, experiment.theory_points,
                              experiment.points);
  }
  layout.dimensions = dimensions.axes();
  layout.theory_dimensions = dimensions.finer_axes();
}

std::string axis_text(const SweepAxis& axis) {
  std::string text = axis.parameter + " = [";
  for (std::size_t i = 0; i < axis.values.size(); ++i)
    text += (i > 0 ? ", " : "") + study::to_string(axis.values[i]);
  return text + "]\n";
}

bool read_somewhere(const study::ParameterSpec& spec, const Experiment& experiment) {
  return !spec.is_read || exists_at_any(spec.is_read, experiment.points) ||
         exists_at_any(spec.is_read, experiment.theory_points);
}

/// One line a fact, first word its kind ("parameter n = 20"), so that a reader can compare all but the sweep.
std::string identity(const Experiment& experiment) {
  const StudyFile& file = experiment.file;
  std::string text = fmt::format("study {}\nseed {}\ncommon_random_numbers {}\n", file.study, file.seed,
                                 file.common_random_numbers);
  std::vector<const study::ParameterSpec*> fixed;
  for (const study::ParameterSpec& spec : experiment.study->info().parameters) {
    const bool swept = std::any_of(file.sweep.begin(), file.sweep.end(),
                                   [&](const SweepAxis& axis) { return axis.parameter == spec.name; });
    if (!swept && read_somewhere(spec, experiment)) fixed.push_back(&spec);
  }
  std::sort(fixed.begin(), fixed.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const study::ParameterSpec* spec : fixed) {
    text += fmt::format("parameter {} = {}\n", spec->name,
                        study::to_string(experiment.points.front().value(spec->name)));
  }
  if (!file.sweep.empty()) text += fmt::format("combine {}\n", file.zip ? "zip" : "grid");
  for (const SweepAxis& axis : file.sweep) text += "sweep " + axis_text(axis);
  for (const SweepAxis& axis : file.theory) text += "theory " + axis_text(axis);
  for (const auto& [name, entries] : file.theory_coordinates)
    text += fmt::format("theory {} = {}\n", name, study::to_string(entries));
  return text;
}

} // namespace

store::Layout store_layout(const Experiment& experiment) {
  const StudyFile& file = experiment.file;
  const study::StudyInfo& info = experiment.study->info();
  store::Layout layout;
  const std::vector<AxisGroup> groups = sweep_groups(file);
  layout.axes = axes_of(info, groups);
  if (file.zip) {
    for (const SweepAxis& axis : file.sweep) layout.point_coordinates.push_back(store_axis(info, axis));
  }
  layout.draws = file.draws.max;
  layout.theory_axes = axes_of(info, theory_groups(file));
  add_quantities(experiment, layout);
  layout.study = file.study;
  layout.paper = info.paper;
  layout.study_file = with_settings(file);
  layout.identity = identity(experiment);
  layout.seed = file.seed;
  layout.common_random_numbers = file.common_random_numbers;
  return layout;
}

std::string draw_identity(const Experiment& experiment, const study::Parameters& point, std::int64_t draw) {
  const StudyFile& file = experiment.file;
  std::string text = fmt::format("seed={} study={} draw={}", file.seed, file.study, draw);
  if (!file.common_random_numbers)
    text += " | " + study::stream_identity(experiment.study->info().parameters, point);
  return text;
}

} // namespace pastur::run
