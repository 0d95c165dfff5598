// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/store/layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace pastur::store {

namespace {

std::int64_t product(const std::vector<Axis>& axes) {
  std::int64_t total = 1;
  for (const Axis& axis : axes) total *= static_cast<std::int64_t>(axis.size());
  return total;
}

} // namespace

std::size_t Axis::size() const {
  return std::visit([](const auto& list) { return list.size(); }, values);
}

std::int64_t Layout::points() const {
  return product(axes);
}

std::int64_t Layout::theory_points() const {
  return has_finer_theory() ? product(theory_axes) : 0;
}

std::int64_t Layout::own_size(const Variable& variable, bool fine) const {
  std::int64_t total = 1;
  for (const std::string& name : variable.dimensions)
    total *= static_cast<std::int64_t>(dimension(name, fine).size());
  return total;
}

const Axis& Layout::dimension(const std::string& name, bool fine) const {
  const auto named = [&name](const Axis& axis) { return axis.name == name; };
  if (fine) {
    const auto finer = std::find_if(theory_dimensions.begin(), theory_dimensions.end(), named);
    if (finer != theory_dimensions.end()) return *finer;
  }
  const auto found = std::find_if(dimensions.begin(), dimensions.end(), named);
  if (found != dimensions.end()) return *found;
  throw std::out_of_range(fmt::format("the layout has no dimension '{}'", name));
}

} // namespace pastur::store
