// SPDX-License-Identifier: BSD-3-Clause
#include "theory_table.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace pastur::store {

namespace {

/// The box of one point.
SlotDataset::Box box_at(const SlotDataset& dataset, std::int64_t point, std::size_t axes) {
  SlotDataset::Box box = dataset.all();
  auto rest = static_cast<hsize_t>(point);
  for (std::size_t a = axes; a-- > 0;) {
    box.start[a] = rest % dataset.shape()[a];
    box.count[a] = 1;
    rest /= dataset.shape()[a];
  }
  return box;
}

/// A point's checksum grows variable by variable from its number, so that swapped points and variables are
/// noticed.
std::uint64_t first_checksum(std::size_t point) {
  return static_cast<std::uint64_t>(point);
}
std::uint64_t next_checksum(std::uint64_t before, std::span<const double> values) {
  return XXH3_64bits_withSeed(values.data(), values.size_bytes(), before);
}

std::vector<double> all_values(const SlotDataset& dataset) {
  std::vector<double> values(dataset.bytes() / sizeof(double));
  dataset.read(dataset.all(), values.data());
  return values;
}

} // namespace

TheoryTable::TheoryTable(hid_t file, const Layout& layout) : layout_(layout) {
  sweep_.axes = layout.axes.size();
  fine_.axes = layout.theory_axes.size();
  for (const SlotDatasetPlan& plan : slot_datasets(layout)) {
    if (plan.is_theory)
      (plan.path.starts_with("theory/") ? fine_ : sweep_).variables.emplace_back(file, plan);
    if (plan.path == theory_checksum_path) sweep_.checksums.emplace(file, plan);
    if (plan.path == fine_theory_checksum_path) fine_.checksums.emplace(file, plan);
  }
}

void TheoryTable::require_point(std::int64_t point, bool fine) const {
  const std::int64_t points = fine ? layout_.theory_points() : layout_.points();
  if (point < 0 || point >= points)
    throw std::invalid_argument(fmt::format("the store has no theory point {}", point));
}

void TheoryTable::write(std::int64_t point, std::span<const std::vector<double>> values, bool fine) const {
  require_point(point, fine);
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
  if (values.empty()) return;
  const Grid& target = grid(fine);
  std::uint64_t checksum = first_checksum(static_cast<std::size_t>(point));
  for (std::size_t v = 0; v < values.size(); ++v) {
    target.variables[v].write(box_at(target.variables[v], point, target.axes), values[v].data());
    checksum = next_checksum(checksum, values[v]);
  }
  target.checksums->write(box_at(*target.checksums, point, target.axes), &checksum);
}

bool TheoryTable::has(std::int64_t point, bool fine) const {
  require_point(point, fine);
  const Grid& source = grid(fine);
  if (!source.checksums) return false;
  std::uint64_t stored = 0;
  source.checksums->read(box_at(*source.checksums, point, source.axes), &stored);
  if (stored == 0) return false;
  std::uint64_t found = first_checksum(static_cast<std::size_t>(point));
  for (std::size_t v = 0; v < source.variables.size(); ++v) {
    std::vector<double> values(static_cast<std::size_t>(layout_.own_size(layout_.theory[v], fine)));
    source.variables[v].read(box_at(source.variables[v], point, source.axes), values.data());
    found = next_checksum(found, values);
  }
  return stored == found;
}

const std::vector<TheoryTable::Point>& TheoryTable::verified(bool fine) const {
  std::optional<std::vector<Point>>& known = fine ? verified_fine_ : verified_sweep_;
  if (known) return *known;
  const Grid& source = grid(fine);
  if (!source.checksums) return known.emplace();
  std::vector<std::uint64_t> stored(source.checksums->bytes() / sizeof(std::uint64_t));
  source.checksums->read(source.checksums->all(), stored.data());
  std::vector<std::uint64_t> found(stored.size());
  for (std::size_t p = 0; p < found.size(); ++p) found[p] = first_checksum(p);
  for (const SlotDataset& dataset : source.variables) {
    const std::vector<double> values = all_values(dataset);
    const std::size_t own = values.size() / found.size();
    for (std::size_t p = 0; p < found.size(); ++p)
      found[p] = next_checksum(found[p], std::span(values).subspan(p * own, own));
  }
  std::vector<Point>& points = known.emplace();
  for (std::size_t p = 0; p < found.size(); ++p)
    points.push_back(stored[p] == 0          ? Point::unwritten
                     : stored[p] == found[p] ? Point::good
                                             : Point::damaged);
  return points;
}

std::vector<double> TheoryTable::read(const std::string& name, bool fine) const {
  if (fine && !layout_.has_finer_theory()) throw std::out_of_range("the store has no finer theory grid");
  for (std::size_t v = 0; v < layout_.theory.size(); ++v) {
    if (name != layout_.theory[v].name && name != theory_dataset_name(layout_.theory[v])) continue;
    std::vector<double> values = all_values(grid(fine).variables[v]);
    const std::vector<Point>& points = verified(fine);
    const std::size_t own = values.size() / points.size();
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (points[p] == Point::good) continue;
      std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(p * own), own,
                  std::numeric_limits<double>::quiet_NaN());
    }
    return values;
  }
  throw std::out_of_range(fmt::format("the store has no theory variable '{}'", name));
}

std::vector<std::int64_t> TheoryTable::damaged(bool fine) const {
  std::vector<std::int64_t> numbers;
  const std::vector<Point>& points = verified(fine);
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (points[p] == Point::damaged) numbers.push_back(static_cast<std::int64_t>(p));
  }
  return numbers;
}

} // namespace pastur::store
