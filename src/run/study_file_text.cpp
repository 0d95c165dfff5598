// SPDX-License-Identifier: BSD-3-Clause
// A study file written back as TOML.
#include <pastur/run/study_file.hpp>

#include <fmt/format.h>

namespace pastur::run {

namespace {

std::string axes_text(const std::vector<SweepAxis>& axes) {
  std::string text;
  for (const SweepAxis& axis : axes) {
    std::string values;
    for (const study::Value& value : axis.values)
      values += (values.empty() ? "" : ", ") + study::to_string(value);
    text += fmt::format("{} = [{}]\n", axis.parameter, values);
  }
  return text;
}

} // namespace

std::string draws_text(const DrawRule& rule) {
  if (!rule.until) return fmt::format("{}", rule.max);
  std::string goal = fmt::format("observable = {}", study::to_string(study::Value(rule.until->observable)));
  if (rule.until->relative_stderr)
    goal += ", relative_stderr = " + study::to_string(study::Value(*rule.until->relative_stderr));
  if (rule.until->absolute_stderr)
    goal += ", absolute_stderr = " + study::to_string(study::Value(*rule.until->absolute_stderr));
  return fmt::format("{{ min = {}, max = {}, until = {{ {} }} }}", rule.min, rule.max, goal);
}

std::string to_toml(const StudyFile& file) {
  std::string text =
      fmt::format("study = {}\nseed = {}\ndraws = {}\n", study::to_string(study::Value(file.study)),
                  file.seed, draws_text(file.draws));
  if (file.common_random_numbers) text += "common_random_numbers = true\n";
  if (!file.parameters.empty()) text += "\n[parameters]\n";
  for (const auto& [name, value] : file.parameters)
    text += fmt::format("{} = {}\n", name, study::to_string(value));
  if (!file.sweep.empty()) {
    text += fmt::format("\n[sweep]\n{}{}", file.zip ? "combine = \"zip\"\n" : "", axes_text(file.sweep));
  }
  if (!file.theory.empty() || !file.theory_coordinates.empty())
    text += "\n[theory]\n" + axes_text(file.theory);
  for (const auto& [name, entries] : file.theory_coordinates)
    text += fmt::format("{} = {}\n", name, study::to_string(entries));
  return text;
}

} // namespace pastur::run
