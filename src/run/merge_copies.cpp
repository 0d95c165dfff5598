// SPDX-License-Identifier: BSD-3-Clause
#include "merge_copies.hpp"

#include "padding.hpp"
#include "sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace pastur::run {

namespace {

using store::DrawRecord;
using store::DrawState;

/// Slots are copied in pieces of about this size.
constexpr std::size_t piece_bytes = std::size_t{8} << 20;

int compare_bits(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b) {
  for (std::size_t o = 0; o < a.size(); ++o) {
    const int order = std::memcmp(a[o].data(), b[o].data(), a[o].size() * sizeof(double));
    if (order != 0) return order;
  }
  return 0;
}

/// Whether `a` wins over `b`: a total order of contents, so that the winner does not depend on the order in
/// which the copies are met. Both have the target's values.
bool wins(const DrawRecord& a, const DrawRecord& b) {
  if (a.state != b.state) return a.state == DrawState::done;
  if (const int order = compare_bits(a.values, b.values); order != 0) return order < 0;
  if (a.reason != b.reason) return a.reason < b.reason;
  return a.seconds < b.seconds;
}

/// Largest difference of two copies of an observable, relative to its largest entry; infinite where only one
/// has a number.
double relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double difference = 0.0, scale = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::isnan(a[k]) != std::isnan(b[k])) return std::numeric_limits<double>::infinity();
    if (std::isnan(a[k]) || a[k] == b[k]) continue;
    difference = std::max(difference, std::abs(a[k] - b[k]));
  }
  for (const double value : a) scale = std::isnan(value) ? scale : std::max(scale, std::abs(value));
  return difference > 0.0 ? difference / scale : 0.0;
}

} // namespace

MergeCopies::MergeCopies(const std::vector<MergeInput>& inputs, const KeyedExperiment& target,
                         const store::Layout& layout)
    : inputs_(inputs), target_(target), layout_(layout), damaged_(inputs.size()) {
  for (const store::Variable& observable : layout.observables)
    values_.push_back(static_cast<std::size_t>(layout.own_size(observable)));
  const std::unordered_set<std::string> known(target.keys.begin(), target.keys.end());
  for (const MergeInput& input : inputs) {
    plans_.push_back(plan(input.reader.layout()));
    const std::vector<std::string>& keys = input.source->keys;
    points_lost_.push_back(std::count_if(keys.begin(), keys.end(),
                                         [&](const std::string& key) { return known.count(key) == 0; }));
    if (points_lost_.back() == static_cast<std::int64_t>(keys.size())) {
      refuse_input(input.name(), target.experiment.file.name,
                   why_disjoint(input.source->experiment, input.name(), target.experiment,
                                target.experiment.file.name));
    }
  }
}

MergeCopies::Plan MergeCopies::plan(const store::Layout& from) const {
  Plan plan;
  plan.as_it_is = from.observables.size() == layout_.observables.size();
  const auto extents = [](const store::Layout& layout, const store::Variable& variable) {
    std::vector<std::size_t> lengths;
    for (const std::string& name : variable.dimensions) lengths.push_back(layout.dimension(name).size());
    return lengths;
  };
  for (std::size_t o = 0; o < layout_.observables.size(); ++o) {
    const store::Variable& wanted = layout_.observables[o];
    const auto found =
        std::find_if(from.observables.begin(), from.observables.end(),
                     [&](const store::Variable& variable) { return variable.name == wanted.name; });
    if (found == from.observables.end()) {
      plan.places.emplace_back();
      plan.as_it_is = false;
      continue;
    }
    Place place{static_cast<std::size_t>(found - from.observables.begin()), extents(from, *found),
                extents(layout_, wanted)};
    plan.as_it_is = plan.as_it_is && place.observable == o && place.from == place.to;
    plan.places.emplace_back(std::move(place));
  }
  return plan;
}

/// Where the draws of each of the target's points are found. An input may have them at several points, which
/// differ only in parameters that are not read there.
std::vector<std::vector<MergeCopies::Origin>> MergeCopies::origins() const {
  std::unordered_map<std::string, std::vector<std::size_t>> places; // of each of the target's points
  for (std::size_t p = 0; p < target_.keys.size(); ++p) places[target_.keys[p]].push_back(p);
  std::vector<std::vector<Origin>> origins(target_.keys.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::vector<std::string>& keys = inputs_[i].source->keys;
    for (std::size_t p = 0; p < keys.size(); ++p) {
      const auto found = places.find(keys[p]);
      if (found == places.end()) continue;
      for (const std::size_t place : found->second)
        origins[place].push_back({i, static_cast<std::int64_t>(p)});
    }
  }
  return origins;
}

DrawRecord MergeCopies::converted(DrawRecord record, const Plan& plan, std::int64_t point) const {
  record.point = point;
  if (plan.as_it_is) return record;
  std::vector<std::vector<double>> values;
  for (std::size_t o = 0; o < values_.size(); ++o) {
    std::vector<double>& own = values.emplace_back(values_[o], std::numeric_limits<double>::quiet_NaN());
    if (!plan.places[o]) continue;
    copy_corner(record.values[plan.places[o]->observable], plan.places[o]->from, own, plan.places[o]->to);
  }
  record.values = std::move(values);
  return record;
}

void MergeCopies::compare(const DrawRecord& a, const DrawRecord& b) {
  if (a.state != DrawState::done || b.state != DrawState::done || compare_bits(a.values, b.values) == 0)
    return;
  ++differing_;
  for (std::size_t o = 0; o < a.values.size(); ++o)
    largest_difference_ = std::max(largest_difference_, relative_difference(a.values[o], b.values[o]));
}

void MergeCopies::for_each(const std::function<bool(std::vector<DrawRecord>)>& take) {
  for (auto& draws : damaged_) draws.clear();
  differing_ = 0;
  largest_difference_ = 0.0;
  std::size_t slot_bytes = sizeof(DrawRecord);
  for (const std::size_t count : values_) slot_bytes += sizeof(std::vector<double>) + count * sizeof(double);
  const auto piece = static_cast<std::int64_t>(std::max<std::size_t>(1, piece_bytes / slot_bytes));
  const std::vector<std::vector<Origin>> origins = this->origins();
  for (std::size_t p = 0; p < origins.size(); ++p) {
    for (std::int64_t first = 0; first < layout_.draws; first += piece) {
      const std::int64_t end = std::min(first + piece, layout_.draws);
      std::vector<std::optional<DrawRecord>> chosen(static_cast<std::size_t>(end - first));
      for (const Origin& origin : origins[p]) {
        const store::Reader& reader = inputs_[origin.input].reader;
        const std::int64_t count = std::min(end, reader.layout().draws) - first;
        if (count <= 0) continue;
        for (DrawRecord& copy : reader.records(origin.point, first, count)) {
          if (copy.state == DrawState::pending) {
            damaged_[origin.input].emplace(copy.point, copy.draw);
            continue;
          }
          std::optional<DrawRecord>& slot = chosen[static_cast<std::size_t>(copy.draw - first)];
          DrawRecord record = converted(std::move(copy), plans_[origin.input], static_cast<std::int64_t>(p));
          if (slot) compare(record, *slot);
          if (!slot || wins(record, *slot)) slot = std::move(record);
        }
      }
      std::vector<DrawRecord> records;
      for (std::optional<DrawRecord>& record : chosen) {
        if (record) records.push_back(std::move(*record));
      }
      if (!records.empty() && !take(std::move(records))) return;
    }
  }
}

/// "draw 1 of point 0 (N = 10), draw 2 of ... and 5 more" of an input.
std::string MergeCopies::damaged_text(std::size_t input) const {
  constexpr std::size_t most = 8;
  const Experiment& experiment = inputs_[input].source->experiment;
  std::string text;
  std::size_t named = 0;
  for (const auto& [point, draw] : damaged_[input]) {
    if (named == most) return text + fmt::format(" and {} more", damaged_[input].size() - most);
    const study::Parameters& parameters = experiment.points[static_cast<std::size_t>(point)];
    const std::string where = point_text(experiment.file, parameters, false);
    text += fmt::format("{}draw {} of point {}", named++ == 0 ? "" : ", ", draw, point);
    if (!where.empty()) text += " (" + where + ")";
  }
  return text;
}

std::vector<std::string> MergeCopies::remarks() const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::string name = inputs_[i].name();
    const std::int64_t draws = inputs_[i].reader.layout().draws;
    if (const std::string& flaw = inputs_[i].reader.flaw(); !flaw.empty()) {
      lines.push_back(
          fmt::format("{} is damaged: {}; the draws that their checksums prove are taken", name, flaw));
    }
    if (!damaged_[i].empty())
      lines.push_back(fmt::format("{}: not used, as damaged: {}", name, damaged_text(i)));
    if (points_lost_[i] > 0) {
      lines.push_back(fmt::format("{}: {} of its {} points are not in {}: their draws are left out", name,
                                  points_lost_[i], inputs_[i].source->keys.size(),
                                  target_.experiment.file.name));
    }
    if (draws > layout_.draws) {
      lines.push_back(fmt::format("{}: its draws from number {} on are left out, {} has {}", name,
                                  layout_.draws, target_.experiment.file.name, layout_.draws));
    }
  }
  return lines;
}

} // namespace pastur::run
