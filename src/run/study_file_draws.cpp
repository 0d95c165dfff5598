// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_draws.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pastur::run {
namespace {

constexpr std::int64_t most_draws = 1'000'000'000;
/// A standard error needs two draws.
constexpr std::int64_t fewest_with_error = 2;

Until read_until(const Document& document, const study::StudyInfo& info, const Field& field) {
  const std::string form = "{ observable = \"NAME\", relative_stderr = E } or absolute_stderr = E";
  if (field.node.table() == nullptr) {
    document.fail(field.node.origin,
                  fmt::format("draws.until: given {}; allowed: {}", describe(field.node), form));
  }
  const Node::Table& table = *field.node.table();
  require_known_keys(document, table, {"observable", "relative_stderr", "absolute_stderr"}, "draws.until.");
  std::vector<std::string> names;
  for (const study::ObservableSpec& observable : info.observables) names.push_back(observable.name);

  Until until;
  const Field* observable = find(table, "observable");
  if (observable == nullptr) {
    document.fail(field.node.origin, fmt::format("draws.until: given no `observable`; allowed: {}", form));
  }
  until.observable =
      text_of(document, observable->node, "draws.until.observable", "the name of an observable");
  if (std::find(names.begin(), names.end(), until.observable) == names.end()) {
    std::string hint = study::did_you_mean(until.observable, names);
    if (hint.empty()) hint = fmt::format(" They are: {}.", fmt::join(names, ", "));
    document.fail(observable->node.origin,
                  fmt::format("draws.until.observable: given {}; allowed: an observable of {}.{}",
                              describe(observable->node), info.name, hint));
  }
  if (const Field* relative = find(table, "relative_stderr")) {
    until.relative_stderr = positive_real(document, relative->node, "draws.until.relative_stderr");
  }
  if (const Field* absolute = find(table, "absolute_stderr")) {
    until.absolute_stderr = positive_real(document, absolute->node, "draws.until.absolute_stderr");
  }
  if (!until.relative_stderr && !until.absolute_stderr) {
    document.fail(field.node.origin, fmt::format("draws.until: given no standard error; allowed: {}", form));
  }
  return until;
}

} // namespace

DrawRule read_draws(const Document& document, const study::StudyInfo& info) {
  DrawRule rule;
  const Field* field = find(document.root(), "draws");
  if (field == nullptr) return rule;
  if (field->node.table() == nullptr) {
    const auto* number = std::get_if<std::int64_t>(&field->node.value);
    if (number == nullptr || *number < 1 || *number > most_draws) {
      document.fail(field->node.origin, fmt::format("draws: given {}; allowed: an integer >= 1 and <= {}, or "
                                                    "{{ min = A, max = B, until = {{ ... }} }}",
                                                    describe(field->node), most_draws));
    }
    rule.min = rule.max = *number;
    return rule;
  }
  const Node::Table& table = *field->node.table();
  require_known_keys(document, table, {"min", "max", "until"}, "draws.");
  const Field *min = find(table, "min"), *max = find(table, "max"), *until = find(table, "until");
  if (until != nullptr) rule.until = read_until(document, info, *until);
  if (max == nullptr)
    document.fail(field->node.origin,
                  "draws: given no `max`; allowed: { min = A, max = B, until = { ... } }");
  rule.max =
      integer_between(document, max->node, "draws.max", until != nullptr ? fewest_with_error : 1, most_draws);
  rule.min = until != nullptr ? fewest_with_error : rule.max;
  if (min != nullptr) {
    if (until == nullptr)
      document.fail(min->origin,
                    "draws.min: given without `until`; allowed: draws = N, or min with max and until");
    rule.min = integer_between(document, min->node, "draws.min", fewest_with_error, rule.max);
  }
  return rule;
}

} // namespace pastur::run
