// SPDX-License-Identifier: BSD-3-Clause
// Every predicted digit of the study's tables, and the finite-width formula against the exact covariance of
// drawn ReLU weights.
#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/linalg/spectrum.hpp>
#include <pastur/random/fill.hpp>
#include <pastur/studies/nt_interpolation_theory.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

namespace {

using namespace pastur;
using learning::Target;
using studies::nt_interpolation::finite_width;
using studies::nt_interpolation::infinite_width;
using studies::nt_interpolation::Setting;
using studies::nt_interpolation::squared_singular_values;
using theory::Activation;

/// The last printed digit decides.
#define EXPECT_DIGITS(value, printed, digits)                                                                \
  EXPECT_NEAR(value, printed, 0.5000001 * std::pow(10.0, -(digits)))

theory::SpectralModel finite(const Setting& s) {
  return finite_width(s, squared_singular_values(s.N, s.d));
}

Setting setting(const char* activation, std::int64_t n, std::int64_t d, std::int64_t N,
                Target target = Target::linear, double noise_variance = 0.25) {
  return {.activation = Activation::named(activation, std::string(activation) == "shifted_relu" ? 0.5 : 0.0),
          .n = n,
          .d = d,
          .N = N,
          .target = target,
          .noise_variance = noise_variance};
}

double infinite_lambda_min(const Setting& s, std::int64_t degree) {
  const auto infinite = infinite_width(s, degree);
  return infinite.tail + theory::equivalent_lambda_min(infinite.model);
}

TEST(NtInterpolationTheory, hermite_tails_match_the_table) {
  struct Row {
    const char* activation;
    double e2, gamma1, gamma2, gamma3;
    int digits;
  };
  const Row rows[] = {{"relu", 0.5, 0.25, 0.09084506, 0.09084506, 8},
                      {"shifted_relu", 0.30853754, 0.21334213, 0.08939213, 0.07389838, 8},
                      {"tanh", 0.46440290, 0.09752374, 0.09752374, 0.03142294, 8},
                      {"erf", 0.56941003, 0.14499685, 0.14499685, 0.05068281, 8},
                      {"softplus", 0.29337904, 0.04337904, 6.8681e-4, 6.8681e-4, 8}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.activation);
    const auto tail = studies::nt_interpolation::hermite_tail(setting(row.activation, 2, 3, 2).activation, 3);
    EXPECT_DIGITS(tail[0], row.e2, row.digits);
    EXPECT_DIGITS(tail[1], row.gamma1, row.digits);
    EXPECT_DIGITS(tail[2], row.gamma2, row.digits);
    EXPECT_DIGITS(tail[3], row.gamma3, row.digits);
  }
}

TEST(NtInterpolationTheory, kernel_coefficients_match_the_printed_values) {
  const auto at40 = infinite_width(setting("relu", 600, 40, 2), 4);
  EXPECT_DIGITS(at40.eigenvalues[0], 4.02891640e-3, 11);
  EXPECT_NEAR(at40.eigenvalues[1], 1.0 / 160.0, 1e-15);
  EXPECT_DIGITS(at40.eigenvalues[2], 1.94135770e-4, 12);
  EXPECT_EQ(at40.eigenvalues[3], 0.0);
  EXPECT_DIGITS(at40.eigenvalues[4], 2.1906e-7, 11);
  EXPECT_DIGITS(at40.tail, 0.06011887, 8);
  const auto at20 = infinite_width(setting("relu", 600, 20, 2), 4);
  EXPECT_DIGITS(at20.eigenvalues[0], 8.15911374e-3, 11);
  EXPECT_NEAR(at20.eigenvalues[1], 0.0125, 1e-15);
  EXPECT_DIGITS(at20.eigenvalues[2], 7.58557060e-4, 12);
  EXPECT_DIGITS(at20.tail, 0.05639308, 8);
}

TEST(NtInterpolationTheory, least_eigenvalue_at_finite_width_matches_every_digit) {
  struct Row {
    std::int64_t n, d, N;
    double relu, tanh;
  };
  const Row rows[] = {{600, 40, 20, 0.00344, 0.00186},  {600, 40, 30, 0.01557, 0.00878},
                      {600, 40, 60, 0.04090, 0.02522},  {600, 40, 120, 0.06172, 0.04174},
                      {600, 40, 480, 0.08449, 0.06689}, {900, 60, 60, 0.04607, 0.02522},
                      {1200, 80, 60, 0.04949, 0.02522}};
  for (const Row& row : rows) {
    SCOPED_TRACE("n = " + std::to_string(row.n) + ", N = " + std::to_string(row.N));
    EXPECT_DIGITS(theory::equivalent_lambda_min(finite(setting("relu", row.n, row.d, row.N))), row.relu, 5);
    EXPECT_DIGITS(theory::equivalent_lambda_min(finite(setting("tanh", row.n, row.d, row.N))), row.tanh, 5);
  }
}

TEST(NtInterpolationTheory, least_eigenvalue_at_infinite_width_matches_every_digit) {
  EXPECT_DIGITS(infinite_lambda_min(setting("relu", 600, 40, 2), 4), 0.0916255, 7);
  EXPECT_DIGITS(infinite_lambda_min(setting("softplus", 600, 40, 2), 4), 0.00185808, 8);
  EXPECT_DIGITS(infinite_lambda_min(setting("tanh", 600, 40, 2), 4), 0.0667897, 7);
  EXPECT_DIGITS(infinite_lambda_min(setting("erf", 600, 40, 2), 4), 0.1007995, 7);
  EXPECT_DIGITS(infinite_lambda_min(setting("shifted_relu", 600, 40, 2), 4), 0.0895187, 7);
}

TEST(NtInterpolationTheory, real_data_table_uses_these_predictions) {
  EXPECT_DIGITS(theory::equivalent_lambda_min(finite(setting("relu", 300, 40, 60))), 0.0794, 4);
  EXPECT_DIGITS(theory::equivalent_lambda_min(finite(setting("relu", 600, 40, 240))), 0.0758, 4);
  EXPECT_DIGITS(theory::equivalent_lambda_min(finite(setting("relu", 1200, 40, 60))), 0.0122, 4);
}

TEST(NtInterpolationTheory, relative_edges_are_marchenko_pastur) {
  const auto at60 = studies::nt_interpolation::relative_edges(setting("relu", 600, 40, 60));
  EXPECT_DIGITS(at60.lowest, 0.250, 3);
  EXPECT_DIGITS(at60.greatest, 2.250, 3);
  const auto at120 = studies::nt_interpolation::relative_edges(setting("relu", 600, 40, 120));
  EXPECT_DIGITS(at120.lowest, 0.418, 3);
  EXPECT_DIGITS(at120.greatest, 1.832, 3);
  EXPECT_EQ(studies::nt_interpolation::relative_edges(setting("relu", 600, 40, 15)).lowest, 0.0);
  EXPECT_EQ(studies::nt_interpolation::relative_edges(setting("relu", 600, 40, 8)).lowest, 0.0);
}

TEST(NtInterpolationTheory, interpolation_errors_match_the_printed_values) {
  const auto error = [](const Setting& s) {
    return studies::nt_interpolation::interpolation_error(s, finite(s));
  };
  EXPECT_DIGITS(error(setting("relu", 600, 40, 8, Target::random_labels)), 0.4667, 4);
  EXPECT_NEAR(error(setting("relu", 600, 40, 12, Target::random_labels)), 0.2, 1e-15);
  EXPECT_EQ(error(setting("relu", 600, 40, 20, Target::random_labels)), 0.0);
  EXPECT_DIGITS(error(setting("softplus", 600, 40, 8)), 0.12657, 5);
  EXPECT_EQ(error(setting("softplus", 600, 40, 15)), 0.0);
}

TEST(NtInterpolationTheory, errors_at_finite_width_match_every_digit) {
  struct Row {
    std::int64_t n, d, N;
    double ridge;
    Target target;
    const char* activation;
    double test, train;
    int test_digits, train_digits;
  };
  const Row rows[] = {{600, 40, 8, 1e-3, Target::linear, "relu", 0.51556, 0.16853, 5, 5},
                      {600, 40, 15, 1e-3, Target::linear, "relu", 2.1725, 0.011069, 4, 6},
                      {600, 40, 30, 1e-3, Target::linear, "relu", 0.39766, 5.9054e-5, 5, 9},
                      {600, 40, 120, 1e-3, Target::linear, "relu", 0.12993, 1.1389e-5, 5, 9},
                      {600, 40, 30, 0.1, Target::linear, "relu", 0.13761, 0.055812, 5, 6},
                      {600, 40, 120, 1e-3, Target::linear, "softplus", 0.38860, 0.0021214, 5, 7},
                      {900, 30, 60, 0.01, Target::lin_quad, "relu", 0.45483, 0.0078664, 5, 7},
                      {900, 30, 120, 0.05, Target::lin_quad, "softplus", 0.19912, 0.21407, 5, 5}};
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.activation) + ", N = " + std::to_string(row.N) + ", ridge " +
                 std::to_string(row.ridge));
    const auto risk =
        theory::equivalent_risk(finite(setting(row.activation, row.n, row.d, row.N, row.target)), row.ridge);
    EXPECT_DIGITS(risk.test_error, row.test, row.test_digits);
    EXPECT_DIGITS(risk.train_error, row.train, row.train_digits);
    EXPECT_LT(risk.residual, 1e-12);
  }
}

TEST(NtInterpolationTheory, errors_at_infinite_width_match_every_digit) {
  const auto risk = [](std::int64_t n, std::int64_t d, double ridge, Target target) {
    const auto infinite = infinite_width(setting("relu", n, d, 2, target), 4);
    return theory::equivalent_risk(infinite.model, ridge, infinite.tail);
  };
  const auto ridgeless = risk(600, 40, 0.0, Target::linear);
  EXPECT_DIGITS(ridgeless.test_error, 0.084923, 6);
  EXPECT_EQ(ridgeless.train_error, 0.0);
  const auto middle = risk(600, 40, 0.1, Target::lin_quad);
  EXPECT_DIGITS(middle.test_error, 0.36854, 5);
  EXPECT_DIGITS(middle.train_error, 0.058805, 6);
  const auto low = risk(1000, 20, 0.05, Target::lin_quad);
  EXPECT_DIGITS(low.test_error, 0.068354, 6);
  EXPECT_DIGITS(low.train_error, 0.029427, 6);
}

TEST(NtInterpolationTheory, equivalence_table_matches_every_digit) {
  struct Row {
    std::int64_t n, d, N;
    Target target;
    std::int64_t degree;
    double nt, krr, prr;
    int nt_digits;
  };
  const Row rows[] = {{600, 60, 60, Target::linear, 1, 0.13625, 0.064622, 0.033005, 5},
                      {600, 60, 960, Target::linear, 1, 0.067964, 0.064622, 0.033005, 6},
                      {1000, 150, 200, Target::linear, 1, 0.076972, 0.063344, 0.054942, 6},
                      {1000, 300, 100, Target::linear, 1, 0.15665, 0.13949, 0.13755, 5},
                      {1000, 20, 1600, Target::lin_quad, 2, 0.075056, 0.067508, 0.064665, 6}};
  for (const Row& row : rows) {
    SCOPED_TRACE("d = " + std::to_string(row.d) + ", N = " + std::to_string(row.N));
    const Setting s = setting("relu", row.n, row.d, row.N, row.target);
    const auto krr = infinite_width(s, 4);
    const auto prr = infinite_width(s, row.degree);
    EXPECT_DIGITS(theory::equivalent_risk(finite(s), 0.0).test_error, row.nt, row.nt_digits);
    const int digits = row.d == 300 ? 5 : 6;
    EXPECT_DIGITS(theory::equivalent_risk(krr.model, 0.0, krr.tail).test_error, row.krr, digits);
    EXPECT_DIGITS(theory::equivalent_risk(prr.model, 0.0, prr.tail).test_error, row.prr, digits);
  }
}

TEST(NtInterpolationTheory, ridgeless_error_falls_to_the_kernel_value_like_n_over_parameters) {
  const Setting wide = setting("relu", 600, 60, 2);
  const auto infinite = infinite_width(wide, 4);
  const double plateau = theory::equivalent_risk(infinite.model, 0.0, infinite.tail).test_error;
  const auto excess = [&](std::int64_t N) {
    return theory::equivalent_risk(finite(setting("relu", 600, 60, N)), 0.0).test_error / plateau;
  };
  EXPECT_DIGITS(excess(60), 2.1, 1);
  EXPECT_NEAR(excess(240), 1.24, 0.02); // the sheet's numbers are relative to a Monte Carlo plateau
  EXPECT_NEAR(excess(960), 1.06, 0.015);
}

TEST(NtInterpolationTheory, groups_count_every_parameter_and_every_bit_of_energy) {
  for (const std::int64_t N : {2, 7, 20, 33, 90}) {
    for (const Target target : {Target::linear, Target::lin_quad}) {
      const auto model = finite(setting("relu", 600, 20, N, target));
      double parameters = 0.0;
      double energy = model.extra_energy;
      for (const auto& group : model.groups) {
        parameters += group.multiplicity;
        energy += group.energy;
      }
      EXPECT_NEAR(parameters, static_cast<double>(N) * 20.0, 1e-9);
      EXPECT_NEAR(energy, 1.0, 1e-12);
    }
  }
}

/// One group for each pair i <= j, i <= N, written down without merging.
TEST(NtInterpolationTheory, merged_pairs_equal_the_plain_list_of_pairs) {
  for (const std::int64_t N : {7, 30, 64}) {
    const std::int64_t d = 30;
    const Setting s = setting("relu", 600, d, N, Target::lin_quad);
    const std::vector<double> squared = squared_singular_values(N, d);
    std::vector<double> padded(static_cast<std::size_t>(d), 0.0);
    std::copy(squared.begin(), squared.end(), padded.begin());
    const double features = static_cast<double>(N * d);
    const double c1 = 1.0 / (2.0 * std::numbers::pi); // c_1^2 of relu
    const double bulk = 0.25 - c1;
    const double thinning = 1.0 - 1.0 / static_cast<double>(N);
    const double linear = 0.25 * static_cast<double>(N) + 0.25;
    theory::SpectralModel plain{
        .groups = {{linear / features, static_cast<double>(d), 0.5 * 0.25 * static_cast<double>(N) / linear}},
        .samples = 600.0,
        .extra_energy = 1.0,
        .noise_variance = 0.25};
    const double share = 0.5 / (static_cast<double>(d * (d + 1)) / 2.0);
    double pairs = 0.0;
    for (std::size_t i = 0; i < squared.size(); ++i) {
      for (std::size_t j = i; j < padded.size(); ++j) {
        const double lift = c1 * (padded[i] + padded[j]);
        plain.groups.push_back({(bulk + lift) / features, thinning, share * lift / (bulk + lift)});
        pairs += 1.0;
      }
    }
    plain.groups.push_back({bulk / features, thinning * (features - pairs)});
    for (const auto& group : plain.groups) plain.extra_energy -= group.energy;
    const auto merged = finite_width(s, squared);
    if (N < d) {
      EXPECT_LT(merged.groups.size(), plain.groups.size());
    }
    for (const double ridge : {0.0, 1e-3, 1.0}) {
      const auto a = theory::equivalent_risk(merged, ridge);
      const auto b = theory::equivalent_risk(plain, ridge);
      EXPECT_NEAR(a.test_error, b.test_error, 1e-11 * b.test_error);
      EXPECT_NEAR(a.kappa, b.kappa, 1e-11 * b.kappa);
    }
    EXPECT_NEAR(theory::equivalent_lambda_min(merged), theory::equivalent_lambda_min(plain), 1e-12);
  }
}

/// Block (l, m) of N d Sigma for ReLU, rho = <w_l, w_m>: (1/4 + asin(rho)/(2 pi)) I + a (w_l w_l^T + w_m
/// w_m^T) + c (w_l w_m^T + w_m w_l^T), c = 1/(2 pi sqrt(1 - rho^2)), a = -rho c; l = m: I/2.
std::vector<double> exact_relu_eigenvalues(std::int64_t d, std::int64_t N, const random::Streams& streams) {
  std::vector<double> w(static_cast<std::size_t>(N * d));
  random::fill_sphere_rows(streams.stream("W"), 0, N, d, 1.0, w.data(), N);
  const auto weight = [&](std::int64_t l, std::int64_t i) { return w[static_cast<std::size_t>(l + i * N)]; };
  std::vector<double> rho(static_cast<std::size_t>(N * N), 0.0);
  for (std::int64_t l = 0; l < N; ++l) {
    for (std::int64_t m = 0; m < N; ++m) {
      for (std::int64_t i = 0; i < d; ++i)
        rho[static_cast<std::size_t>(l * N + m)] += weight(l, i) * weight(m, i);
    }
  }
  const auto self = parallel::Communicator::self();
  linalg::BlockCyclicMatrix sigma(linalg::ProcessGrid::create(self), N * d, N * d);
  sigma.assign([&](std::int64_t row, std::int64_t column) {
    const std::int64_t l = row / d, i = row % d, m = column / d, j = column % d;
    if (l == m) return i == j ? 0.5 : 0.0;
    const double r = rho[static_cast<std::size_t>(l * N + m)];
    const double c = 1.0 / (2.0 * std::numbers::pi * std::sqrt(1.0 - r * r));
    const double diagonal = i == j ? 0.25 + std::asin(r) / (2.0 * std::numbers::pi) : 0.0;
    return diagonal - r * c * (weight(l, i) * weight(l, j) + weight(m, i) * weight(m, j)) +
           c * (weight(l, i) * weight(m, j) + weight(m, i) * weight(l, j));
  });
  std::vector<double> values = linalg::eigenvalues(std::move(sigma));
  for (double& value : values) value /= static_cast<double>(N * d);
  return values;
}

TEST(NtInterpolationTheory, exact_relu_covariance_gives_the_same_least_eigenvalue) {
  struct Row {
    std::int64_t N;
    int draws;
    double printed, stderr_printed;
  };
  for (const Row& row : {Row{30, 6, 0.01497, 0.00004}, Row{60, 2, 0.03931, 0.00005}}) {
    SCOPED_TRACE("N = " + std::to_string(row.N));
    double sum = 0.0;
    double sum_of_squares = 0.0;
    for (int draw = 0; draw < row.draws; ++draw) {
      theory::SpectralModel model{.groups = {}, .samples = 600.0};
      for (const double s :
           exact_relu_eigenvalues(40, row.N, random::Streams("exact relu " + std::to_string(draw)))) {
        model.groups.push_back({std::max(0.0, s), 1.0});
      }
      const double edge = theory::equivalent_lambda_min(model);
      sum += edge;
      sum_of_squares += edge * edge;
    }
    const double count = row.draws;
    const double mean = sum / count;
    // Eight drawn W gave the printed error, so one deviates by sqrt(8) times as much.
    const double error = row.stderr_printed * std::sqrt(1.0 + 8.0 / count);
    EXPECT_NEAR(mean, row.printed, 3.0 * error);
    EXPECT_NEAR(theory::equivalent_lambda_min(finite(setting("relu", 600, 40, row.N))), mean, 0.06 * mean);
    EXPECT_LT(sum_of_squares / count - mean * mean, 1e-6);
  }
}

} // namespace
