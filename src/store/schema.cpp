// SPDX-License-Identifier: BSD-3-Clause
#include "schema.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>

namespace pastur::store {

namespace {

constexpr std::size_t largest_rank = 32; // H5S_MAX_RANK

void append_dimensions(SlotDatasetPlan& plan, const std::vector<Axis>& axes, const std::string& group) {
  for (const Axis& axis : axes) {
    plan.shape.push_back(axis.size());
    plan.scales.push_back(group + axis.name);
  }
}

void append_draw(SlotDatasetPlan& plan, const Layout& layout) {
  plan.shape.push_back(static_cast<std::uint64_t>(layout.draws));
  plan.scales.push_back("draw");
}

SlotDatasetPlan bookkeeping(const Layout& layout, const char* path, Element element, std::size_t width) {
  SlotDatasetPlan plan;
  plan.path = path;
  plan.element = element;
  plan.width = width;
  append_dimensions(plan, layout.axes, "");
  append_draw(plan, layout);
  return plan;
}

/// One checksum a point, over all theory variables there.
SlotDatasetPlan theory_checksums(const std::vector<Axis>& axes, const char* path, const std::string& group) {
  SlotDatasetPlan plan;
  plan.path = path;
  plan.element = Element::unsigned64;
  append_dimensions(plan, axes, group);
  return plan;
}

SlotDatasetPlan quantity(const Layout& layout, const Variable& variable, const std::vector<Axis>& axes,
                         const std::string& group, bool is_theory) {
  SlotDatasetPlan plan;
  plan.path = group + (is_theory ? theory_dataset_name(variable) : variable.name);
  plan.variable = &variable;
  plan.is_theory = is_theory;
  append_dimensions(plan, axes, group);
  if (!is_theory) append_draw(plan, layout);
  for (const std::string& name : variable.dimensions)
    append_dimensions(plan, {layout.dimension(name, !group.empty())}, group);
  return plan;
}

/// Names of one group, each used once.
class Names {
public:
  explicit Names(std::set<std::string> reserved) : taken_(std::move(reserved)) {}
  void take(const std::string& name) {
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string("/\0", 2)) != std::string::npos) {
      throw std::invalid_argument(fmt::format("'{}' cannot be a name in a store", name));
    }
    if (!taken_.insert(name).second)
      throw std::invalid_argument(fmt::format("two things in a store are named '{}'", name));
  }

private:
  std::set<std::string> taken_;
};

void validate_axis(const Axis& axis, Names& names) {
  names.take(axis.name);
  if (axis.size() == 0) throw std::invalid_argument(fmt::format("dimension '{}' has no entry", axis.name));
}

void validate_sizes(const Layout& layout) {
  constexpr double most = 9.0e18;
  double slots = static_cast<double>(layout.draws);
  for (const Axis& axis : layout.axes) slots *= static_cast<double>(axis.size());
  if (slots > std::numeric_limits<std::int32_t>::max()) {
    throw InputError(fmt::format(
        "{:.4g} draws over all points are more than one result file holds (2^31 - 1): split the sweep",
        slots));
  }
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    double bytes = static_cast<double>(plan.width);
    for (const std::uint64_t length : plan.shape) bytes *= static_cast<double>(length);
    if (bytes > most) throw InputError(fmt::format("'{}' would take {:.3g} bytes", plan.path, bytes));
    if (plan.shape.size() > largest_rank) {
      throw InputError(
          fmt::format("'{}' would have {} dimensions; HDF5 holds up to {}: combine = \"zip\" needs fewer",
                      plan.path, plan.shape.size(), largest_rank));
    }
  }
}

} // namespace

std::uint64_t SlotDatasetPlan::bytes() const {
  std::uint64_t total = width;
  for (const std::uint64_t length : shape) total *= length;
  return total;
}

std::string theory_dataset_name(const Variable& variable) {
  const bool bare = !variable.theory_of.empty() && variable.name == variable.theory_of;
  return bare ? variable.name + "_theory" : variable.name;
}

SlotDatasetPlan provenance_runs() {
  SlotDatasetPlan plan;
  plan.path = provenance_path;
  plan.element = Element::text;
  plan.width = 1;
  plan.shape = {provenance_slots, provenance_width};
  plan.scales = {"provenance/run", provenance_byte_path};
  return plan;
}

SlotDatasetPlan provenance_checksums() {
  SlotDatasetPlan plan;
  plan.path = provenance_checksum_path;
  plan.element = Element::unsigned64;
  plan.shape = {provenance_slots};
  plan.scales = {"provenance/run"};
  return plan;
}

SlotDatasetPlan metadata_checksum_plan() {
  SlotDatasetPlan plan;
  plan.path = metadata_checksum_path;
  plan.element = Element::unsigned64;
  return plan;
}

SlotDatasetPlan planned(const std::vector<SlotDatasetPlan>& plans, const std::string& path) {
  const auto found = std::find_if(plans.begin(), plans.end(),
                                  [&](const SlotDatasetPlan& plan) { return plan.path == path; });
  if (found == plans.end()) throw std::logic_error(fmt::format("no dataset '{}' is planned", path));
  return *found;
}

std::vector<SlotDatasetPlan> slot_datasets(const Layout& layout) {
  std::vector<SlotDatasetPlan> plans;
  for (const Variable& variable : layout.observables)
    plans.push_back(quantity(layout, variable, layout.axes, "", false));
  for (const Variable& variable : layout.theory)
    plans.push_back(quantity(layout, variable, layout.axes, "", true));
  if (layout.has_finer_theory()) {
    for (const Variable& variable : layout.theory)
      plans.push_back(quantity(layout, variable, layout.theory_axes, "theory/", true));
  }
  if (!layout.theory.empty()) {
    plans.push_back(theory_checksums(layout.axes, theory_checksum_path, ""));
    if (!layout.theory_axes.empty())
      plans.push_back(theory_checksums(layout.theory_axes, fine_theory_checksum_path, "theory/"));
  }
  plans.push_back(bookkeeping(layout, checksum_path, Element::unsigned64, 8));
  plans.push_back(bookkeeping(layout, reason_path, Element::text, 1));
  plans.back().shape.push_back(reason_width);
  plans.back().scales.push_back(reason_byte_path);
  plans.push_back(bookkeeping(layout, seconds_path, Element::real, 8));
  plans.push_back(bookkeeping(layout, state_path, Element::byte, 1));
  plans.push_back(provenance_runs());
  plans.push_back(provenance_checksums());
  plans.push_back(metadata_checksum_plan());
  return plans;
}

void validate(const Layout& layout) {
  if (layout.draws < 1) throw std::invalid_argument("a store needs at least one draw a point");
  Names root({"draw", "slots", "provenance", "theory"});
  Names fine({"checksum"});
  for (const Axis& axis : layout.axes) validate_axis(axis, root);
  for (const Axis& axis : layout.point_coordinates) {
    validate_axis(axis, root);
    if (layout.axes.size() != 1 || axis.size() != layout.axes.front().size()) {
      throw std::invalid_argument(
          fmt::format("'{}' needs one value for each entry of the one axis of a zip sweep", axis.name));
    }
  }
  for (const Axis& axis : layout.dimensions) validate_axis(axis, root);
  for (const Variable& variable : layout.observables) root.take(variable.name);
  for (const Variable& variable : layout.theory) root.take(theory_dataset_name(variable));
  if (layout.has_finer_theory()) {
    for (const Axis& axis : layout.theory_axes) validate_axis(axis, fine);
    for (const Axis& axis : layout.dimensions) validate_axis(layout.dimension(axis.name, true), fine);
    for (const Variable& variable : layout.theory) fine.take(theory_dataset_name(variable));
  }
  for (const Axis& axis : layout.theory_dimensions) layout.dimension(axis.name); // finer than one at the root
  for (const auto* variables : {&layout.observables, &layout.theory}) {
    for (const Variable& variable : *variables) {
      for (const std::string& name : variable.dimensions) layout.dimension(name);
    }
  }
  validate_sizes(layout);
}

double stored_bytes(const Layout& layout) {
  validate(layout);
  double total = 0.0;
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) total += static_cast<double>(plan.bytes());
  return total;
}

} // namespace pastur::store
