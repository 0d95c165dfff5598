// SPDX-License-Identifier: BSD-3-Clause
// What a study declares becomes keys of study files and datasets of stores: mistakes are found when it is
// registered, not when a run is half done.
#include <pastur/study/study.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

namespace pastur::study {
namespace {

class Checker {
public:
  explicit Checker(const StudyInfo& info) : info_(info) {}

  void run() {
    require_name(info_.name);
    for (const ParameterSpec& spec : info_.parameters) parameter(spec);
    for (const Dimension& dimension : info_.dimensions) {
      take(dimension.name);
      if (!dimension.coordinate) fail(dimension.name, "has no coordinate");
      dimensions_.insert(dimension.name);
    }
    for (const ObservableSpec& observable : info_.observables) {
      take(observable.name);
      if (observable.has_theory) take(observable.name + "_theory");
      quantity(observable.name, observable.dimensions);
      const bool median = observable.summary == Summary::median && !observable.summary_at;
      if (observable.missing_as == MissingAs::infinity && !median)
        fail(observable.name, "counts missing entries as infinite, but is not summarised by a median");
    }
    for (const TheoryOutputSpec& output : info_.theory_outputs) {
      take(output.name);
      quantity(output.name, output.dimensions);
    }
    std::set<std::string> figures;
    for (const Figure& drawn : info_.figures) {
      require_name(drawn.name);
      if (!figures.insert(drawn.name).second) fail(drawn.name, "names two figures");
      figure(drawn);
    }
  }

private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw std::logic_error(fmt::format("study {}: {} {}", info_.name, name, what));
  }

  void require_name(const std::string& name) const {
    const bool letters = std::all_of(name.begin(), name.end(), [](char letter) {
      return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
    });
    if (name.empty() || !letters || std::isalpha(static_cast<unsigned char>(name[0])) == 0) {
      fail(name, "is no name of letters, digits and underscores");
    }
  }

  /// Names of parameters, dimensions, observables and theory share the root of a store.
  void take(const std::string& name) {
    require_name(name);
    static const std::set<std::string> reserved = {
        "study",      "seed",  "draws",      "common_random_numbers",
        "parameters", "sweep", "theory",     "combine",
        "draw",       "point", "provenance", "slots"};
    if (reserved.contains(name)) fail(name, "is a name that study files and stores use themselves");
    if (!names_.insert(name).second) fail(name, "names two things");
  }

  void parameter(const ParameterSpec& spec) {
    take(spec.name);
    const bool list = spec.type == ParameterType::integer_list || spec.type == ParameterType::real_list;
    if (spec.coordinate && !list) fail(spec.name, "is a coordinate but no list");
    if (spec.coordinate) dimensions_.insert(spec.name);
    if (spec.type == ParameterType::choice && spec.choices.empty()) fail(spec.name, "is a choice of nothing");
    if (static_cast<bool>(spec.is_read) == spec.read_when.empty())
      fail(spec.name, "has only one of is_read and read_when");
    try {
      if (checked(spec, spec.initial) != spec.initial) fail(spec.name, "has a default of another type");
    } catch (const InputError& error) {
      fail(spec.name, fmt::format("has a default that it refuses: {}", error.what()));
    }
  }

  void quantity(const std::string& name, const std::vector<std::string>& dimensions) {
    quantities_.insert(name);
    for (const std::string& dimension : dimensions) {
      if (!dimensions_.contains(dimension)) fail(name, "has the undeclared dimension " + dimension);
    }
  }

  void figure(const Figure& drawn) const {
    if (drawn.observables.empty()) fail(drawn.name, "is a figure of nothing");
    for (const std::string& observable : drawn.observables) {
      if (!quantities_.contains(observable)) fail(drawn.name, "is a figure of the undeclared " + observable);
    }
    const auto known = [&](const std::string& axis) {
      return dimensions_.contains(axis) ||
             std::any_of(info_.parameters.begin(), info_.parameters.end(),
                         [&](const ParameterSpec& spec) { return spec.name == axis; });
    };
    if (drawn.kind != Figure::Kind::histogram && !known(drawn.x))
      fail(drawn.name, "is a figure over the undeclared " + drawn.x);
    if (drawn.kind == Figure::Kind::heat_map && !known(drawn.y))
      fail(drawn.name, "is a figure over the undeclared " + drawn.y);
    if (!drawn.x_mark.empty() && !quantities_.contains(drawn.x_mark))
      fail(drawn.name, "is a figure with marks at the undeclared " + drawn.x_mark);
  }

  const StudyInfo& info_;
  std::set<std::string> names_, dimensions_, quantities_;
};

} // namespace

void require_consistent(const StudyInfo& info) {
  Checker(info).run();
}

} // namespace pastur::study
