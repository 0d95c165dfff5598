// SPDX-License-Identifier: BSD-3-Clause
#include "theory_table.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace pastur::store {

TheoryTable::TheoryTable(hid_t file, const Layout& layout) : layout_(layout) {
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    if (!plan.is_theory) continue;
    (plan.path.starts_with("theory/") ? fine_ : sweep_).emplace_back(file, plan);
  }
}

void TheoryTable::write(std::int64_t point, std::span<const std::vector<double>> values, bool fine) const {
  const std::int64_t points = fine ? layout_.theory_points() : layout_.points();
  if (point < 0 || point >= points)
    throw std::invalid_argument(fmt::format("the store has no theory point {}", point));
  if (values.size() != layout_.theory.size()) {
    throw std::invalid_argument(
        fmt::format("{} theory variables given, the store has {}", values.size(), layout_.theory.size()));
  }
  for (std::size_t v = 0; v < values.size(); ++v) {
    const Variable& variable = layout_.theory[v];
    const std::int64_t own = layout_.own_size(variable, fine);
    if (static_cast<std::int64_t>(values[v].size()) != own) {
      throw std::invalid_argument(fmt::format("theory variable '{}' brought {} values, its place has {}",
                                              variable.name, values[v].size(), own));
    }
  }
  const std::size_t axes = fine ? layout_.theory_axes.size() : layout_.axes.size();
  for (std::size_t v = 0; v < values.size(); ++v) {
    const SlotDataset& dataset = (fine ? fine_ : sweep_)[v];
    SlotDataset::Box box = dataset.all();
    auto rest = static_cast<hsize_t>(point);
    for (std::size_t a = axes; a-- > 0;) {
      box.start[a] = rest % dataset.shape()[a];
      box.count[a] = 1;
      rest /= dataset.shape()[a];
    }
    dataset.write(box, values[v].data());
  }
}

std::vector<double> TheoryTable::read(const std::string& name, bool fine) const {
  if (fine && !layout_.has_finer_theory()) throw std::out_of_range("the store has no finer theory grid");
  for (std::size_t v = 0; v < layout_.theory.size(); ++v) {
    if (name != layout_.theory[v].name && name != theory_dataset_name(layout_.theory[v])) continue;
    const SlotDataset& dataset = (fine ? fine_ : sweep_)[v];
    std::vector<double> values(dataset.bytes() / sizeof(double));
    dataset.read(dataset.all(), values.data());
    return values;
  }
  throw std::out_of_range(fmt::format("the store has no theory variable '{}'", name));
}

} // namespace pastur::store
