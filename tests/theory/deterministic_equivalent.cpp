// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/deterministic_equivalent.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using pastur::theory::DeterministicEquivalent;
using pastur::theory::EffectiveRidge;
using pastur::theory::EffectiveRidgePoint;
using pastur::theory::equivalent_lambda_min;
using pastur::theory::equivalent_risk;
using pastur::theory::EquivalentRisk;
using pastur::theory::SpectralGroup;
using pastur::theory::SpectralModel;

/// F and df2 term by term in extended precision.
long double slow_ridge(const SpectralModel& model, long double kappa) {
  long double value = static_cast<long double>(model.samples) * kappa;
  for (const SpectralGroup& g : model.groups)
    value -= g.multiplicity * g.eigenvalue * kappa / (g.eigenvalue + kappa);
  return value;
}

long double slow_df2(const SpectralModel& model, long double kappa) {
  long double value = 0.0L;
  for (const SpectralGroup& g : model.groups) {
    const long double a = g.eigenvalue / (g.eigenvalue + kappa);
    value += g.multiplicity * a * a;
  }
  return value;
}

/// Bisection in log kappa on [kappa_c, right end], kappa_c by bisection on df2 = n.
double slow_kappa(const SpectralModel& model, double ridge) {
  long double trace = 0.0L;
  for (const SpectralGroup& g : model.groups)
    trace += static_cast<long double>(g.multiplicity) * g.eigenvalue;
  const long double right = (std::max(ridge, 0.0) + trace) / model.samples;
  const auto bisect = [](long double low, long double high, auto above) {
    for (int step = 0; step < 300; ++step) {
      const long double middle = std::sqrt(low * high);
      (above(middle) ? high : low) = middle;
    }
    return high;
  };
  const long double critical =
      bisect(1e-30L * right, right, [&](long double k) { return slow_df2(model, k) < model.samples; });
  return static_cast<double>(
      bisect(critical, right, [&](long double k) { return slow_ridge(model, k) > ridge; }));
}

SpectralModel random_model(std::mt19937_64& engine) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  SpectralModel model;
  model.samples = std::floor(10.0 + 200.0 * unit(engine));
  const int groups = 1 + static_cast<int>(12.0 * unit(engine));
  for (int j = 0; j < groups; ++j) {
    model.groups.push_back({std::exp(8.0 * unit(engine) - 4.0), 80.0 * unit(engine), unit(engine)});
  }
  model.noise_variance = unit(engine);
  model.extra_energy = unit(engine);
  return model;
}

TEST(EffectiveRidge, agrees_with_bisection_in_extended_precision) {
  std::mt19937_64 engine(1);
  for (int trial = 0; trial < 200; ++trial) {
    const SpectralModel model = random_model(engine);
    const double edge = equivalent_lambda_min(model);
    for (double ridge : {1e-4, 0.3, 20.0, 1e4, -0.5 * edge}) {
      const EquivalentRisk risk = equivalent_risk(model, ridge);
      if (ridge == 0.0) continue;
      EXPECT_NEAR(risk.kappa / slow_kappa(model, ridge), 1.0, 1e-12)
          << "trial " << trial << " ridge " << ridge;
      EXPECT_LT(risk.residual, 1e-14);
      EXPECT_NEAR(risk.df2 / static_cast<double>(slow_df2(model, risk.kappa)), 1.0, 1e-13);
    }
  }
}

TEST(EffectiveRidge, root_is_the_greatest_one) {
  std::mt19937_64 engine(2);
  int negative = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const SpectralModel model = random_model(engine);
    const double edge = equivalent_lambda_min(model);
    for (double ridge : {-0.9 * edge, -0.1 * edge, 0.0, 1.0}) {
      const EquivalentRisk risk = equivalent_risk(model, ridge);
      if (!(risk.kappa > 0.0)) continue;
      negative += ridge < 0.0 ? 1 : 0;
      for (double factor : {1.0001, 1.01, 1.5, 10.0, 1e4})
        EXPECT_GT(slow_ridge(model, factor * risk.kappa), ridge);
      EXPECT_LT(risk.df2, model.samples); // F increases there: the upper branch
    }
  }
  EXPECT_GT(negative, 50);
}

TEST(EffectiveRidge, edge_is_the_minimum_of_the_convex_curve) {
  std::mt19937_64 engine(3);
  int overparameterised = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const SpectralModel model = random_model(engine);
    const DeterministicEquivalent equivalent(model);
    const double critical = equivalent.equation().critical_kappa();
    const double lambda_min = equivalent.lambda_min();
    if (equivalent.equation().rank() <= model.samples) {
      EXPECT_EQ(critical, 0.0);
      EXPECT_EQ(lambda_min, 0.0);
      continue;
    }
    ++overparameterised;
    EXPECT_NEAR(static_cast<double>(slow_df2(model, critical)) / model.samples, 1.0, 1e-13);
    EXPECT_NEAR(static_cast<double>(-slow_ridge(model, critical)) / lambda_min, 1.0, 1e-11);
    for (double factor = 1e-3; factor < 1e3; factor *= 1.5) {
      EXPECT_GE(static_cast<double>(slow_ridge(model, factor * critical)), -lambda_min * (1.0 + 1e-12));
    }
  }
  EXPECT_GT(overparameterised, 30);
}

TEST(EffectiveRidge, kappa_and_residuals_grow_monotonically_with_the_ridge) {
  std::mt19937_64 engine(4);
  for (int trial = 0; trial < 50; ++trial) {
    const DeterministicEquivalent equivalent(random_model(engine));
    double previous = 0.0;
    for (double ridge = 1e-6; ridge < 1e6; ridge *= 2.0) {
      const EquivalentRisk risk = equivalent.risk(ridge);
      EXPECT_GT(risk.kappa, previous);
      EXPECT_GE(risk.kappa, ridge / equivalent.equation().samples() * (1.0 - 1e-15));
      EXPECT_LT(risk.residual, 1e-14);
      previous = risk.kappa;
    }
  }
}

TEST(EffectiveRidge, isotropic_spectrum_solves_its_quadratic) {
  // n kappa^2 + (n - p - ridge) kappa - ridge = 0; edge -(sqrt p - sqrt n)^2.
  for (double p : {30.0, 299.0, 300.0, 301.0, 1e9}) {
    const double n = 300.0;
    const DeterministicEquivalent equivalent(SpectralModel{{{1.0, p, 1.0}}, n, 0.0, 0.5});
    for (double ridge : {1e-9, 0.1, 50.0, 1e7}) {
      const long double half = 0.5L * (n - p - static_cast<long double>(ridge));
      const long double root = std::sqrt(half * half + static_cast<long double>(n) * ridge);
      const double expected = static_cast<double>(half > 0.0L ? ridge / (half + root) : (root - half) / n);
      EXPECT_NEAR(equivalent.risk(ridge).kappa / expected, 1.0, 5e-14) << "p=" << p << " ridge=" << ridge;
    }
    if (p > n) {
      EXPECT_NEAR(equivalent.lambda_min() / std::pow(std::sqrt(p) - std::sqrt(n), 2), 1.0, 1e-11);
    }
  }
}

TEST(EffectiveRidge, tiny_ridges_keep_their_relative_accuracy_when_parameters_are_few) {
  const EffectiveRidge equation(100.0, {1.0, 2.0}, {30.0, 69.0});
  for (double ridge : {1e-3, 1e-9, 1e-100, 1e-300}) {
    // kappa -> ridge / (n - p), first correction through sum m / s.
    const EffectiveRidgePoint point = equation.solve(ridge);
    const double first_order = ridge; // n - p = 1
    const double correction = 1.0 - (30.0 + 34.5) * ridge;
    EXPECT_NEAR(point.kappa / (first_order * correction), 1.0, 1e-14 + 1e4 * ridge * ridge);
    EXPECT_LT(point.residual, 1e-14);
  }
}

TEST(EffectiveRidge, a_million_groups_are_summed_without_loss) {
  std::vector<double> eigenvalues;
  std::vector<double> multiplicities;
  for (int j = 1; j <= 1000000; ++j) {
    eigenvalues.push_back(std::pow(j, -1.2));
    multiplicities.push_back(1.0);
  }
  SpectralModel model;
  for (double s : eigenvalues) model.groups.push_back({s, 1.0, 0.0});
  model.samples = 3000.0;
  const EffectiveRidge equation(3000.0, eigenvalues, multiplicities);
  const EffectiveRidgePoint point = equation.solve(0.01);
  EXPECT_TRUE(point.exists);
  EXPECT_NEAR(static_cast<double>(slow_ridge(model, point.kappa)) / 0.01, 1.0, 1e-12);
  EXPECT_LT(point.steps, 30);
}

TEST(EffectiveRidge, spectra_over_a_hundred_decades_are_solved_in_few_steps) {
  for (double length : {0.5, 5.0, 30.0}) {
    SpectralModel model{{}, 150.0, 0.0, 0.1};
    for (int k = 1; k <= 1200; ++k) model.groups.push_back({std::exp(-k / length), 1.0, 0.0});
    while (model.groups.back().eigenvalue < 1e-250) model.groups.pop_back();
    const DeterministicEquivalent equivalent(model);
    for (double ridge : {0.0, 1e-200, 1e-30, 1.0}) {
      const EffectiveRidgePoint point = equivalent.equation().solve(ridge);
      EXPECT_TRUE(point.exists) << length << " " << ridge;
      EXPECT_LT(point.residual, 1e-13);
      EXPECT_LT(point.steps, 100);
      if (point.kappa > 0.0) {
        const double scale = 150.0 * point.kappa;
        EXPECT_NEAR(static_cast<double>(slow_ridge(model, point.kappa)) / scale, ridge / scale, 1e-13);
      }
    }
    EXPECT_NEAR(static_cast<double>(slow_df2(model, equivalent.equation().critical_kappa())), 150.0, 1e-10);
  }
}

TEST(DeterministicEquivalent, ridgeless_underparameterised_is_ordinary_least_squares) {
  const SpectralModel model{{{2.0, 30.0, 0.7}, {0.1, 20.0, 0.2}, {0.0, 40.0, 0.1}}, 200.0, 0.05, 0.5};
  const EquivalentRisk risk = equivalent_risk(model, 0.0);
  const double noise = 0.5 + 0.05 + 0.1; // the energy at eigenvalue 0 cannot be learned
  EXPECT_EQ(risk.kappa, 0.0);
  EXPECT_DOUBLE_EQ(risk.total_error, noise / 0.75);
  EXPECT_NEAR(risk.test_error, noise / 0.75 - 0.5, 1e-15);
  EXPECT_DOUBLE_EQ(risk.train_factor, 0.5625);
  EXPECT_DOUBLE_EQ(risk.train_error, 0.75 * noise);
  EXPECT_EQ(risk.residual, 0.0);
  // The limit of small ridges, and no root below 0.
  const EquivalentRisk near = equivalent_risk(model, 1e-12);
  EXPECT_NEAR(near.total_error, risk.total_error, 1e-12);
  EXPECT_NEAR(near.train_factor, risk.train_factor, 1e-11);
  EXPECT_EQ(equivalent_lambda_min(model), 0.0);
  EXPECT_TRUE(std::isnan(equivalent_risk(model, -1e-12).test_error));
}

TEST(DeterministicEquivalent, square_ridgeless_problem_has_no_answer) {
  const SpectralModel model{{{1.0, 30.0, 0.5}, {3.0, 20.0, 0.5}}, 50.0, 0.0, 0.1};
  EXPECT_TRUE(std::isnan(equivalent_risk(model, 0.0).total_error));
  EXPECT_TRUE(std::isnan(equivalent_risk(model, 0.0).test_error));
  EXPECT_TRUE(std::isnan(equivalent_risk(model, 0.0).train_error));
  EXPECT_EQ(equivalent_lambda_min(model), 0.0);
  EXPECT_TRUE(std::isfinite(equivalent_risk(model, 1e-8).total_error));
  // Multiplicities that add up to n only up to rounding count as equal.
  SpectralModel rounded = model;
  rounded.groups[0].multiplicity *= 1.0 + 1e-15;
  EXPECT_TRUE(std::isnan(equivalent_risk(rounded, 0.0).total_error));
}

TEST(DeterministicEquivalent, ridgeless_overparameterised_interpolates) {
  // Isotropic, n = 300, p = 600, noise 1/2: kappa = 1, bias = variance = 1/2; train error 0.
  const SpectralModel model{{{1.0, 600.0, 1.0}}, 300.0, 0.0, 0.5};
  const EquivalentRisk risk = equivalent_risk(model, 0.0);
  EXPECT_NEAR(risk.kappa, 1.0, 1e-14);
  EXPECT_NEAR(risk.bias, 0.5, 1e-14);
  EXPECT_NEAR(risk.variance, 0.5, 1e-14);
  EXPECT_EQ(risk.train_factor, 0.0);
  EXPECT_EQ(risk.train_error, 0.0);
  const EquivalentRisk best = equivalent_risk(model, 300.0);
  EXPECT_NEAR(best.kappa, 2.414214, 5.5e-7);
  EXPECT_NEAR(best.test_error, 0.707107, 5.5e-7);
  EXPECT_NEAR(best.bias, 0.60355, 5.5e-6);
  EXPECT_NEAR(best.variance, 0.10355, 5.5e-6);
  EXPECT_NEAR(best.train_error, 0.20711, 5.5e-6);
}

TEST(DeterministicEquivalent, only_the_explicit_ridge_enters_the_train_factor) {
  const SpectralModel model{{{1.0, 20.0, 1.0}, {0.1, 500.0, 0.0}}, 100.0, 0.0, 0.2};
  const EquivalentRisk both = equivalent_risk(model, 3.0);
  const EquivalentRisk split = equivalent_risk(model, 1.0, 2.0);
  const EquivalentRisk implicit = equivalent_risk(model, 0.0, 3.0);
  EXPECT_EQ(both.kappa, split.kappa);
  EXPECT_EQ(both.total_error, split.total_error);
  EXPECT_NEAR(split.train_factor, both.train_factor / 9.0, 1e-16);
  EXPECT_EQ(implicit.train_factor, 0.0);
  EXPECT_EQ(implicit.total_error, both.total_error);
  // p < n with an implicit ridge: the kernel's tail interpolates nothing of its own accord, and the factor is
  // 0 at explicit ridge 0.
  EXPECT_EQ(equivalent_risk(SpectralModel{{{1.0, 20.0, 1.0}}, 100.0, 0.0, 0.2}, 0.0, 1.0).train_factor, 0.0);
}

TEST(DeterministicEquivalent, a_ridge_at_or_below_the_edge_is_not_a_number) {
  const SpectralModel model{{{1.0, 600.0, 1.0}}, 300.0, 0.0, 0.5};
  const double edge = -equivalent_lambda_min(model);
  EXPECT_LT(edge, 0.0);
  EXPECT_TRUE(std::isnan(equivalent_risk(model, edge * 1.0001).kappa));
  EXPECT_TRUE(std::isnan(equivalent_risk(model, edge * 1.0001).train_error));
  const EquivalentRisk above = equivalent_risk(model, edge * 0.9999);
  EXPECT_GT(above.kappa, 0.0);
  EXPECT_GT(above.test_error,
            equivalent_risk(model, edge * 0.9).test_error); // the risk explodes towards the edge
  EXPECT_LT(above.residual, 1e-13);
}

TEST(DeterministicEquivalent, large_ridges_predict_nothing) {
  std::mt19937_64 engine(5);
  for (int trial = 0; trial < 20; ++trial) {
    const SpectralModel model = random_model(engine);
    double energy = model.extra_energy;
    for (const SpectralGroup& g : model.groups) energy += g.energy;
    const EquivalentRisk risk = equivalent_risk(model, 1e14);
    EXPECT_NEAR(risk.test_error, energy, 1e-8 * energy);
    EXPECT_NEAR(risk.train_error, energy + model.noise_variance, 1e-8 * energy);
  }
}

TEST(DeterministicEquivalent, identities_between_the_parts_hold) {
  std::mt19937_64 engine(6);
  for (int trial = 0; trial < 50; ++trial) {
    const SpectralModel model = random_model(engine);
    for (double ridge : {0.01, 1.0, 30.0}) {
      const EquivalentRisk risk = equivalent_risk(model, ridge);
      EXPECT_NEAR(risk.total_error, risk.bias + risk.variance + model.noise_variance,
                  1e-13 * risk.total_error);
      EXPECT_EQ(risk.test_error, risk.bias + risk.variance);
      // Generalised cross-validation: sqrt(train factor) = 1 - df1/n.
      EXPECT_NEAR(std::sqrt(risk.train_factor), 1.0 - risk.df1 / model.samples, 1e-13);
      // d kappa / d ridge = 1 / (n - df2).
      const double step = 3e-4 * ridge;
      const double slope =
          (equivalent_risk(model, ridge + step).kappa - equivalent_risk(model, ridge - step).kappa) /
          (2.0 * step);
      EXPECT_NEAR(slope * (model.samples - risk.df2), 1.0, 1e-6);
    }
  }
}

TEST(DeterministicEquivalent, splitting_a_group_changes_nothing) {
  const SpectralModel whole{{{1.0, 100.0, 0.6}, {0.2, 50.0, 0.4}}, 80.0, 0.1, 0.3};
  SpectralModel split{{{0.2, 20.0, 0.1}}, 80.0, 0.1, 0.3};
  for (int i = 0; i < 100; ++i) split.groups.push_back({1.0, 1.0, 0.006});
  split.groups.push_back({0.2, 30.0, 0.3});
  split.groups.push_back({0.0, 1e6, 0.0});
  for (double ridge : {-0.3, 0.0, 2.0}) {
    EXPECT_NEAR(equivalent_risk(split, ridge).test_error / equivalent_risk(whole, ridge).test_error, 1.0,
                1e-13);
  }
  EXPECT_NEAR(equivalent_lambda_min(split) / equivalent_lambda_min(whole), 1.0, 1e-13);
}

TEST(DeterministicEquivalent, a_path_gives_what_single_ridges_give) {
  std::mt19937_64 engine(7);
  const std::array<double, 7> ridges{1.0, -1e6, 0.0, 100.0, 1e-3, -0.01, 1e-3};
  for (int trial = 0; trial < 50; ++trial) {
    const DeterministicEquivalent equivalent(random_model(engine));
    const std::vector<EquivalentRisk> path = equivalent.risks(ridges);
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      const EquivalentRisk alone = equivalent.risk(ridges[i]);
      EXPECT_EQ(std::isnan(path[i].test_error), std::isnan(alone.test_error));
      if (!std::isnan(alone.test_error)) {
        EXPECT_NEAR(path[i].test_error / alone.test_error, 1.0, 1e-11);
        EXPECT_NEAR(path[i].train_error, alone.train_error, 1e-11 * alone.total_error);
      }
      if (alone.kappa > 0.0) {
        EXPECT_NEAR(equivalent.risk_at(alone.kappa).total_error / alone.total_error, 1.0, 1e-13);
      }
    }
  }
}

TEST(DeterministicEquivalent, negative_ridge_demonstration_of_the_benign_study_is_reproduced) {
  // n = 200, p = 2000, ten spikes 10, tail 0.2, noise 0.01, target on the spikes with energy 1.
  const DeterministicEquivalent equivalent(
      SpectralModel{{{10.0, 10.0, 1.0}, {0.2, 1990.0, 0.0}}, 200.0, 0.0, 0.01});
  EXPECT_NEAR(equivalent.lambda_min(), 189.85, 5.5e-3);
  struct Row {
    double ridge, kappa, kappa_digit, bias, variance, train;
  };
  const std::array<Row, 6> table{{
      {-170, .76139, 5.5e-6, .00951, .00900, .03554},
      {-148.3, .94358, 5.5e-6, .01137, .00529, .01646},
      {-100, 1.2772, 5.5e-5, .01648, .00285, .00449},
      {0, 1.8775, 5.5e-5, .02864, .00146, 0},
      {100, 2.437, 5.5e-4, .04217, .00098, .00224},
      {400, 4.040, 5.5e-4, .08693, .00050, .02388},
  }};
  for (const Row& row : table) {
    const EquivalentRisk risk = equivalent.risk(row.ridge);
    EXPECT_NEAR(risk.kappa, row.kappa, row.kappa_digit) << row.ridge;
    EXPECT_NEAR(risk.bias, row.bias, 5.5e-6) << row.ridge;
    EXPECT_NEAR(risk.variance, row.variance, 5.5e-6) << row.ridge;
    EXPECT_NEAR(risk.train_error, row.train, 5.5e-6) << row.ridge;
  }
  EXPECT_NEAR(equivalent.risk_at(0.943475).test_error, 0.0166613, 5.5e-8);
  EXPECT_NEAR(equivalent.equation().ridge(0.943475), -148.31, 5.5e-3);
}

TEST(DeterministicEquivalent, edges_of_the_benign_study_are_reproduced) {
  EXPECT_NEAR(equivalent_lambda_min({{{1.0, 600.0, 0.0}}, 300.0, 0.0, 0.0}), 51.47, 5.5e-3);
  EXPECT_NEAR(equivalent_lambda_min({{{20.0, 10.0, 0.0}, {0.2, 990.0, 0.0}}, 200.0, 0.0, 0.0}), 62.49,
              5.5e-3);
  SpectralModel power{{}, 200.0, 0.0, 0.0};
  for (int k = 1; k <= 800; ++k) power.groups.push_back({std::pow(k, -1.5), 1.0, 0.0});
  EXPECT_NEAR(equivalent_lambda_min(power), 0.03444, 5.5e-6);
  SpectralModel exponential{{}, 150.0, 0.0, 0.0};
  for (int k = 1; k <= 1200; ++k) exponential.groups.push_back({std::exp(-k / 5.0) + 1e-3, 1.0, 0.0});
  EXPECT_NEAR(equivalent_lambda_min(exponential), 0.538, 5.5e-4);
}

/// theta_k = k^-exponent (0: all ones; or the first `count` ones), scaled to theta' Sigma theta = 1.
SpectralModel benign_model(std::vector<double> s, std::vector<double> theta, double n, double noise) {
  double scale = 0.0;
  for (std::size_t k = 0; k < s.size(); ++k) scale += s[k] * theta[k] * theta[k];
  SpectralModel model{{}, n, 0.0, noise};
  for (std::size_t k = 0; k < s.size(); ++k)
    model.groups.push_back({s[k], 1.0, s[k] * theta[k] * theta[k] / scale});
  return model;
}

TEST(DeterministicEquivalent, ridge_paths_of_the_benign_study_are_reproduced) {
  struct Row {
    double ridge, kappa, kappa_digit, bias, variance, train, train_digit;
  };
  const auto check = [](const SpectralModel& model, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      const EquivalentRisk risk = equivalent_risk(model, row.ridge);
      EXPECT_NEAR(risk.kappa, row.kappa, row.kappa_digit) << row.ridge;
      EXPECT_NEAR(risk.bias, row.bias, 5.5e-6) << row.ridge;
      EXPECT_NEAR(risk.variance, row.variance, 5.5e-6) << row.ridge;
      EXPECT_NEAR(risk.train_error, row.train, row.train_digit) << row.ridge;
    }
  };
  std::vector<double> s;
  std::vector<double> theta;
  const auto fill = [&](int p, auto spectrum, auto target) {
    s.clear();
    theta.clear();
    for (int k = 1; k <= p; ++k) {
      s.push_back(spectrum(k));
      theta.push_back(target(k));
    }
  };
  const auto source = [](int k) { return std::pow(k, -0.5); };
  fill(
      800, [](int k) { return std::pow(k, -1.5); }, source);
  check(benign_model(s, theta, 200.0, 0.1), {{0.05, .0011717, 5.5e-8, .00087, .05563, .00713, 5.5e-6},
                                             {1.0, .0069358, 5.5e-8, .00383, .01214, .06027, 5.5e-6}});
  fill(
      1000, [](int k) { return 1.0 / (k * std::pow(std::log((k + 1) * std::exp(1.0) / 2.0), 2)); }, source);
  check(benign_model(s, theta, 200.0, 0.1), {{-0.01, 2.9541e-4, 5.5e-9, .00034, .10924, .0060, 5.5e-5},
                                             {0.0, 3.9011e-4, 5.5e-9, .00038, .07518, 0.0, 0.0}});
  fill(
      1200, [](int k) { return std::exp(-k / 5.0) + 1e-3; }, [](int k) { return k <= 5 ? 1.0 : 0.0; });
  check(benign_model(s, theta, 150.0, 0.1), {{-0.15, .0069559, 5.5e-8, .00021, .03454, .00278, 5.5e-6},
                                             {0.0, .0082650, 5.5e-8, .00028, .02791, 0.0, 0.0}});
  fill(
      100, [](int k) { return 1.0 / k; }, [](int) { return 1.0; });
  check(benign_model(s, theta, 300.0, 0.3),
        {{10.0, .038549, 5.5e-7, .16304, .02157, .36234, 5.5e-6}, {0.0, 0.0, 0.0, 0.0, .15, .2, 1e-15}});
}

TEST(DeterministicEquivalent, bad_input_is_refused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const SpectralModel good{{{1.0, 10.0, 1.0}}, 5.0, 0.0, 0.1};
  const auto with = [&good](auto change) {
    SpectralModel model = good;
    change(model);
    return model;
  };
  EXPECT_THROW(equivalent_risk(with([](SpectralModel& m) { m.samples = 0.0; }), 1.0), std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([](SpectralModel& m) { m.noise_variance = -0.1; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([](SpectralModel& m) { m.extra_energy = -0.1; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([](SpectralModel& m) { m.groups[0].eigenvalue = -1.0; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([&](SpectralModel& m) { m.groups[0].eigenvalue = nan; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([&](SpectralModel& m) { m.groups[0].multiplicity = nan; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(with([](SpectralModel& m) { m.groups[0].energy = -1.0; }), 1.0),
               std::invalid_argument);
  EXPECT_THROW(equivalent_risk(good, nan), std::invalid_argument);
  EXPECT_THROW(EffectiveRidge(5.0, {1.0}, {1.0, 2.0}), std::invalid_argument);
  EXPECT_NO_THROW(equivalent_risk(SpectralModel{{}, 5.0, 1.0, 0.1}, 0.0));
}

} // namespace
