// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace pastur::run {
namespace {

using study::ParameterType;

constexpr const char* axis_form =
    "a list of values, or { from = A, to = B, count = K, scale = \"linear\" | \"log\" }";

/// Twelve digits: ranges give the same values (and so the same random streams) whatever the machine's pow.
double twelve_digits(double number) {
  return std::strtod(fmt::format("{:.12g}", number).c_str(), nullptr);
}

double number_of(const study::Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}

struct RangeReader {
  const Document& document;
  const study::ParameterSpec& spec;
  const Node& node;
  std::string key;

  const Node& required(const char* name) const {
    const Field* field = find(*node.table(), name);
    if (field == nullptr)
      document.fail(node.origin,
                    fmt::format("{}: given a range without `{}`; allowed: {}", key, name, axis_form));
    return field->node;
  }

  bool logarithmic() const {
    const Field* field = find(*node.table(), "scale");
    if (field == nullptr) return false;
    const std::string allowed = "\"linear\" or \"log\"";
    const std::string scale = text_of(document, field->node, key + ".scale", allowed);
    if (scale != "linear" && scale != "log") {
      document.fail(field->node.origin,
                    fmt::format("{}.scale: given {}; allowed: {}.{}", key, describe(field->node), allowed,
                                study::did_you_mean(scale, {"linear", "log"})));
    }
    return scale == "log";
  }

  /// One end, checked like any value of the parameter.
  study::Value end(const char* name) const {
    study::ParameterSpec bound = spec;
    bound.choices.clear();
    bound.name = key + "." + name;
    study::Value value = parameter_value(document, bound, required(name), "");
    constexpr double widest = 1e15; // integers that a double holds
    if (spec.type == ParameterType::integer && std::abs(number_of(value)) > widest) {
      document.fail(required(name).origin, fmt::format("{}: given {}; allowed: an integer <= 1e15 in a range",
                                                       bound.name, study::to_string(value)));
    }
    if (logarithmic() && number_of(value) <= 0.0) {
      document.fail(required(name).origin,
                    fmt::format("{}: given {} with scale = \"log\"; allowed: a number > 0", bound.name,
                                study::to_string(value)));
    }
    return value;
  }

  std::vector<study::Value> values() const {
    require_known_keys(document, *node.table(), {"from", "to", "count", "scale"}, key + ".");
    if (spec.type != ParameterType::integer && spec.type != ParameterType::real) {
      document.fail(node.origin, fmt::format("{}: given a range; allowed: a list of values, each {}", key,
                                             study::allowed(spec)));
    }
    const study::Value first = end("from"), last = end("to");
    const std::int64_t count = integer_between(document, required("count"), key + ".count", 1, most_points);
    const double from = number_of(first), to = number_of(last);
    if ((count == 1) != (from == to)) {
      document.fail(
          node.origin,
          fmt::format("{}: given {} values from {} to {}; allowed: from and to differ unless count = 1", key,
                      count, study::to_string(first), study::to_string(last)));
    }
    std::vector<study::Value> result{first};
    for (std::int64_t i = 1; i < count; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(count - 1);
      double number = logarithmic() ? from * std::pow(to / from, share) : from + share * (to - from);
      if (!std::isfinite(number))
        document.fail(node.origin,
                      fmt::format("{}: given a range too wide to divide; allowed: a narrower one", key));
      number = twelve_digits(number);
      study::Value value = last;
      if (i + 1 < count)
        value =
            spec.type == ParameterType::integer ? study::Value(std::llround(number)) : study::Value(number);
      // Neighbours that round to the same integer are one point.
      if (spec.type != ParameterType::integer || value != result.back()) result.push_back(std::move(value));
    }
    return result;
  }
};

std::vector<study::Value> list_values(const Document& document, const study::ParameterSpec& spec,
                                      const Node& node, const std::string& table) {
  const bool holds_lists = spec.type == ParameterType::integer_list || spec.type == ParameterType::real_list;
  std::vector<study::Value> values;
  for (const Node& entry : *node.list()) {
    if (holds_lists && entry.list() == nullptr) {
      document.fail(entry.origin,
                    fmt::format("{}{}: given {}; allowed: a list of lists, one for each point ({})", table,
                                spec.name, describe(entry), study::allowed(spec)));
    }
    study::Value value = parameter_value(document, spec, entry, table);
    values.push_back(std::move(value));
  }
  return values;
}

/// Index of the first value that stood before, or the number of values.
std::size_t first_repeated(const std::vector<study::Value>& values) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::size_t repeated = values.size();
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (values[order[i]] == values[order[i - 1]]) repeated = std::min(repeated, order[i]);
  }
  return repeated;
}

/// What one entry of a coordinate parameter must be.
study::ParameterSpec entry_spec(study::ParameterSpec spec) {
  spec.type = spec.type == ParameterType::real_list ? ParameterType::real : ParameterType::integer;
  spec.coordinate = false;
  return spec;
}

PlacedAxis read_axis(const Document& document, const study::ParameterSpec& declared, const Field& field,
                     const std::string& table) {
  const Node& node = field.node;
  PlacedAxis result{{declared.name, {}}, field.origin, {}};
  if (declared.coordinate && table == "sweep.") {
    document.fail(
        field.origin,
        fmt::format(
            "{0}{1}: given an axis; allowed: {1} = [...] under [parameters] ({1} is a vector already: "
            "one draw answers all its entries)",
            table, declared.name));
  }
  const study::ParameterSpec spec = declared.coordinate ? entry_spec(declared) : declared;
  if (node.table() != nullptr) {
    result.axis.values = RangeReader{document, spec, node, table + spec.name}.values();
    result.places.assign(result.axis.values.size(), node.origin);
    return result;
  }
  if (node.list() == nullptr) {
    document.fail(node.origin,
                  fmt::format("{}{}: given {}; allowed: {}", table, spec.name, describe(node), axis_form));
  }
  if (node.list()->empty()) {
    document.fail(node.origin,
                  fmt::format("{}{}: given an empty list; allowed: {}", table, spec.name, axis_form));
  }
  result.axis.values = list_values(document, spec, node, table);
  for (const Node& entry : *node.list()) result.places.push_back(entry.origin);
  return result;
}

} // namespace

std::vector<PlacedAxis> read_axes(const Document& document, const study::StudyInfo& info,
                                  const std::string& name, const Node::Table& table,
                                  const std::vector<std::string>& tied) {
  const std::string prefix = name + ".";
  std::vector<std::string> known = parameter_names(info);
  known.push_back("combine");
  require_known_keys(document, table, known, prefix);
  std::vector<PlacedAxis> axes;
  for (const Field& field : table) {
    const study::ParameterSpec* spec = find_spec(info, field.key);
    if (spec == nullptr) continue; // combine
    PlacedAxis placed = read_axis(document, *spec, field, prefix);
    const std::size_t repeated = first_repeated(placed.axis.values);
    const bool may_repeat = std::find(tied.begin(), tied.end(), spec->name) != tied.end();
    if (!may_repeat && repeated < placed.axis.values.size()) {
      document.fail(placed.places[repeated],
                    fmt::format("{}{}: given {} twice; allowed: each value once", prefix, spec->name,
                                study::shortened(study::to_string(placed.axis.values[repeated]))));
    }
    axes.push_back(std::move(placed));
  }
  return axes;
}

} // namespace pastur::run
