// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::run {
namespace {

bool is_list(study::ParameterType type) {
  return type == study::ParameterType::integer_list || type == study::ParameterType::real_list;
}

bool is_text(study::ParameterType type) {
  return type == study::ParameterType::text || type == study::ParameterType::choice;
}

/// The entry of a list that is refused on its own, or the list itself.
const Node& culprit(const study::ParameterSpec& spec, const Node& node) {
  if (!is_list(spec.type) || node.list() == nullptr) return node;
  for (const Node& entry : *node.list()) {
    const auto value = as_value(entry);
    if (!value || entry.list() != nullptr) return entry;
    try {
      study::checked(spec, *value);
    } catch (const InputError&) {
      return entry;
    }
  }
  return node;
}

} // namespace

const study::ParameterSpec* find_spec(const study::StudyInfo& info, std::string_view name) {
  const auto found = std::find_if(info.parameters.begin(), info.parameters.end(),
                                  [name](const auto& spec) { return spec.name == name; });
  return found == info.parameters.end() ? nullptr : &*found;
}

std::vector<std::string> parameter_names(const study::StudyInfo& info) {
  std::vector<std::string> names;
  for (const study::ParameterSpec& spec : info.parameters) names.push_back(spec.name);
  return names;
}

study::Value parameter_value(const Document& document, const study::ParameterSpec& spec, const Node& node,
                             const std::string& table) {
  std::optional<study::Value> value = as_value(node);
  // --set label=10: the shell has eaten the quotes.
  if (is_text(spec.type) && node.text() == nullptr && node.origin.setting >= 0 && node.list() == nullptr &&
      table.empty()) {
    value = document.raw(node.origin);
  }
  if (!value) {
    const Node& wrong = culprit(spec, node);
    const bool is_range = node.table() != nullptr && find(*node.table(), "from") != nullptr;
    document.fail(wrong.origin,
                  fmt::format("{}{}: given {}; allowed: {}{}", table, spec.name, describe(wrong),
                              study::allowed(spec), is_range ? " (a range goes under [sweep])" : ""));
  }
  try {
    return study::checked(spec, std::move(*value));
  } catch (const InputError& error) {
    std::string message = table + error.what();
    if (table.empty() && node.list() != nullptr && !is_list(spec.type))
      message += " (a list of values to walk over goes under [sweep])";
    document.fail(culprit(spec, node).origin, message);
  }
}

void require_known_keys(const Document& document, const Node::Table& given,
                        const std::vector<std::string>& allowed, const std::string& table) {
  for (const Field& field : given) {
    if (std::find(allowed.begin(), allowed.end(), field.key) != allowed.end()) continue;
    std::string hint = study::did_you_mean(field.key, allowed);
    if (hint.empty()) hint = fmt::format(" Allowed: {}.", fmt::join(allowed, ", "));
    document.fail(field.origin,
                  fmt::format("{}{}: unknown key.{}", table, study::shortened(field.key), hint));
  }
}

std::int64_t integer_between(const Document& document, const Node& node, const std::string& key,
                             std::int64_t lowest, std::int64_t highest) {
  const auto* number = std::get_if<std::int64_t>(&node.value);
  if (number != nullptr && *number >= lowest && *number <= highest) return *number;
  const std::string bound = highest == std::numeric_limits<std::int64_t>::max()
                                ? std::string()
                                : fmt::format(" and <= {}", highest);
  document.fail(node.origin,
                fmt::format("{}: given {}; allowed: an integer >= {}{}", key, describe(node), lowest, bound));
}

double positive_real(const Document& document, const Node& node, const std::string& key) {
  const auto* real = std::get_if<double>(&node.value);
  const auto* whole = std::get_if<std::int64_t>(&node.value);
  const double number = real != nullptr ? *real : whole != nullptr ? static_cast<double>(*whole) : -1.0;
  if (std::isfinite(number) && number > 0.0) return number;
  document.fail(node.origin, fmt::format("{}: given {}; allowed: a real > 0", key, describe(node)));
}

std::string text_of(const Document& document, const Node& node, const std::string& key,
                    const std::string& allowed) {
  if (node.text() != nullptr) return *node.text();
  document.fail(node.origin, fmt::format("{}: given {}; allowed: {}", key, describe(node), allowed));
}

} // namespace pastur::run
