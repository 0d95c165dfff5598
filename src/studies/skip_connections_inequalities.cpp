// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/skip_connections_inequalities.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pastur::studies::skip_connections {

namespace {

constexpr double tolerance = 1e-10;

double first(std::span<const double> values) {
  return values.empty() ? 0.0 : values.front();
}

} // namespace

void Inequalities::check(std::size_t number, bool holds) {
  ++checked_[number - 1];
  if (!holds) ++failed_[number - 1];
}

void Inequalities::at_most(std::size_t number, double left, double right, double scale) {
  check(number, left <= right + tolerance * scale); // false for NaN
}

void Inequalities::shift(std::span<const double> values, std::span<const double> others, double skip,
                         double other) {
  const double distance = std::abs(skip - other);
  const double scale = std::max(first(values), first(others));
  for (std::size_t i = 0; i < values.size(); ++i)
    at_most(1, std::abs(values[i] - others[i]), distance, scale);
}

void Inequalities::block(std::span<const double> values, std::span<const double> block, double skip) {
  shift(values, block, skip, 0.0);
  const double size = std::abs(skip);
  const double s1 = block.front();
  const double scale = std::max(values.front(), s1);
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    at_most(1, std::abs(values[i] - size), s1, scale);
    squares += (values[i] - block[i]) * (values[i] - block[i]);
  }
  // The tolerance of the root of the sum, so that equality (skip = 0) does not fail.
  at_most(1, std::sqrt(squares), std::sqrt(static_cast<double>(values.size())) * size, scale);
  if (s1 < size) at_most(1, values.front() * (size - s1), values.back() * (size + s1), scale * scale);
}

void Inequalities::symmetric_part(std::span<const double> values, std::span<const double> block, double skip,
                                  double lowest, double greatest) {
  const double scale = std::max(values.front(), block.front());
  const double least = 2.0 * std::min(skip * lowest, skip * greatest);
  const double most = 2.0 * std::max(skip * lowest, skip * greatest);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double middle = block[i] * block[i] + skip * skip;
    at_most(2, middle + least, values[i] * values[i], scale * scale);
    at_most(2, values[i] * values[i], middle + most, scale * scale);
  }
  const double floor = skip >= 0.0 ? skip + lowest : -skip - greatest;
  if (floor > 0.0) at_most(2, floor, values.back(), scale);
}

void Inequalities::derivatives(std::span<const double> overlaps) {
  for (const double overlap : overlaps) at_most(3, std::abs(overlap), 1.0, 1.0);
}

void Inequalities::differences(std::span<const double> values, std::span<const double> overlaps,
                               std::span<const double> above, std::span<const double> below, double step) {
  constexpr double apart = 1e-4;
  constexpr double agreement = 1e-4;
  for (std::size_t i = 0; i < values.size(); ++i) {
    // The neighbours of a value are those of the spectrum with both signs: -s_n stands next to s_n.
    const double before = i > 0 ? values[i - 1] - values[i] : apart * 2.0;
    const double after = i + 1 < values.size() ? values[i] - values[i + 1] : 2.0 * values[i];
    if (before <= apart || after <= apart) continue;
    const double difference = (above[i] - below[i]) / (2.0 * step);
    check(3, std::abs(difference - overlaps[i]) <= agreement);
  }
}

void Inequalities::degeneracy(std::span<const double> values, std::span<const double> block, double skip) {
  const auto n = static_cast<std::int64_t>(values.size());
  const double cut = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * block.front();
  const auto rank = std::count_if(block.begin(), block.end(), [&](double s) { return s > cut; });
  if (2 * rank >= n) return;
  const double scale = std::max(values.front(), std::abs(skip));
  const auto equal = std::count_if(values.begin(), values.end(), [&](double s) {
    return std::abs(s - std::abs(skip)) <= tolerance * scale;
  });
  check(3, equal >= n - 2 * rank);
}

void Inequalities::slopes(std::span<const double> values, std::span<const double> without, std::int64_t on,
                          double off) {
  const auto n = static_cast<std::int64_t>(values.size());
  const double scale = first(without);
  const double eta = std::abs(off);
  const auto at = [](std::span<const double> s, std::int64_t i) { return s[static_cast<std::size_t>(i)]; };
  if (eta == 1.0) {
    for (std::int64_t i = 0; i < n; ++i) {
      at_most(4, at(values, i), at(without, i), scale);
      at_most(4, at(without, i), at(values, i), scale);
    }
    return;
  }
  const std::size_t number = eta > 0.0 ? 5 : 6;
  const std::int64_t m = n - on;
  for (std::int64_t i = 0; i < n; ++i) {
    at_most(number, eta * at(without, i), at(values, i), scale);
    at_most(number, at(values, i), at(without, i), scale);
    if (i < on && i + m < n) at_most(number, at(without, i + m), at(values, i), scale);
    if (i < m) at_most(number, at(values, i + on), eta * at(without, i), scale);
  }
  // Condition numbers, multiplied out.
  const double least = eta > 0.0 ? at(values, n - 1) : (on > 0 ? at(values, on - 1) : 0.0);
  const double loss = eta > 0.0 ? eta : 1.0;
  if (on > 0)
    at_most(number, at(values, 0) * loss * at(without, n - 1), least * at(without, 0), scale * scale);
}

void Inequalities::switched(std::span<const double> values, std::span<const double> others, double bound) {
  const double scale = std::max(first(values), first(others));
  for (std::size_t i = 0; i < values.size(); ++i) at_most(7, std::abs(values[i] - others[i]), bound, scale);
}

void Inequalities::densenet(std::span<const double> values, std::span<const double> layer, double skip) {
  const double scale = values.front();
  for (std::size_t i = 0; i < values.size(); ++i)
    at_most(8, std::abs(values[i] - std::hypot(skip, layer[i])), 0.0, scale);
  at_most(8, values.front() * std::abs(skip), values.back() * std::hypot(skip, layer.front()), scale * scale);
}

void Inequalities::submatrix(std::span<const double> values, std::span<const double> whole) {
  for (std::size_t i = 0; i < values.size(); ++i) at_most(9, values[i], whole[i], first(whole));
}

void Inequalities::batch(const BatchBounds& bounds) {
  const double scale = bounds.greatest;
  at_most(10, bounds.greatest_from_below, bounds.greatest, scale);
  at_most(10, bounds.greatest, bounds.greatest_from_above, scale);
  at_most(10, bounds.least_from_below, bounds.least, scale);
}

void Inequalities::quadratic(double difference, double allowed) {
  check(10, difference <= allowed);
}

void Inequalities::record(study::Recorder& record) const {
  for (std::size_t k = 0; k < inequality_count; ++k) {
    if (checked_[k] > 0) {
      record.set_at("violations", k, static_cast<double>(failed_[k]));
    } else {
      record.missing_at("violations", k, "says nothing here");
    }
  }
}

} // namespace pastur::studies::skip_connections
