// SPDX-License-Identifier: BSD-3-Clause
#include "curves.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace pastur::report {

namespace {

std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Values of a coordinate over records in order of appearance, each once.
void collect(const std::vector<Record>& records, std::size_t at, std::vector<Scalar>& values) {
  for (const Record& record : records) {
    if (std::find(values.begin(), values.end(), record.place[at]) == values.end())
      values.push_back(record.place[at]);
  }
}

std::vector<Scalar> values_of(const std::vector<Quantity>& quantities, const std::string& name, bool fine) {
  std::vector<Scalar> values;
  for (const Quantity& quantity : quantities) {
    const std::size_t at = index_of(quantity.names, name);
    if (at == quantity.names.size()) continue;
    collect(quantity.draws, at, values);
    collect(quantity.theory, at, values);
    if (fine) collect(quantity.fine, at, values);
  }
  return values;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool scaled_x_varies(const std::vector<Quantity>& quantities) {
  std::set<double> values;
  for (const Quantity& quantity : quantities) {
    for (const std::vector<Record>* records : {&quantity.draws, &quantity.theory, &quantity.fine}) {
      for (const Record& record : *records) {
        if (!std::isnan(record.scaled_x)) values.insert(record.scaled_x);
      }
    }
  }
  return values.size() > 1;
}

/// The zipped parameters that follow x or each other. The others are needed besides x to tell the points
/// apart: a zip may list several walks one after the other (n = 10, 20, 10, 20 with scale = 1, 1, 2, 2).
std::vector<std::string> followers(const std::string& x, bool scaled, const std::vector<Quantity>& quantities,
                                   const std::vector<std::string>& zipped) {
  std::vector<std::string> following;
  for (const std::string& name : zipped) {
    if (name != x) following.push_back(name);
  }
  // The fewest values first: fewer and longer curves.
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : following) counts[name] = values_of(quantities, name, false).size();
  std::stable_sort(following.begin(), following.end(),
                   [&](const std::string& a, const std::string& b) { return counts[a] < counts[b]; });

  const auto told_apart = [&](const std::vector<std::string>& by, bool with_x) {
    std::set<std::vector<Scalar>> places;
    for (const Quantity& quantity : quantities) {
      for (const std::vector<Record>* records : {&quantity.draws, &quantity.theory}) {
        for (const Record& record : *records) {
          std::vector<Scalar> place;
          const std::size_t at = index_of(quantity.names, x);
          if (with_x && scaled) {
            place.emplace_back(record.scaled_x);
          } else if (with_x && at < record.place.size()) { // else a level
            place.push_back(record.place[at]);
          }
          for (const std::string& name : by) place.push_back(record.place[index_of(quantity.names, name)]);
          places.insert(std::move(place));
        }
      }
    }
    return places.size();
  };
  std::vector<std::string> needed;
  std::size_t apart = told_apart(needed, true);
  for (const std::string& name : following) {
    needed.push_back(name);
    const std::size_t with = told_apart(needed, true);
    if (with == apart) needed.pop_back();
    apart = with;
  }
  // Where x is swept too and the others alone tell all points apart, no two would be left to join: all
  // follow, along one curve.
  if (contains(zipped, x) && told_apart(needed, false) == apart) needed.clear();
  std::erase_if(following, [&](const std::string& name) { return contains(needed, name); });
  return following;
}

/// Gathers a quantity's records into curves.
class Gatherer {
public:
  Gatherer(CurveSet& set, const study::Figure& figure, std::size_t number, const Quantity& quantity)
      : set_(set), quantity_(quantity), number_(number), scaled_(static_cast<bool>(figure.scaled_x)),
        x_(index_of(quantity.names, set.x)) {
    for (const std::string& name : set.names) columns_.push_back(index_of(quantity.names, name));
  }

  void operator()() {
    for (const Record& record : quantity_.draws) {
      if (std::isinf(record.value)) ++set_.infinite;
      if (!std::isfinite(record.value)) continue;
      curve(record)->marks.push_back({position(record), record.value, record.low, record.high, record.count});
    }
    add_lines();
    for (Curve& curve : curves_) {
      std::stable_sort(curve.marks.begin(), curve.marks.end(),
                       [](const Mark& a, const Mark& b) { return a.x < b.x; });
      std::stable_sort(curve.line.begin(), curve.line.end(),
                       [](const LinePoint& a, const LinePoint& b) { return a.x < b.x; });
      const bool any = std::any_of(curve.line.begin(), curve.line.end(),
                                   [](const LinePoint& p) { return !std::isnan(p.y); });
      if (!any) curve.line.clear();
    }
    if (!quantity_.drawn) merge_equal_lines();
    for (Curve& curve : curves_) {
      if (!curve.marks.empty() || !curve.line.empty()) set_.curves.push_back(std::move(curve));
    }
  }

private:
  /// The finer grid where it has a curve's key, the points elsewhere.
  void add_lines() {
    for (const Record& record : quantity_.theory)
      curve(record)->line.push_back({position(record), record.value});
    std::map<std::size_t, std::vector<LinePoint>> finer;
    for (const Record& record : quantity_.fine) {
      const auto found = find(key(record));
      if (found != curves_.end()) {
        finer[static_cast<std::size_t>(found - curves_.begin())].push_back({position(record), record.value});
      }
    }
    for (auto& [at, line] : finer) {
      if (line.size() >= curves_[at].line.size()) curves_[at].line = std::move(line);
    }
  }

  /// A prediction that does not change with a coordinate is one line, not one per value.
  void merge_equal_lines() {
    for (std::size_t k = 0; k < set_.names.size(); ++k) {
      std::vector<Curve> merged;
      bool all_equal = true;
      for (const Curve& curve : curves_) {
        Curve without = curve;
        without.key[k] = std::string();
        const auto same_key =
            std::find_if(merged.begin(), merged.end(), [&](const Curve& m) { return m.key == without.key; });
        if (same_key == merged.end()) {
          merged.push_back(std::move(without));
        } else {
          all_equal = all_equal && equal_lines(same_key->line, curve.line);
        }
      }
      if (all_equal) curves_ = std::move(merged);
    }
  }

  static bool equal_lines(const std::vector<LinePoint>& a, const std::vector<LinePoint>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const LinePoint& p, const LinePoint& q) {
      const auto close = [](double u, double v) {
        return u == v || (std::isnan(u) && std::isnan(v)) ||
               std::fabs(u - v) <= 1e-12 * std::max(std::fabs(u), std::fabs(v));
      };
      return close(p.x, q.x) && close(p.y, q.y);
    });
  }

  std::vector<Scalar> key(const Record& record) const {
    std::vector<Scalar> values;
    for (const std::size_t column : columns_) {
      values.push_back(column < record.place.size() ? record.place[column] : Scalar(std::string()));
    }
    return values;
  }
  std::vector<Curve>::iterator find(const std::vector<Scalar>& wanted) {
    return std::find_if(curves_.begin(), curves_.end(), [&](const Curve& c) { return c.key == wanted; });
  }
  Curve* curve(const Record& record) {
    const std::vector<Scalar> wanted = key(record);
    const auto found = find(wanted);
    if (found != curves_.end()) return &*found;
    curves_.push_back({.quantity = number_, .key = wanted});
    return &curves_.back();
  }
  /// NaN for a quantity without the coordinate: the figure draws it as a level.
  double position(const Record& record) const {
    if (scaled_) return record.scaled_x;
    if (x_ >= record.place.size()) return std::nan("");
    if (!set_.categories.empty())
      return static_cast<double>(index_of(set_.categories, shown(record.place[x_])));
    return to_number(record.place[x_]);
  }

  CurveSet& set_;
  const Quantity& quantity_;
  std::size_t number_;
  bool scaled_;
  std::size_t x_;
  std::vector<std::size_t> columns_;
  std::vector<Curve> curves_;
};

} // namespace

std::string x_coordinate(const study::Figure& figure, const std::vector<Quantity>& quantities,
                         const std::vector<std::string>& zipped) {
  if (figure.scaled_x && !scaled_x_varies(quantities)) return {};
  if (values_of(quantities, figure.x, true).size() > 1) return figure.x;
  if (!figure.scaled_x) return {};
  for (const Quantity& quantity : quantities) {
    for (std::size_t at = 0; at < quantity.names.size(); ++at) {
      // Records that differ in this coordinate only, but not in their scaled x, do not move along it.
      std::map<std::vector<Scalar>, std::set<double>> seen;
      for (const std::vector<Record>* records : {&quantity.draws, &quantity.theory, &quantity.fine}) {
        for (const Record& record : *records) {
          std::vector<Scalar> others = record.place;
          others[at] = std::string();
          if (contains(zipped, quantity.names[at])) {
            for (const std::string& name : zipped) others[index_of(quantity.names, name)] = std::string();
          }
          seen[others].insert(record.scaled_x);
        }
      }
      if (std::any_of(seen.begin(), seen.end(), [](const auto& entry) { return entry.second.size() > 1; }))
        return quantity.names[at];
    }
  }
  return {};
}

CurveSet curves_of(const study::Figure& figure, const std::vector<Quantity>& quantities,
                   const std::vector<std::string>& zipped) {
  CurveSet set;
  set.x = x_coordinate(figure, quantities, zipped);
  const std::vector<std::string> following =
      followers(set.x, static_cast<bool>(figure.scaled_x), quantities, zipped);
  if (!figure.scaled_x) {
    // One text among the values (64, "inf") makes all of them texts.
    const std::vector<Scalar> values = values_of(quantities, set.x, true);
    const bool texts = std::any_of(values.begin(), values.end(),
                                   [](const Scalar& v) { return std::holds_alternative<std::string>(v); });
    for (const Scalar& value : values) {
      if (texts) set.categories.push_back(shown(value));
    }
  }
  for (const Quantity& quantity : quantities) {
    for (const std::string& name : quantity.names) {
      if (name == set.x || contains(set.names, name) || contains(following, name)) continue;
      std::vector<Scalar> values = values_of(quantities, name, false);
      if (values.size() < 2) continue;
      set.names.push_back(name);
      set.values.push_back(std::move(values));
    }
  }
  for (std::size_t q = 0; q < quantities.size(); ++q) Gatherer(set, figure, q, quantities[q])();
  return set;
}

} // namespace pastur::report
