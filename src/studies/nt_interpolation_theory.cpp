// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/studies/nt_interpolation_theory.hpp>
#include <pastur/theory/gegenbauer.hpp>
#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace pastur::studies::nt_interpolation {

namespace {

/// Energy of the target in each degree 0, 1, 2; random labels and a data set's labels have none.
std::array<double, 3> energy_by_degree(learning::Target target) {
  switch (target) {
  case learning::Target::linear:
    return {0.0, 1.0, 0.0};
  case learning::Target::lin_quad:
    return {0.0, 0.5, 0.5};
  case learning::Target::random_labels:
  case learning::Target::data_labels:
    break;
  }
  return {0.0, 0.0, 0.0};
}

theory::SpectralModel empty_model(const Setting& setting) {
  theory::SpectralModel model;
  model.samples = static_cast<double>(setting.n);
  model.noise_variance = setting.target == learning::Target::random_labels ? 1.0 : setting.noise_variance;
  return model;
}

double ratio(const Setting& setting) {
  return static_cast<double>(setting.n) / (static_cast<double>(setting.N) * static_cast<double>(setting.d));
}

/// `count` singular directions of W that share a squared singular value.
struct Direction {
  double squared;
  double count;
};

/// The directions themselves up to `most` of them; beyond, consecutive ones share their mean, which moves a
/// prediction by O(1/most^2) and keeps the number of pairs below most^2.
std::vector<Direction> merged(std::span<const double> squared, std::size_t most = 2048) {
  const std::size_t together = (squared.size() + most - 1) / most;
  std::vector<Direction> directions;
  for (std::size_t first = 0; first < squared.size(); first += together) {
    const std::span<const double> part = squared.subspan(first, std::min(together, squared.size() - first));
    const double count = static_cast<double>(part.size());
    directions.push_back({std::accumulate(part.begin(), part.end(), 0.0) / count, count});
  }
  return directions;
}

} // namespace

std::vector<double> hermite_tail(const theory::Activation& activation, std::int64_t degree) {
  const int count = static_cast<int>(degree) + 1;
  const std::vector<double> c = theory::derivative_hermite_coefficients(activation, count);
  std::vector<double> tail(static_cast<std::size_t>(count));
  double left = theory::derivative_second_moment(activation);
  for (std::size_t l = 0; l < tail.size(); ++l) {
    tail[l] = std::max(0.0, left);
    left -= c[l] * c[l];
  }
  return tail;
}

InfiniteWidth infinite_width(const Setting& setting, std::int64_t degree) {
  const int d = static_cast<int>(setting.d);
  const int top = static_cast<int>(degree);
  const theory::NeuralTangentKernel kernel(setting.activation);
  InfiniteWidth result{empty_model(setting), kernel.eigenvalues(d, top), kernel.tail(d, top)};
  const std::array<double, 3> energy = energy_by_degree(setting.target);
  double captured = 0.0;
  for (int k = 0; k <= top; ++k) {
    const double xi = result.eigenvalues[static_cast<std::size_t>(k)];
    if (!(xi > 0.0)) continue;
    const double multiplicity = theory::harmonic_count(d, k);
    const double share = k < 3 ? energy[static_cast<std::size_t>(k)] : 0.0;
    result.model.groups.push_back({xi, multiplicity, share});
    captured += share;
  }
  result.model.extra_energy = std::max(0.0, energy[0] + energy[1] + energy[2] - captured);
  return result;
}

std::vector<double> squared_singular_values(std::int64_t N, std::int64_t d) {
  return theory::marchenko_pastur_quantiles(N, d);
}

theory::SpectralModel finite_width(const Setting& setting, std::span<const double> squared) {
  const double N = static_cast<double>(setting.N);
  const double d = static_cast<double>(setting.d);
  const double features = N * d;
  const std::vector<double> c = theory::derivative_hermite_coefficients(setting.activation, 2);
  const double variance = theory::derivative_second_moment(setting.activation) - c[0] * c[0];
  const double slope = c[1] * c[1];
  const double bulk = std::max(0.0, variance - slope);
  const std::array<double, 3> energy = energy_by_degree(setting.target);
  const std::size_t r = squared.size();

  theory::SpectralModel model = empty_model(setting);
  const double linear = N * c[0] * c[0] + variance;
  const double linear_energy = energy[1] * N * c[0] * c[0] / linear;
  model.groups.push_back({linear / features, d, linear_energy});

  // The linear part takes d of the N d directions from the pairs and the bulk in proportion: factor 1 - 1/N.
  const double thinning = 1.0 - 1.0 / N;
  const double pair_energy = energy[2] / (d * (d + 1.0) / 2.0);
  double quadratic_energy = 0.0;
  double pairs = 0.0;
  const auto add_pairs = [&](double squares, double count) {
    if (count <= 0.0) return;
    const double lift = slope * squares;
    const double captured = lift > 0.0 ? count * pair_energy * lift / (bulk + lift) : 0.0;
    model.groups.push_back({(bulk + lift) / features, thinning * count, captured});
    quadratic_energy += captured;
    pairs += count;
  };
  const std::vector<Direction> directions = merged(squared);
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const Direction& a = directions[i];
    add_pairs(2.0 * a.squared, a.count * (a.count + 1.0) / 2.0);
    for (std::size_t j = i + 1; j < directions.size(); ++j) {
      add_pairs(a.squared + directions[j].squared, a.count * directions[j].count);
    }
    add_pairs(a.squared,
              a.count * (d - static_cast<double>(r))); // with the d - r directions that W does not see
  }
  model.groups.push_back({bulk / features, thinning * (features - pairs), 0.0});
  model.extra_energy = std::max(0.0, energy[1] + energy[2] - linear_energy - quadratic_energy);
  return model;
}

double crude_lambda_min(const Setting& setting) {
  const double gap = std::max(0.0, 1.0 - std::sqrt(ratio(setting)));
  return hermite_tail(setting.activation, 1)[1] * gap * gap;
}

RelativeEdges relative_edges(const Setting& setting) {
  const double root = std::sqrt(ratio(setting));
  const double gap = std::max(0.0, 1.0 - root);
  return {gap * gap, (1.0 + root) * (1.0 + root)};
}

double interpolation_error(const Setting& setting, const theory::SpectralModel& finite) {
  const double missed = 1.0 - 1.0 / ratio(setting);
  if (missed <= 0.0)
    return 0.0; // N d >= n; at N d = n the limit of the train error, though the test error diverges
  if (setting.target == learning::Target::random_labels) return missed;
  return theory::equivalent_risk(finite, 0.0).train_error;
}

} // namespace pastur::studies::nt_interpolation
