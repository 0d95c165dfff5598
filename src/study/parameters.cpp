// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/study/parameters.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::study {
namespace {

template <typename T>
const T& get(const Parameters& parameters, std::string_view name, std::string_view type) {
  const Value& value = parameters.value(name);
  if (const T* held = std::get_if<T>(&value)) return *held;
  throw std::logic_error(
      fmt::format("parameter {} is read as {} but holds {}", name, type, to_string(value)));
}

} // namespace

const Value& Parameters::value(std::string_view name) const {
  const std::string key(name);
  if (const auto own = own_.find(key); own != own_.end()) return own->second;
  if (shared_ != nullptr) {
    if (const auto found = shared_->find(key); found != shared_->end()) return found->second;
  }
  throw std::logic_error(fmt::format("there is no parameter {}", name));
}

std::map<std::string, Value> Parameters::all() const {
  std::map<std::string, Value> values = own_;
  if (shared_ != nullptr) values.insert(shared_->begin(), shared_->end());
  return values;
}

std::int64_t Parameters::integer(std::string_view name) const {
  return get<std::int64_t>(*this, name, "an integer");
}

double Parameters::real(std::string_view name) const {
  return get<double>(*this, name, "a real");
}

const std::string& Parameters::text(std::string_view name) const {
  return get<std::string>(*this, name, "text");
}

bool Parameters::is(std::string_view name, std::string_view choice) const {
  const Value& held = value(name);
  const std::string* word = std::get_if<std::string>(&held);
  return word != nullptr && *word == choice;
}

const std::vector<double>& Parameters::reals(std::string_view name) const {
  return get<std::vector<double>>(*this, name, "a list of reals");
}

const std::vector<std::int64_t>& Parameters::integers(std::string_view name) const {
  return get<std::vector<std::int64_t>>(*this, name, "a list of integers");
}

std::string stream_identity(const std::vector<ParameterSpec>& specs, const Parameters& point) {
  std::vector<const ParameterSpec*> keyed;
  for (const ParameterSpec& spec : specs) {
    if (spec.role == Role::model && (!spec.is_read || spec.is_read(point))) keyed.push_back(&spec);
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string identity;
  for (const ParameterSpec* spec : keyed) {
    if (!identity.empty()) identity += ' ';
    identity += spec->name + '=' + to_string(point.value(spec->name));
  }
  return identity;
}

} // namespace pastur::study
