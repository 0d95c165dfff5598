// SPDX-License-Identifier: BSD-3-Clause
// Fixed seeds, so each test either always passes or always fails; every statistic is held to four standard
// deviations.
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

namespace pastur::random {
namespace {

constexpr std::int64_t rows = 2000;
constexpr std::int64_t columns = 500;
constexpr double total = static_cast<double>(rows * columns);
/// P(sqrt(n) D > 2.28) is that of four standard deviations.
constexpr double kolmogorov_limit = 2.28;

std::vector<double> matrix(void (*fill)(const Stream&, const Tile&, double*, std::int64_t),
                           const char* name) {
  std::vector<double> values(static_cast<std::size_t>(rows * columns));
  fill(Streams("distributions").stream(name), {0, rows, 0, columns}, values.data(), rows);
  return values;
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

double kolmogorov(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]);
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return std::sqrt(n) * distance;
}

/// (mean of f - expected) in standard deviations.
double z_score(const std::vector<double>& values, const std::function<double(double)>& f, double mean,
               double variance) {
  double sum = 0.0;
  for (const double value : values) sum += f(value);
  return (sum / static_cast<double>(values.size()) - mean) *
         std::sqrt(static_cast<double>(values.size()) / variance);
}

double chi_square_z(const std::vector<double>& uniforms, int bins) {
  std::vector<double> counts(static_cast<std::size_t>(bins), 0.0);
  for (const double u : uniforms) counts[static_cast<std::size_t>(u * bins)] += 1.0;
  const double expected = static_cast<double>(uniforms.size()) / bins;
  double chi_square = 0.0;
  for (const double count : counts) chi_square += (count - expected) * (count - expected) / expected;
  return (chi_square - (bins - 1)) / std::sqrt(2.0 * (bins - 1));
}

/// Correlation of elements a step of (down, right) apart, for values of mean 0 and variance 1, in standard
/// deviations.
double lag_z(const std::vector<double>& values, std::int64_t down, std::int64_t right) {
  double sum = 0.0;
  for (std::int64_t j = 0; j + right < columns; ++j) {
    for (std::int64_t i = 0; i + down < rows; ++i) {
      sum += values[static_cast<std::size_t>(i + j * rows)] *
             values[static_cast<std::size_t>(i + down + (j + right) * rows)];
    }
  }
  return sum / std::sqrt(static_cast<double>((rows - down) * (columns - right)));
}

constexpr std::array<std::array<std::int64_t, 2>, 6> lags = {
    {{0, 1}, {1, 0}, {1, 1}, {0, 2}, {8, 0}, {64, 3}}};

TEST(Uniform, moments_and_distribution_are_right) {
  std::vector<double> values = matrix(fill_uniform, "uniform");
  EXPECT_LT(std::abs(z_score(
                values, [](double u) { return u; }, 0.5, 1.0 / 12.0)),
            4.0);
  EXPECT_LT(std::abs(z_score(
                values, [](double u) { return u * u; }, 1.0 / 3.0, 4.0 / 45.0)),
            4.0);
  EXPECT_LT(std::abs(chi_square_z(values, 1000)), 4.0);
  EXPECT_LT(kolmogorov(values, [](double u) { return u; }), kolmogorov_limit);
  // The low bits as well: what is left after a shift by 30 binary places is uniform.
  for (double& u : values) u = u * 0x1p30 - std::floor(u * 0x1p30);
  EXPECT_LT(std::abs(chi_square_z(values, 256)), 4.0);
}

TEST(Uniform, neighbours_are_uncorrelated) {
  std::vector<double> values = matrix(fill_uniform, "uniform pairs");
  for (double& u : values) u = std::sqrt(12.0) * (u - 0.5);
  for (const auto& [down, right] : lags)
    EXPECT_LT(std::abs(lag_z(values, down, right)), 4.0) << down << " " << right;
}

TEST(Normal, moments_and_distribution_are_right) {
  const std::vector<double> values = matrix(fill_normal, "normal");
  EXPECT_LT(std::abs(z_score(
                values, [](double x) { return x; }, 0.0, 1.0)),
            4.0);
  EXPECT_LT(std::abs(z_score(
                values, [](double x) { return x * x; }, 1.0, 2.0)),
            4.0);
  EXPECT_LT(std::abs(z_score(
                values, [](double x) { return x * x * x; }, 0.0, 15.0)),
            4.0);
  EXPECT_LT(std::abs(z_score(
                values, [](double x) { return x * x * x * x; }, 3.0, 96.0)),
            4.0);
  EXPECT_LT(kolmogorov(values, normal_cdf), kolmogorov_limit);
  std::vector<double> uniforms;
  for (const double x : values) uniforms.push_back(std::min(normal_cdf(x), 1.0 - 0x1p-53));
  EXPECT_LT(std::abs(chi_square_z(uniforms, 1000)), 4.0);
}

TEST(Normal, tails_have_the_right_weight) {
  const std::vector<double> values = matrix(fill_normal, "tails");
  for (const double threshold : {2.0, 3.0, 4.0}) {
    const double p = normal_cdf(-threshold);
    for (const double side : {-1.0, 1.0}) {
      const auto beyond =
          std::count_if(values.begin(), values.end(), [&](double x) { return side * x > threshold; });
      EXPECT_LT(std::abs(static_cast<double>(beyond) - total * p) / std::sqrt(total * p), 4.0)
          << side * threshold;
    }
  }
}

TEST(Normal, neighbours_are_uncorrelated_and_so_are_their_squares) {
  std::vector<double> values = matrix(fill_normal, "normal pairs");
  for (const auto& [down, right] : lags)
    EXPECT_LT(std::abs(lag_z(values, down, right)), 4.0) << down << " " << right;
  for (double& x : values) x = (x * x - 1.0) / std::sqrt(2.0);
  for (const auto& [down, right] : lags)
    EXPECT_LT(std::abs(lag_z(values, down, right)), 4.0) << down << " " << right;
}

TEST(Normal, both_members_of_a_pair_are_isotropic) {
  const std::vector<double> values = matrix(fill_normal, "angles");
  std::vector<double> turns;
  for (std::int64_t j = 0; j < columns; j += 2) {
    for (std::int64_t i = 0; i < rows; ++i) {
      const double angle = std::atan2(values[static_cast<std::size_t>(i + (j + 1) * rows)],
                                      values[static_cast<std::size_t>(i + j * rows)]);
      turns.push_back(std::min(angle / (2.0 * std::acos(-1.0)) + 0.5, 1.0 - 0x1p-53));
    }
  }
  EXPECT_LT(std::abs(chi_square_z(turns, 360)), 4.0);
}

TEST(Signs, are_balanced_and_uncorrelated) {
  const std::vector<double> values = matrix(fill_signs, "signs");
  for (const double value : values) ASSERT_EQ(std::abs(value), 1.0);
  EXPECT_LT(std::abs(z_score(
                values, [](double x) { return x; }, 0.0, 1.0)),
            4.0);
  for (const auto& [down, right] : lags)
    EXPECT_LT(std::abs(lag_z(values, down, right)), 4.0) << down << " " << right;
}

TEST(SphereRows, have_the_radius_and_are_isotropic) {
  constexpr std::int64_t points = 20000;
  constexpr std::int64_t dimension = 7;
  constexpr double radius = 2.5;
  std::vector<double> values(static_cast<std::size_t>(points * dimension));
  fill_sphere_rows(Streams("sphere").stream("X"), 0, points, dimension, radius, values.data(), points);
  for (std::int64_t i = 0; i < points; ++i) {
    double square = 0.0;
    for (std::int64_t j = 0; j < dimension; ++j)
      square += std::pow(values[static_cast<std::size_t>(i + j * points)], 2);
    ASSERT_NEAR(std::sqrt(square), radius, 4e-16 * radius * dimension);
  }
  // x_j^2 / radius^2 is Beta(1/2, (d - 1)/2): mean 1/d, variance 2 (d - 1) / (d^2 (d + 2)).
  const double d = static_cast<double>(dimension);
  for (std::int64_t j = 0; j < dimension; ++j) {
    const auto first = values.begin() + j * points;
    const std::vector<double> column(first, first + points);
    EXPECT_LT(std::abs(z_score(
                  column, [](double x) { return x; }, 0.0, radius * radius / d)),
              4.0);
    EXPECT_LT(std::abs(z_score(
                  column, [](double x) { return x * x / (radius * radius); }, 1.0 / d,
                  2.0 * (d - 1.0) / (d * d * (d + 2.0)))),
              4.0);
  }
}

TEST(SphereRows, a_row_is_the_same_in_every_tile) {
  constexpr std::int64_t dimension = 33;
  const Stream stream = Streams("sphere").stream("tiles");
  std::vector<double> whole(700 * dimension);
  fill_sphere_rows(stream, 0, 700, dimension, 3.0, whole.data(), 700);
  for (const std::int64_t count : {1, 3, 8, 300}) {
    std::vector<double> part(static_cast<std::size_t>((count + 1) * dimension));
    fill_sphere_rows(stream, 255, count, dimension, 3.0, part.data(), count + 1);
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < dimension; ++j) {
        ASSERT_EQ(part[static_cast<std::size_t>(i + j * (count + 1))],
                  whole[static_cast<std::size_t>(255 + i + j * 700)]);
      }
    }
  }
}

TEST(SphereRows, on_a_line_are_plus_or_minus_the_radius) {
  std::vector<double> values(100);
  fill_sphere_rows(Streams("line").stream("X"), 0, 100, 1, 1.5, values.data(), 100);
  for (const double value : values) EXPECT_EQ(std::abs(value), 1.5);
  EXPECT_LT(std::abs(std::count(values.begin(), values.end(), 1.5) - 50), 20);
}

} // namespace
} // namespace pastur::random
