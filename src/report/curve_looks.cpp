// SPDX-License-Identifier: BSD-3-Clause
// Which panels a figure of curves has, and how its curves look.
#include "curve_figure.hpp"
#include "gnuplot_text.hpp"
#include "palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace pastur::report {

namespace {

constexpr std::size_t most_curves = 6; // combinations of coordinates in a panel
constexpr std::size_t most_panels = 6;
constexpr std::array<int, 5> marks{7, 5, 9, 13, 11};
constexpr std::array<const char*, 5> dashes{"1", "(12,5)", "(3,4)", "(12,4,3,4)", "(18,4,3,4,3,4)"};
constexpr const char* level_colour = "#404040";

} // namespace

std::size_t CurveFigure::combinations() const {
  std::size_t count = 1;
  for (const std::vector<Scalar>& values : set_.values) count *= values.size();
  return count;
}

/// Too many combinations for one panel: the values of one coordinate get a panel each. It is the one that
/// leaves few enough with the fewest panels; names before numbers.
void CurveFigure::choose_panels() {
  const std::size_t all = combinations();
  const auto drawn_quantities = static_cast<std::size_t>(
      std::count_if(quantities_.begin(), quantities_.end(), [](const Quantity& q) { return q.drawn; }));
  const std::size_t allowed = drawn_quantities > 1 ? 3 : most_curves;
  if (all > allowed && set_.names.size() > 1) {
    const auto cost = [&](std::size_t name) {
      const std::size_t count = set_.values[name].size();
      const bool enough = (all + count - 1) / count <= allowed;
      const bool text = std::holds_alternative<std::string>(set_.values[name].front());
      return std::make_tuple(count > most_panels, !enough, enough ? count : all / count, !text);
    };
    split_ = 0;
    for (std::size_t name = 1; name < set_.names.size(); ++name) {
      if (cost(name) < cost(split_)) split_ = name;
    }
  }
  if (split_ >= set_.names.size()) {
    panels_.emplace_back(std::string());
    return;
  }
  for (const std::size_t i : spread(set_.values[split_].size(), most_panels))
    panels_.push_back(set_.values[split_][i]);
  if (panels_.size() < set_.values[split_].size()) {
    left_out_ =
        fmt::format("{} of {} values of {}", panels_.size(), set_.values[split_].size(), set_.names[split_]);
  }
}

void CurveFigure::choose_colours() {
  for (const Curve& curve : set_.curves) {
    if (!quantities_[curve.quantity].drawn && combinations() > 1) {
      const bool level = std::all_of(curve.key.begin(), curve.key.end(),
                                     [](const Scalar& v) { return to_string(v).empty(); });
      if (level) continue;
    }
    std::vector<Scalar> key = curve.key;
    if (split_ < key.size()) key[split_] = std::string();
    if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(key);
  }
  // Numbers in order, so that colours can be graded.
  if (set_.names.size() - (split_ < set_.names.size() ? 1 : 0) == 1) {
    const std::size_t name = split_ == 0 ? 1 : 0;
    const bool numbers = std::none_of(keys_.begin(), keys_.end(), [&](const auto& key) {
      return std::holds_alternative<std::string>(key[name]);
    });
    if (numbers) {
      std::sort(keys_.begin(), keys_.end(),
                [&](const auto& a, const auto& b) { return to_number(a[name]) < to_number(b[name]); });
    }
    const std::size_t before = keys_.size();
    std::vector<std::vector<Scalar>> kept;
    for (const std::size_t i : spread(before, 2 * most_curves - 4)) kept.push_back(keys_[i]);
    keys_ = std::move(kept);
    if (keys_.size() < before)
      left_out_ = fmt::format("{} of {} values of {}", keys_.size(), before, set_.names[name]);
    colours_ = numbers && keys_.size() > 2 ? graded_colours(keys_.size()) : distinct_colours(keys_.size());
    return;
  }
  const std::size_t before = keys_.size();
  if (before > 2 * most_curves) {
    std::vector<std::vector<Scalar>> kept;
    for (const std::size_t i : spread(before, most_curves)) kept.push_back(keys_[i]);
    keys_ = std::move(kept);
    left_out_ = fmt::format("{} of {} curves", keys_.size(), before);
  }
  colours_ = distinct_colours(keys_.size());
}

bool CurveFigure::in_panel(const Curve& curve, std::size_t panel) const {
  if (split_ < curve.key.size()) {
    const Scalar& value = curve.key[split_];
    if (value != panels_[panel] && !to_string(value).empty()) return false;
  }
  std::vector<Scalar> key = curve.key;
  if (split_ < key.size()) key[split_] = std::string();
  const bool level =
      std::all_of(key.begin(), key.end(), [](const Scalar& v) { return to_string(v).empty(); });
  return level || std::find(keys_.begin(), keys_.end(), key) != keys_.end();
}

std::vector<const Curve*> CurveFigure::curves_in(std::size_t panel) const {
  std::vector<const Curve*> curves;
  for (const Curve& curve : set_.curves) {
    if (in_panel(curve, panel)) curves.push_back(&curve);
  }
  return curves;
}

Look CurveFigure::look(const Curve& curve) const {
  const std::size_t q = curve.quantity;
  // Marks and dashes count observables and theory-only outputs apart: an observable's own theory is solid
  // while there is one observable.
  std::size_t rank = 0;
  std::size_t observables = 0;
  for (std::size_t i = 0; i < quantities_.size(); ++i) {
    if (i < q && quantities_[i].drawn == quantities_[q].drawn) ++rank;
    if (quantities_[i].drawn) ++observables;
  }
  const std::size_t dash = quantities_[q].drawn ? rank : std::max<std::size_t>(observables, 1) + rank;
  Look look{.colour = level_colour, .mark = marks[rank % marks.size()], .dash = dashes[dash % dashes.size()]};
  std::vector<Scalar> key = curve.key;
  if (split_ < key.size()) key[split_] = std::string();
  if (keys_.size() <= 1) {
    if (quantities_[q].drawn || observables == 0) {
      look.colour = distinct_colours(rank + 1).back();
      look.dash = "1";
    }
    return look;
  }
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  if (found != keys_.end()) look.colour = colours_[static_cast<std::size_t>(found - keys_.begin())];
  return look;
}

std::string CurveFigure::key_text(const std::vector<Scalar>& key) const {
  std::string text;
  for (std::size_t k = 0; k < key.size(); ++k) {
    if (k == split_ || to_string(key[k]).empty()) continue;
    if (!text.empty()) text += ", ";
    text += coordinate_label(set_.names[k], shown(key[k]), std::holds_alternative<std::string>(key[k]));
  }
  return text;
}

/// Entries for coordinates (colours), then for quantities (marks and dashes) where there are several.
std::vector<LegendEntry> CurveFigure::legend() const {
  std::vector<LegendEntry> entries;
  const auto of_quantity = [&](std::size_t q, bool with_marks, bool with_line) {
    const auto first =
        std::find_if(set_.curves.begin(), set_.curves.end(), [q](const Curve& c) { return c.quantity == q; });
    if (first == set_.curves.end()) return;
    Look style = look(*first);
    if (keys_.size() > 1) style.colour = level_colour;
    const std::string line = fmt::format("lc rgb '{}' lw 2 dt {}", style.colour, style.dash);
    const std::string mark = fmt::format("pt {} ps 0.9", style.mark);
    const std::string with = with_marks && with_line ? fmt::format("linespoints {} {}", line, mark)
                             : with_marks ? fmt::format("points lc rgb '{}' {}", style.colour, mark)
                                          : fmt::format("lines {}", line);
    entries.push_back({with, typeset(quantities_[q].name)});
  };
  const auto has = [&](std::size_t q, bool line) {
    return std::any_of(set_.curves.begin(), set_.curves.end(), [&](const Curve& c) {
      return c.quantity == q && (line ? !c.line.empty() : !c.marks.empty());
    });
  };
  if (keys_.size() > 1) {
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      const std::string text = key_text(keys_[k]);
      if (text.empty()) continue;
      entries.push_back({fmt::format("linespoints lc rgb '{}' lw 2 pt 7 ps 0.9", colours_[k]), text});
    }
    if (quantities_.size() == 1) return entries;
  }
  for (std::size_t q = 0; q < quantities_.size(); ++q) {
    if (has(q, false) || has(q, true)) of_quantity(q, has(q, false), has(q, true));
  }
  if (entries.size() == 1 && quantities_.size() == 1) return {};
  return entries;
}

} // namespace pastur::report
