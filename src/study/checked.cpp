// SPDX-License-Identifier: BSD-3-Clause
// The gate between what a user writes and what a study reads.
#include <pastur/parallel/error.hpp>
#include <pastur/study/parameters.hpp>
#include <pastur/study/registry.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::study {
namespace {

std::string number_text(const ParameterSpec& spec, double bound) {
  const bool whole = spec.type == ParameterType::integer || spec.type == ParameterType::integer_list;
  return whole && std::abs(bound) < 9e15 ? to_string(Value(static_cast<std::int64_t>(bound)))
                                         : to_string(Value(bound));
}

std::string range_text(const ParameterSpec& spec) {
  const Range& range = spec.range;
  std::string text;
  if (std::isfinite(range.lowest)) {
    text += fmt::format(" {} {}", range.lowest_allowed ? ">=" : ">", number_text(spec, range.lowest));
  }
  if (std::isfinite(range.highest)) {
    text += fmt::format("{} {} {}", text.empty() ? "" : " and", range.highest_allowed ? "<=" : "<",
                        number_text(spec, range.highest));
  }
  return text;
}

[[noreturn]] void refuse(const ParameterSpec& spec, const std::string& given, const std::string& hint = {}) {
  throw InputError(
      fmt::format("{}: given {}; allowed: {}{}", spec.name, shortened(given), allowed(spec), hint));
}

void require_in_range(const ParameterSpec& spec, double number, const std::string& given) {
  const Range& range = spec.range;
  const bool above = range.lowest_allowed ? number >= range.lowest : number > range.lowest;
  const bool below = range.highest_allowed ? number <= range.highest : number < range.highest;
  if (!above || !below) refuse(spec, given);
}

/// A finite real; negative zero becomes zero so that equal numbers have equal text.
double checked_real(const ParameterSpec& spec, double number, const std::string& given) {
  if (!std::isfinite(number)) refuse(spec, given, " (finite)");
  require_in_range(spec, number, given);
  return number == 0.0 ? 0.0 : number;
}

std::int64_t checked_integer(const ParameterSpec& spec, std::int64_t number, const std::string& given) {
  require_in_range(spec, static_cast<double>(number), given);
  return number;
}

/// The real that an integer stands for; refused when it would be rounded.
double as_real(const ParameterSpec& spec, std::int64_t number, const std::string& given) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  if (number > exact || number < -exact)
    refuse(spec, given, " (an integer this long is rounded: write it as a real)");
  return static_cast<double>(number);
}

std::string choice_hint(const ParameterSpec& spec, const Value& value) {
  const std::string* word = std::get_if<std::string>(&value);
  const std::string hint = word != nullptr ? did_you_mean(*word, spec.choices) : std::string();
  return hint.empty() ? hint : "." + hint;
}

/// A real where an integer is declared: say how to write it when it is whole.
std::string whole_hint(double number) {
  return std::isfinite(number) && std::abs(number) < 9e15 && number == std::round(number)
             ? fmt::format(" (write {})", static_cast<std::int64_t>(number))
             : std::string();
}

std::string entry_text(std::size_t index, const Value& entry) {
  return fmt::format("{} as entry {}", to_string(entry), index + 1);
}

Value checked_integer_list(const ParameterSpec& spec, const Value& value, const std::string& given) {
  std::vector<std::int64_t> list;
  if (const auto* one = std::get_if<std::int64_t>(&value)) {
    list = {*one};
  } else if (const auto* many = std::get_if<std::vector<std::int64_t>>(&value)) {
    list = *many;
  } else if (const auto* reals = std::get_if<std::vector<double>>(&value);
             reals != nullptr && reals->empty()) {
    list.clear();
  } else {
    const auto* number = std::get_if<double>(&value);
    refuse(spec, given, number != nullptr ? whole_hint(*number) : std::string());
  }
  for (std::size_t i = 0; i < list.size(); ++i) checked_integer(spec, list[i], entry_text(i, Value(list[i])));
  return list;
}

Value checked_real_list(const ParameterSpec& spec, const Value& value, const std::string& given) {
  std::vector<double> list;
  if (const auto* one = std::get_if<double>(&value)) {
    list = {*one};
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    list = {as_real(spec, *whole, given)};
  } else if (const auto* many = std::get_if<std::vector<double>>(&value)) {
    list = *many;
  } else if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value)) {
    for (const std::int64_t number : *wholes) list.push_back(as_real(spec, number, given));
  } else {
    refuse(spec, given);
  }
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = checked_real(spec, list[i], entry_text(i, Value(list[i])));
  return list;
}

/// Empty only where the study's own default is: there it means "not given". A coordinate has distinct
/// entries.
template <typename T>
void require_entries(const ParameterSpec& spec, const std::vector<T>& list) {
  const auto* initial = std::get_if<std::vector<T>>(&spec.initial);
  if (list.empty() && !(initial != nullptr && initial->empty()))
    refuse(spec, "an empty list", ", at least one entry");
  if (!spec.coordinate) return;
  std::vector<T> sorted = list;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    refuse(spec, fmt::format("{} twice", to_string(Value(*twice))),
           ", each value once (they are the coordinate of a dimension)");
  }
}

} // namespace

std::string allowed(const ParameterSpec& spec) {
  const std::string range = range_text(spec);
  switch (spec.type) {
  case ParameterType::integer:
    if (!spec.choices.empty())
      return fmt::format("an integer{} or \"{}\"", range, fmt::join(spec.choices, "\", \""));
    return "an integer" + range;
  case ParameterType::real:
    return "a real" + range;
  case ParameterType::choice:
    return fmt::format("\"{}\"", fmt::join(spec.choices, "\", \""));
  case ParameterType::text:
    return "text in quotes";
  case ParameterType::integer_list:
    return "a list of integers" + (range.empty() ? range : ", each" + range);
  case ParameterType::real_list:
    return "a list of reals" + (range.empty() ? range : ", each" + range);
  }
  return {};
}

Value checked(const ParameterSpec& spec, Value value) {
  const std::string given = to_string(value);
  switch (spec.type) {
  case ParameterType::integer: {
    if (const auto* word = std::get_if<std::string>(&value)) {
      if (std::find(spec.choices.begin(), spec.choices.end(), *word) != spec.choices.end()) return value;
      refuse(spec, given, choice_hint(spec, value));
    }
    if (const auto* real = std::get_if<double>(&value)) {
      // TOML has an infinity of its own: `k = inf` means the word.
      const bool word = *real == std::numeric_limits<double>::infinity() &&
                        std::find(spec.choices.begin(), spec.choices.end(), "inf") != spec.choices.end();
      if (word) return std::string("inf");
      refuse(spec, given, whole_hint(*real));
    }
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) refuse(spec, given);
    return checked_integer(spec, *number, given);
  }
  case ParameterType::real: {
    if (const auto* whole = std::get_if<std::int64_t>(&value))
      return checked_real(spec, as_real(spec, *whole, given), given);
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) refuse(spec, given);
    return checked_real(spec, *number, given);
  }
  case ParameterType::choice: {
    const auto* word = std::get_if<std::string>(&value);
    if (word == nullptr || std::find(spec.choices.begin(), spec.choices.end(), *word) == spec.choices.end()) {
      refuse(spec, given, choice_hint(spec, value));
    }
    return value;
  }
  case ParameterType::text:
    if (!std::holds_alternative<std::string>(value)) refuse(spec, given);
    return value;
  case ParameterType::integer_list: {
    Value list = checked_integer_list(spec, value, given);
    require_entries(spec, std::get<std::vector<std::int64_t>>(list));
    return list;
  }
  case ParameterType::real_list: {
    Value list = checked_real_list(spec, value, given);
    require_entries(spec, std::get<std::vector<double>>(list));
    return list;
  }
  }
  refuse(spec, given);
}

} // namespace pastur::study
