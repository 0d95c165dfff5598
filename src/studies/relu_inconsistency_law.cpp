// SPDX-License-Identifier: BSD-3-Clause
// The data laws: atoms, fresh samples, moments of the two sides.
#include <pastur/random/fill.hpp>
#include <pastur/studies/relu_inconsistency_law.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace pastur::studies::relu_inconsistency {

namespace {

constexpr std::int64_t star_rays = 11;
constexpr std::int64_t test_count = 10'000;

Points six() {
  return {.d = 1,
          .x = {-3.0, -2.0, -1.0, 1.0, 2.0, 3.0},
          .y = {-1.0, 2.0, -1.0, 1.0, -2.0, 1.0},
          .weight = std::vector<double>(6, 1.0 / 6.0)};
}

/// Point 3 i + j lies on ray i at the j-th radius.
Points star() {
  Points points{.d = 2, .x = {}, .y = {}, .weight = std::vector<double>(3 * star_rays, 1.0 / 33.0)};
  for (std::int64_t i = 0; i < star_rays; ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(star_rays);
    for (const double radius : {0.9, 1.0, 1.1}) {
      points.x.push_back(radius * std::cos(angle));
      points.x.push_back(radius * std::sin(angle));
    }
    points.y.insert(points.y.end(), {1.0, -2.0, 1.0});
  }
  return points;
}

/// x = sqrt(3) t e with t uniform on (0, 1) and e a uniform direction, y = cos 2 pi t.
Points radial(const random::Streams& streams, const char* radii, const char* directions, std::int64_t row,
              std::int64_t count, std::int64_t d) {
  const std::size_t size = static_cast<std::size_t>(count);
  Points points{.d = d, .x = std::vector<double>(size * static_cast<std::size_t>(d)), .y = {}, .weight = {}};
  std::vector<double> t(size);
  random::fill_uniform(streams.stream(radii), {row, 1, 0, count}, t.data(), 1);
  random::fill_normal(streams.stream(directions), {row, 1, 0, count * d}, points.x.data(), 1);
  for (std::size_t j = 0; j < size; ++j) {
    const std::span<double> x(points.x.data() + j * static_cast<std::size_t>(d), static_cast<std::size_t>(d));
    double square = 0.0;
    for (const double component : x) square += component * component;
    const double factor = std::sqrt(3.0 / square) * t[j];
    for (double& component : x) component *= factor;
    points.y.push_back(std::cos(2.0 * std::numbers::pi * t[j]));
  }
  return points;
}

/// x = +-beta/sqrt(105/196), beta ~ Beta(5, 2): the second largest of six uniform numbers. No noise yet.
Points wave(const random::Streams& streams, const char* inputs, const char* signs, std::int64_t row,
            std::int64_t count) {
  const std::size_t size = static_cast<std::size_t>(count);
  Points points{.d = 1, .x = std::vector<double>(size), .y = std::vector<double>(size), .weight = {}};
  std::vector<double> uniforms(6 * size);
  random::fill_uniform(streams.stream(inputs), {row, 1, 0, 6 * count}, uniforms.data(), 1);
  random::fill_signs(streams.stream(signs), {row, 1, 0, count}, points.x.data(), 1);
  for (std::size_t j = 0; j < size; ++j) {
    double* six_numbers = uniforms.data() + 6 * j;
    std::nth_element(six_numbers, six_numbers + 4, six_numbers + 6);
    points.x[j] *= six_numbers[4] / std::sqrt(105.0 / 196.0);
    const double x = points.x[j];
    points.y[j] =
        (std::cos(7.0 * std::numbers::pi * (x - x / std::sqrt(1.0 + x * x))) + 0.2 * x * x + 0.074) / 0.727;
  }
  return points;
}

void shift_targets(Points& points, double shift) {
  for (double& y : points.y) y += shift;
}

/// The best affine function of a coordinate t: mean_y + slope (t - mean_t).
struct AffineFit {
  double mean_t = 0.0, mean_y = 0.0, slope = 0.0;
  double residual = 0.0; ///< weighted sum of squares about it
  double weight = 0.0;   ///< of the points it was fitted to
};

/// Fits the points that `include` names.
template <class Coordinate, class Include>
AffineFit affine_fit(const Points& points, Coordinate coordinate, Include include) {
  double weight = 0.0, mean_t = 0.0, mean_y = 0.0;
  for (std::size_t j = 0; j < points.size(); ++j) {
    if (!include(j)) continue;
    weight += points.weight[j];
    mean_t += points.weight[j] * coordinate(j);
    mean_y += points.weight[j] * points.y[j];
  }
  if (!(weight > 0.0)) return {};
  mean_t /= weight;
  mean_y /= weight;
  double tt = 0.0, ty = 0.0, yy = 0.0;
  for (std::size_t j = 0; j < points.size(); ++j) {
    if (!include(j)) continue;
    const double t = coordinate(j) - mean_t;
    const double y = points.y[j] - mean_y;
    tt += points.weight[j] * t * t;
    ty += points.weight[j] * t * y;
    yy += points.weight[j] * y * y;
  }
  // One distinct coordinate: only its mean can be fitted.
  const double slope = tt > 1e-24 * weight ? ty / tt : 0.0;
  return {.mean_t = mean_t, .mean_y = mean_y, .slope = slope, .residual = yy - slope * ty, .weight = weight};
}

AffineFit side_fit(const Points& points, bool positive) {
  return affine_fit(
      points, [&](std::size_t j) { return points.x[j]; },
      [&](std::size_t j) { return (points.x[j] > 0.0) == positive; });
}

} // namespace

std::int64_t input_dimension(const study::Parameters& point) {
  if (point.is("data", "star")) return 2;
  return point.is("data", "radial") ? point.integer("d") : 1;
}

bool has_atoms(const study::Parameters& point) {
  return point.is("data", "six") || point.is("data", "star") || point.is("data", "points");
}

std::int64_t sample_count(const study::Parameters& point) {
  if (point.is("N", "inf")) return 0;
  const std::int64_t given = point.integer("N");
  if (given > 0) return given;
  return static_cast<std::int64_t>(
      std::llround(std::pow(static_cast<double>(point.integer("n")), point.real("sample_exponent"))));
}

Points atoms(const study::Parameters& point) {
  Points points;
  if (point.is("data", "six")) {
    points = six();
  } else if (point.is("data", "star")) {
    points = star();
  } else {
    points = {.d = 1,
              .x = point.reals("points_x"),
              .y = point.reals("points_y"),
              .weight = point.reals("points_probability")};
  }
  shift_targets(points, point.real("shift"));
  return points;
}

Points training_points(const study::Parameters& point, const random::Streams& streams, std::int64_t network) {
  const std::int64_t count = sample_count(point);
  if (has_atoms(point)) {
    Points points = atoms(point);
    if (count > 0) {
      UniformSequence uniforms(streams.stream("multiplicities"), network);
      points.weight = multinomial_shares(count, points.weight, uniforms);
    }
    return points;
  }
  Points points;
  if (point.is("data", "radial")) {
    points = radial(streams, "radii", "directions", network, count, point.integer("d"));
  } else {
    points = wave(streams, "inputs", "signs", network, count);
    std::vector<double> noise(points.size());
    random::fill_normal(streams.stream("noise"), {network, 1, 0, count}, noise.data(), 1);
    for (std::size_t j = 0; j < points.size(); ++j) points.y[j] += 0.1 / 0.727 * noise[j];
  }
  points.weight.assign(points.size(), 1.0 / static_cast<double>(count));
  shift_targets(points, point.real("shift"));
  return points;
}

Points test_points(const study::Parameters& point, const random::Streams& streams) {
  Points points = point.is("data", "radial")
                      ? radial(streams, "test_radii", "test_directions", 0, test_count, point.integer("d"))
                      : wave(streams, "test_inputs", "test_signs", 0, test_count);
  points.weight.assign(points.size(), 1.0 / static_cast<double>(test_count));
  shift_targets(points, point.real("shift"));
  return points;
}

Gap gap(const Points& points) {
  Gap result{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (const double x : points.x) {
    if (x > 0.0) result.above = std::min(result.above, x);
    if (x < 0.0) result.below = std::min(result.below, -x);
  }
  return result;
}

Sides side_moments(const Points& points) {
  Sides sides;
  std::array<double, 2> first{std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::quiet_NaN()};
  for (std::size_t j = 0; j < points.size(); ++j) {
    const double weight = points.weight[j];
    if (weight == 0.0) continue;
    const double x = points.x[j];
    const std::size_t side = x > 0.0 ? 0 : 1;
    SideMoments& moments = sides[side];
    moments.xx += weight * x * x;
    moments.x += weight * x;
    moments.one += weight;
    moments.xy += weight * x * points.y[j];
    moments.y += weight * points.y[j];
    if (std::isnan(first[side])) first[side] = x;
    moments.two_points = moments.two_points || x != first[side];
  }
  return sides;
}

double loss_of_linear_fits(const study::Parameters& point, const Points& points) {
  double sum = 0.0;
  if (point.is("data", "star")) {
    for (std::size_t ray = 0; ray < static_cast<std::size_t>(star_rays); ++ray) {
      sum += affine_fit(
                 points, [&](std::size_t j) { return std::hypot(points.x[2 * j], points.x[2 * j + 1]); },
                 [&](std::size_t j) { return j / 3 == ray; })
                 .residual;
    }
    return 0.5 * sum;
  }
  if (points.d > 1) return std::numeric_limits<double>::quiet_NaN();
  for (const bool positive : {true, false}) sum += side_fit(points, positive).residual;
  return 0.5 * sum;
}

std::vector<double> linear_fits(const Points& points, std::span<const double> x) {
  if (x.empty()) return {};
  const AffineFit above = side_fit(points, true), below = side_fit(points, false);
  std::vector<double> values;
  for (const double place : x) {
    const AffineFit& fit = place > 0.0 ? above : below;
    values.push_back(place != 0.0 && fit.weight > 0.0 ? fit.mean_y + fit.slope * (place - fit.mean_t)
                                                      : std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

} // namespace pastur::studies::relu_inconsistency
