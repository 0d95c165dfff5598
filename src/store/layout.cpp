// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/store/layout.hpp>

#include <fmt/format.h>

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
  return theory_axes.empty() ? 0 : product(theory_axes);
}

std::int64_t Layout::own_size(const Variable& variable) const {
  std::int64_t total = 1;
  for (const std::string& name : variable.dimensions)
    total *= static_cast<std::int64_t>(dimension(name).size());
  return total;
}

const Axis& Layout::dimension(const std::string& name) const {
  for (const Axis& axis : dimensions) {
    if (axis.name == name) return axis;
  }
  throw std::out_of_range(fmt::format("the layout has no dimension '{}'", name));
}

} // namespace pastur::store
