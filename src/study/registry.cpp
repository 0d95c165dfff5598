// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/error.hpp>
#include <pastur/study/registry.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::study {

void Registry::add(Factory make) {
  const std::unique_ptr<Study> study = make();
  require_consistent(study->info());
  const std::string name = study->info().name;
  for (const auto& [taken, factory] : factories_) {
    if (taken == name) throw std::logic_error(fmt::format("there are two studies named {}", name));
  }
  factories_.emplace_back(name, std::move(make));
}

std::unique_ptr<Study> Registry::make(std::string_view name) const {
  for (const auto& [known, factory] : factories_) {
    if (known == name) return factory();
  }
  const std::vector<std::string> known = names();
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = fmt::format(" The studies are {}.", fmt::join(known, ", "));
  throw InputError(fmt::format("study: given {}; allowed: the name of a study.{}",
                               to_string(Value(std::string(name))), hint));
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace pastur::study
