// SPDX-License-Identifier: BSD-3-Clause
#include "layout_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::store {

namespace {

using nlohmann::json;

json number_to_json(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_from_json(const json& value) {
  if (!value.is_string()) return value.get<double>();
  const std::string& text = value.get_ref<const std::string&>();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  throw std::runtime_error(fmt::format("'{}' is not a number", text));
}

/// The library would turn a real, or a whole number that does not fit, into some integer.
std::int64_t integer_from_json(const json& value) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  if (!fits) throw std::runtime_error(fmt::format("'{}' is not a 64-bit integer", value.dump()));
  return value.get<std::int64_t>();
}

json axis_to_json(const Axis& axis) {
  json values = json::array();
  const char* type = "text";
  if (const auto* reals = std::get_if<std::vector<double>>(&axis.values)) {
    type = "real";
    for (const double value : *reals) values.push_back(number_to_json(value));
  } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&axis.values)) {
    type = "integer";
    values = *integers;
  } else {
    values = std::get<std::vector<std::string>>(axis.values);
  }
  return {{"name", axis.name},
          {"type", type},
          {"values", std::move(values)},
          {"unit", axis.unit},
          {"long_name", axis.long_name}};
}

Axis axis_from_json(const json& object) {
  Axis axis;
  axis.name = object.at("name");
  axis.unit = object.at("unit");
  axis.long_name = object.at("long_name");
  const std::string type = object.at("type");
  const json& values = object.at("values");
  if (type == "integer") {
    std::vector<std::int64_t> integers;
    for (const json& value : values) integers.push_back(integer_from_json(value));
    axis.values = std::move(integers);
  } else if (type == "text") {
    axis.values = values.get<std::vector<std::string>>();
  } else {
    std::vector<double> reals;
    for (const json& value : values) reals.push_back(number_from_json(value));
    axis.values = std::move(reals);
  }
  return axis;
}

json variable_to_json(const Variable& variable) {
  return {{"name", variable.name},
          {"dimensions", variable.dimensions},
          {"unit", variable.unit},
          {"long_name", variable.long_name},
          {"summary", variable.summary},
          {"theory_of", variable.theory_of},
          {"missing_as", variable.missing_as},
          {"comparison", variable.comparison}};
}

Variable variable_from_json(const json& object) {
  Variable variable;
  variable.name = object.at("name");
  variable.dimensions = object.at("dimensions").get<std::vector<std::string>>();
  variable.unit = object.at("unit");
  variable.long_name = object.at("long_name");
  variable.summary = object.at("summary");
  variable.theory_of = object.at("theory_of");
  // Stores written before these were kept have the defaults.
  variable.missing_as = object.value("missing_as", variable.missing_as);
  variable.comparison = object.value("comparison", variable.theory_of.empty() ? "" : "prediction");
  return variable;
}

template <class T, class Convert>
json list_to_json(const std::vector<T>& items, Convert convert) {
  json list = json::array();
  for (const T& item : items) list.push_back(convert(item));
  return list;
}

template <class Convert>
auto list_from_json(const json& list, Convert convert) {
  std::vector<decltype(convert(list))> items;
  for (const json& item : list) items.push_back(convert(item));
  return items;
}

/// What must agree for two axes to hold the same slots: names, types and values, not the words that describe
/// them.
json axis_shape(const Axis& axis) {
  json object = axis_to_json(axis);
  object.erase("unit");
  object.erase("long_name");
  return object;
}

json variable_shape(const Variable& variable) {
  return {{"name", variable.name}, {"dimensions", variable.dimensions}};
}

} // namespace

std::string layout_to_text(const Layout& layout) {
  const json object = {{"axes", list_to_json(layout.axes, axis_to_json)},
                       {"point_coordinates", list_to_json(layout.point_coordinates, axis_to_json)},
                       {"draws", layout.draws},
                       {"dimensions", list_to_json(layout.dimensions, axis_to_json)},
                       {"observables", list_to_json(layout.observables, variable_to_json)},
                       {"theory", list_to_json(layout.theory, variable_to_json)},
                       {"theory_axes", list_to_json(layout.theory_axes, axis_to_json)},
                       {"theory_dimensions", list_to_json(layout.theory_dimensions, axis_to_json)},
                       {"study", layout.study},
                       {"paper", layout.paper},
                       {"study_file", layout.study_file},
                       {"identity", layout.identity},
                       {"seed", layout.seed},
                       {"common_random_numbers", layout.common_random_numbers}};
  // A study file with bytes that are not UTF-8 must not stop a run.
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Layout layout_from_text(const std::string& text) {
  try {
    const json object = json::parse(text);
    Layout layout;
    layout.axes = list_from_json(object.at("axes"), axis_from_json);
    layout.point_coordinates = list_from_json(object.at("point_coordinates"), axis_from_json);
    layout.draws = integer_from_json(object.at("draws"));
    layout.dimensions = list_from_json(object.at("dimensions"), axis_from_json);
    layout.observables = list_from_json(object.at("observables"), variable_from_json);
    layout.theory = list_from_json(object.at("theory"), variable_from_json);
    layout.theory_axes = list_from_json(object.at("theory_axes"), axis_from_json);
    if (object.contains("theory_dimensions"))
      layout.theory_dimensions = list_from_json(object.at("theory_dimensions"), axis_from_json);
    layout.study = object.at("study");
    layout.paper = object.at("paper");
    layout.study_file = object.at("study_file");
    layout.identity = object.at("identity");
    layout.seed = integer_from_json(object.at("seed"));
    layout.common_random_numbers = object.at("common_random_numbers");
    return layout;
  } catch (const json::exception& error) {
    throw std::runtime_error(fmt::format("the layout cannot be read: {}", error.what()));
  }
}

std::string layout_difference(const Layout& stored, const Layout& wanted) {
  if (wanted.draws > stored.draws) {
    return fmt::format(
        "it has {} draws a point and {} are asked for: `pastur merge` brings its draws into a larger file",
        stored.draws, wanted.draws);
  }
  const auto axes_differ = [](const std::vector<Axis>& a, const std::vector<Axis>& b) {
    return list_to_json(a, axis_shape) != list_to_json(b, axis_shape);
  };
  const auto variables_differ = [](const std::vector<Variable>& a, const std::vector<Variable>& b) {
    return list_to_json(a, variable_shape) != list_to_json(b, variable_shape);
  };
  if (axes_differ(stored.axes, wanted.axes) ||
      axes_differ(stored.point_coordinates, wanted.point_coordinates)) {
    return "its sweep has other points: `pastur merge` brings its draws into a file that has both";
  }
  if (axes_differ(stored.dimensions, wanted.dimensions)) return "the dimensions of its observables differ";
  if (variables_differ(stored.observables, wanted.observables)) return "it holds other observables";
  if (variables_differ(stored.theory, wanted.theory)) return "it holds other theory variables";
  if (axes_differ(stored.theory_axes, wanted.theory_axes) ||
      axes_differ(stored.theory_dimensions, wanted.theory_dimensions))
    return "its finer theory grid differs";
  return {};
}

} // namespace pastur::store
