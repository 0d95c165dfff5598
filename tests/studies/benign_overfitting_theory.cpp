// SPDX-License-Identifier: BSD-3-Clause
// The predictions: printed digits, closed forms, limits, effective ranks and bounds.
#include "support/study_points.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <gtest/gtest.h>

#include <numeric>

namespace {

using namespace pastur;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

study::Value real(double value) {
  return study::Value(value);
}

class BenignOverfittingTheory : public testing::Test {
protected:
  study::Recorder at(const std::vector<Setting>& settings) {
    return predicted(study_, point_of(study_, settings));
  }

  /// Equal when rounded to the digits printed: half a unit of the last one.
  static void expect_digits(double value, double printed, double unit, const std::string& what) {
    EXPECT_NEAR(value, printed, 0.5 * unit * (1.0 + 1e-9)) << what;
  }

  studies::BenignOverfitting study_;
};

TEST_F(BenignOverfittingTheory, demonstration_has_every_printed_digit) {
  const study::Recorder record = at({{"ridge", reals({-170.0, -148.3, -100.0, 0.0, 100.0, 400.0})}});
  struct Row {
    double kappa, kappa_unit, bias, variance, train;
  };
  const std::vector<Row> rows = {
      {0.76139, 1e-5, 0.00951, 0.00900, 0.03554}, {0.94358, 1e-5, 0.01137, 0.00529, 0.01646},
      {1.2772, 1e-4, 0.01648, 0.00285, 0.00449},  {1.8775, 1e-4, 0.02864, 0.00146, 0.0},
      {2.437, 1e-3, 0.04217, 0.00098, 0.00224},   {4.040, 1e-3, 0.08693, 0.00050, 0.02388}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string row = "row " + std::to_string(i);
    expect_digits(record.values("effective_ridge")[i], rows[i].kappa, rows[i].kappa_unit, row);
    expect_digits(record.values("bias")[i], rows[i].bias, 1e-5, row);
    expect_digits(record.values("variance")[i], rows[i].variance, 1e-5, row);
    expect_digits(record.values("train_error")[i], rows[i].train, 1e-5, row);
    EXPECT_EQ(record.values("test_error")[i], record.values("bias")[i] + record.values("variance")[i]);
  }
  EXPECT_EQ(record.values("train_error")[3], 0.0);
  expect_digits(record.values("lambda_min").front(), 189.85, 1e-2, "edge");
  expect_digits(record.values("optimal_ridge").front(), -148.31, 1e-2, "lambda*");
  expect_digits(record.values("optimal_test_error").front(), 0.0166613, 1e-7, "risk at lambda*");
  // The negative optimum is worth a factor of 1.8.
  EXPECT_NEAR(record.values("test_error")[3] / record.values("optimal_test_error").front(), 1.8, 0.05);
}

TEST_F(BenignOverfittingTheory, optimum_is_where_its_effective_ridge_says) {
  const studies::benign_overfitting::Population population(
      studies::benign_overfitting::setting_of(point_of(study_, {})));
  const theory::OptimalRidge optimum = theory::optimal_ridge(population.model(200, 0.01));
  expect_digits(optimum.kappa, 0.943475, 1e-6, "kappa*");
  const theory::DeterministicEquivalent equivalent(population.model(200, 0.01));
  EXPECT_NEAR(equivalent.risk(optimum.ridge).kappa, optimum.kappa, 1e-12);
  for (const double shift : {-1.0, 1.0})
    EXPECT_GT(equivalent.risk(optimum.ridge + shift).test_error, optimum.test_error);
}

TEST_F(BenignOverfittingTheory, smoke_point_has_every_printed_digit) {
  const study::Recorder record = at({{"n", whole(60)},
                                     {"p", whole(400)},
                                     {"spectrum_spikes", whole(3)},
                                     {"spectrum_tail", real(0.3)},
                                     {"target_count", whole(3)},
                                     {"ridge", reals({-20.0, 0.0, 50.0})}});
  expect_digits(record.values("optimal_ridge").front(), -33.151, 1e-3, "lambda*");
  expect_digits(record.values("optimal_test_error").front(), 0.0200843, 1e-7, "risk");
  const std::vector<std::pair<double, double>> rows = {
      {0.01906, 0.00347}, {0.02748, 0.00212}, {0.05083, 0.00106}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expect_digits(record.values("bias")[i], rows[i].first, 1e-5, "bias");
    expect_digits(record.values("variance")[i], rows[i].second, 1e-5, "variance");
  }
}

TEST_F(BenignOverfittingTheory, other_spectra_have_every_printed_digit) {
  struct Row {
    std::vector<Setting> settings;
    double ridge, kappa, kappa_unit, bias, bias_unit, variance, variance_unit, train, train_unit;
  };
  const std::vector<Setting> isotropic = {{"n", whole(300)},
                                          {"p", whole(600)},
                                          {"spectrum", word("isotropic")},
                                          {"target", word("uniform")},
                                          {"noise_variance", real(0.5)}};
  const std::vector<Setting> power = {{"n", whole(200)},           {"p", whole(800)},
                                      {"spectrum", word("power")}, {"spectrum_exponent", real(1.5)},
                                      {"target", word("source")},  {"noise_variance", real(0.1)}};
  const std::vector<Setting> powerlog = {{"n", whole(200)},
                                         {"p", whole(1000)},
                                         {"spectrum", word("powerlog")},
                                         {"target", word("source")},
                                         {"noise_variance", real(0.1)}};
  const std::vector<Setting> exponential = {{"n", whole(150)},
                                            {"p", whole(1200)},
                                            {"spectrum", word("exponential")},
                                            {"target_count", whole(5)},
                                            {"noise_variance", real(0.1)}};
  const std::vector<Setting> low = {{"n", whole(300)},
                                    {"p", whole(100)},
                                    {"spectrum", word("power")},
                                    {"target", word("uniform")},
                                    {"noise_variance", real(0.3)}};
  const std::vector<Row> rows = {
      {isotropic, 0.0, 1.0, 1e-12, 0.5, 1e-12, 0.5, 1e-12, 0.0, 1e-12},
      {isotropic, 300.0, 2.4142, 1e-4, 0.60355, 1e-5, 0.10355, 1e-5, 0.20711, 1e-5},
      {power, 0.05, 0.0011717, 1e-7, 0.00087, 1e-5, 0.05563, 1e-5, 0.00713, 1e-5},
      {power, 1.0, 0.0069358, 1e-7, 0.00383, 1e-5, 0.01214, 1e-5, 0.06027, 1e-5},
      {powerlog, -0.01, 2.9541e-4, 1e-8, 0.00034, 1e-5, 0.10924, 1e-5, 0.0060, 1e-4},
      {powerlog, 0.0, 3.9011e-4, 1e-8, 0.00038, 1e-5, 0.07518, 1e-5, 0.0, 1e-12},
      {exponential, -0.15, 0.0069559, 1e-7, 0.00021, 1e-5, 0.03454, 1e-5, 0.00278, 1e-5},
      {exponential, 0.0, 0.0082650, 1e-7, 0.00028, 1e-5, 0.02791, 1e-5, 0.0, 1e-12},
      {low, 10.0, 0.038549, 1e-6, 0.16304, 1e-5, 0.02157, 1e-5, 0.36234, 1e-5},
      {low, 0.0, 0.0, 1e-12, 0.0, 1e-12, 0.15, 1e-12, 0.2, 1e-12}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::vector<Setting> settings = row.settings;
    settings.emplace_back("ridge", reals({row.ridge}));
    const study::Recorder record = at(settings);
    const std::string what = "row " + std::to_string(i);
    expect_digits(record.values("effective_ridge").front(), row.kappa, row.kappa_unit, what);
    expect_digits(record.values("bias").front(), row.bias, row.bias_unit, what);
    expect_digits(record.values("variance").front(), row.variance, row.variance_unit, what);
    expect_digits(record.values("train_error").front(), row.train, row.train_unit, what);
  }
}

TEST_F(BenignOverfittingTheory, edges_have_every_printed_digit) {
  const auto edge = [&](const std::vector<Setting>& settings) {
    return at(settings).values("lambda_min").front();
  };
  expect_digits(edge({{"n", whole(300)}, {"p", whole(600)}, {"spectrum", word("isotropic")}}), 51.47, 1e-2,
                "isotropic");
  expect_digits(edge({{"p", whole(1000)}, {"spectrum_spike_height", real(20.0)}}), 62.49, 1e-2, "spiked");
  expect_digits(edge({{"p", whole(800)}, {"spectrum", word("power")}, {"spectrum_exponent", real(1.5)}}),
                0.03444, 1e-5, "power");
  expect_digits(edge({{"n", whole(150)}, {"p", whole(1200)}, {"spectrum", word("exponential")}}), 0.538, 1e-3,
                "exponential");
  EXPECT_EQ(edge({{"n", whole(300)}, {"p", whole(100)}}), 0.0);
}

TEST_F(BenignOverfittingTheory, isotropic_law_has_its_closed_form) {
  const double n = 300.0;
  const double p = 600.0;
  const double noise = 0.5;
  const std::vector<double> ridges = {-50.0, -10.0, 0.0, 1.0, 300.0, 1e5};
  const study::Recorder record = at({{"n", whole(300)},
                                     {"p", whole(600)},
                                     {"spectrum", word("isotropic")},
                                     {"target", word("tail")},
                                     {"target_count", whole(7)},
                                     {"noise_variance", real(noise)},
                                     {"ridge", study::Value(ridges)}});
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    // n kappa^2 + (n - p - lambda) kappa - lambda = 0
    const double b = n - p - ridges[i];
    const double kappa = (-b + std::sqrt(b * b + 4.0 * n * ridges[i])) / (2.0 * n);
    EXPECT_NEAR(record.values("effective_ridge")[i], kappa, 1e-10 * kappa);
    const double df2 = p / ((1.0 + kappa) * (1.0 + kappa));
    const double bias = kappa * kappa / ((1.0 + kappa) * (1.0 + kappa)) / (1.0 - df2 / n);
    EXPECT_NEAR(record.values("bias")[i], bias, 1e-9 * bias);
    const double variance = noise * (df2 / n) / (1.0 - df2 / n);
    EXPECT_NEAR(record.values("variance")[i], variance, 1e-9 * variance);
  }
  EXPECT_NEAR(record.values("lambda_min").front(), std::pow(std::sqrt(p) - std::sqrt(n), 2.0), 1e-10);
  EXPECT_NEAR(record.values("optimal_ridge").front(), noise * p, 1e-5 * noise * p);
  EXPECT_NEAR(record.values("optimal_test_error").front(), 0.707107, 5e-7);
}

TEST_F(BenignOverfittingTheory, sign_of_the_optimal_ridge_follows_the_slope_at_ridge_0) {
  struct Case {
    std::vector<Setting> settings;
    double difference, unit, ridge;
  };
  const std::vector<Case> cases = {
      {{}, 8.1168e-3, 1e-7, -148.31},
      {{{"p", whole(1000)}, {"spectrum_spike_height", real(20.0)}, {"noise_variance", real(0.05)}},
       -7.7730e-3,
       1e-7,
       100.05}};
  for (const Case& c : cases) {
    const study::Parameters point = point_of(study_, c.settings);
    const study::Recorder record = predicted(study_, point);
    expect_digits(record.values("optimal_ridge").front(), c.ridge, 1e-2, "lambda*");
    const studies::benign_overfitting::Population population(studies::benign_overfitting::setting_of(point));
    const double n = static_cast<double>(point.integer("n"));
    const double kappa = record.values("effective_ridge").front();
    double signal = 0.0;
    double df2 = 0.0;
    double cubes = 0.0;
    double missed = 0.0;
    for (const auto& group : population.groups()) {
      const double s = group.eigenvalue;
      const double count = static_cast<double>(group.count);
      signal += s * group.energy / std::pow(s + kappa, 3.0);
      missed += kappa * kappa * group.energy / std::pow(s + kappa, 2.0);
      df2 += count * std::pow(s / (s + kappa), 2.0);
      cubes += count * s * s / std::pow(s + kappa, 3.0);
    }
    const double difference =
        kappa * signal * (1.0 - df2 / n) - cubes / n * (missed + point.real("noise_variance"));
    expect_digits(difference, c.difference, c.unit, "left minus right");
    EXPECT_EQ(difference > 0.0, record.values("optimal_ridge").front() < 0.0);
  }
}

TEST_F(BenignOverfittingTheory, ratios_over_the_bounds_have_every_printed_digit) {
  struct Case {
    std::vector<Setting> settings;
    double critical, bias_upper, bias_lower, variance_upper, variance_lower;
  };
  const std::vector<Case> cases = {
      {{{"target", word("source")}}, 10, 0.824, 1.089, 0.972, 1.100},
      {{{"n", whole(150)}, {"p", whole(1200)}, {"spectrum", word("exponential")}, {"target", word("source")}},
       24,
       0.838,
       1.299,
       0.926,
       1.491},
      {{{"p", whole(8000)}, {"spectrum", word("powerlog")}, {"target", word("source")}},
       85,
       0.878,
       1.763,
       0.667,
       1.098}};
  for (const Case& c : cases) {
    const study::Recorder record = at(c.settings);
    EXPECT_EQ(record.values("critical_index").front(), c.critical);
    expect_digits(record.values("bias_upper_ratio").front(), c.bias_upper, 1e-3, "bias, upper");
    expect_digits(record.values("bias_lower_ratio").front(), c.bias_lower, 1e-3, "bias, lower");
    expect_digits(record.values("variance_upper_ratio").front(), c.variance_upper, 1e-3, "variance, upper");
    expect_digits(record.values("variance_lower_ratio").front(), c.variance_lower, 1e-3, "variance, lower");
    for (const char* name : {"bias", "variance"}) {
      const std::string text(name);
      EXPECT_NEAR(record.values(text).front() / record.values(text + "_upper").front(),
                  record.values(text + "_upper_ratio").front(), 1e-12);
      EXPECT_LE(record.values(text).front(), 4.0 * record.values(text + "_upper").front());
      EXPECT_GE(record.values(text).front(), 0.25 * record.values(text + "_lower").front());
    }
  }
  const study::Recorder top = at({});
  expect_digits(top.values("bias_upper_ratio").front(), 0.723, 1e-3, "top, upper");
  expect_digits(top.values("bias_lower_ratio").front(), 1.040, 1e-3, "top, lower");
}

TEST_F(BenignOverfittingTheory, effective_ranks_have_every_printed_digit) {
  const study::Recorder exponential =
      at({{"n", whole(150)}, {"p", whole(1200)}, {"spectrum", word("exponential")}});
  EXPECT_EQ(exponential.values("critical_index").front(), 24.0);
  expect_digits(exponential.values("effective_rank")[24], 156.78, 1e-2, "r");
  expect_digits(exponential.values("participation_rank")[24], 1060.3, 1e-1, "R");
  EXPECT_NEAR(exponential.values("critical_ratio").front(), exponential.values("effective_rank")[24] / 150.0,
              1e-12);
  const study::Recorder powerlog = at({{"p", whole(1000)}, {"spectrum", word("powerlog")}});
  EXPECT_EQ(powerlog.values("critical_index").front(), 138.0);
  expect_digits(powerlog.values("effective_rank")[138], 200.1, 1e-1, "r");
  expect_digits(powerlog.values("participation_rank")[138], 504.5, 1e-1, "R");
}

TEST_F(BenignOverfittingTheory, effective_ranks_obey_their_inequalities) {
  for (const char* spectrum : {"isotropic", "spiked", "power", "powerlog", "exponential"}) {
    SCOPED_TRACE(spectrum);
    const study::Recorder record = at({{"p", whole(1000)}, {"spectrum", word(spectrum)}});
    const auto r = record.values("effective_rank");
    const auto big = record.values("participation_rank");
    ASSERT_EQ(r.size(), 1000u);
    for (std::size_t k = 0; k < r.size(); ++k) {
      EXPECT_GE(big[k], r[k] * (1.0 - 1e-12));
      EXPECT_LE(big[k], r[k] * r[k] * (1.0 + 1e-12));
    }
    EXPECT_EQ(r.back(), 1.0);
  }
  const study::Recorder flat = at({{"p", whole(1000)}, {"spectrum", word("isotropic")}});
  for (std::size_t k = 0; k < 1000; ++k) {
    EXPECT_NEAR(flat.values("effective_rank")[k], 1000.0 - static_cast<double>(k), 1e-9);
    EXPECT_NEAR(flat.values("participation_rank")[k], 1000.0 - static_cast<double>(k), 1e-9);
  }
}

TEST_F(BenignOverfittingTheory, effective_ranks_match_plain_sums_where_k_is_spaced) {
  const std::vector<double> places = studies::benign_overfitting::rank_places(30000);
  const std::vector<double> shorter = studies::benign_overfitting::rank_places(20000);
  ASSERT_LT(shorter.size(), places.size());
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), places.begin()));
  EXPECT_LT(places.back(), 30000.0);
  const study::Recorder record =
      at({{"p", whole(30000)}, {"spectrum", word("power")}, {"spectrum_exponent", real(1.2)}});
  const auto s = [](double k) { return std::pow(k + 1.0, -1.2); };
  double sum = 0.0;
  double squares = 0.0;
  std::size_t place = places.size();
  for (int k = 29999; k >= 0; --k) {
    sum += s(k);
    squares += s(k) * s(k);
    if (place > 0 && places[place - 1] == k) {
      --place;
      EXPECT_NEAR(record.values("effective_rank")[place], sum / s(k), 1e-10 * sum / s(k));
      EXPECT_NEAR(record.values("participation_rank")[place], sum * sum / squares,
                  1e-9 * sum * sum / squares);
    }
  }
  EXPECT_EQ(place, 0u);
}

TEST_F(BenignOverfittingTheory, bounds_match_their_definition_written_out) {
  const double n = 40.0;
  const double noise = 0.3;
  for (const char* spectrum : {"spiked", "power", "exponential"}) {
    for (const double ridge : {-0.05, 0.0, 3.0}) {
      const study::Parameters point = point_of(study_, {{"n", whole(40)},
                                                        {"p", whole(300)},
                                                        {"spectrum", word(spectrum)},
                                                        {"target", word("source")},
                                                        {"target_exponent", real(-0.2)},
                                                        {"noise_variance", real(noise)},
                                                        {"rank_constant", real(0.7)},
                                                        {"ridge", reals({ridge})}});
      const study::Recorder record = predicted(study_, point);
      const studies::benign_overfitting::Population population(
          studies::benign_overfitting::setting_of(point));
      std::vector<double> s(300);
      std::vector<double> theta(300);
      population.eigenvalues(0, s);
      population.target(0, theta);
      std::size_t k = 0;
      double trace = 0.0;
      for (; k < 300; ++k) {
        trace = std::accumulate(s.begin() + static_cast<std::ptrdiff_t>(k), s.end(), ridge);
        if (trace / (n * s[k]) >= 0.7) break;
      }
      ASSERT_LT(k, 300u);
      const double rho = trace / (n * s[k]);
      double upper = 0.0;
      double head = 0.0;
      double squares = 0.0;
      double lower = 0.0;
      double variance_lower = 0.0;
      for (std::size_t i = 0; i < 300; ++i) {
        const double energy = s[i] * theta[i] * theta[i];
        if (i >= k) {
          upper += energy;
          squares += s[i] * s[i];
        } else {
          head += theta[i] * theta[i] / s[i];
        }
        lower += energy / std::pow(1.0 + s[i] / (s[k] * rho), 2.0);
        variance_lower += std::min(1.0, std::pow(s[i] / (s[k] * (rho + 1.0)), 2.0));
      }
      upper += std::pow(trace / n, 2.0) * head;
      EXPECT_EQ(record.values("critical_index").front(), static_cast<double>(k));
      EXPECT_NEAR(record.values("critical_ratio").front(), rho, 1e-11 * rho);
      EXPECT_NEAR(record.values("bias_upper").front(), upper, 1e-11 * upper);
      EXPECT_NEAR(record.values("bias_lower").front(), lower, 1e-11 * lower);
      const double variance_upper = noise * (static_cast<double>(k) / n + n * squares / (trace * trace));
      EXPECT_NEAR(record.values("variance_upper").front(), variance_upper, 1e-11 * variance_upper);
      EXPECT_NEAR(record.values("variance_lower").front(), noise / n * variance_lower, 1e-11);
    }
  }
}

TEST_F(BenignOverfittingTheory, benign_and_tempered_spectra_part_ways) {
  const auto variance = [&](const char* spectrum, double exponent, std::int64_t n) {
    return at({{"n", whole(n)},
               {"p", whole(40 * n)},
               {"spectrum", word(spectrum)},
               {"spectrum_exponent", real(exponent)},
               {"target", word("source")},
               {"noise_variance", real(0.25)}})
        .values("variance")
        .front();
  };
  expect_digits(variance("powerlog", 1.0, 50), 0.128, 1e-3, "n = 50");
  expect_digits(variance("powerlog", 1.0, 200), 0.112, 1e-3, "n = 200");
  expect_digits(variance("powerlog", 1.0, 800), 0.1007, 1e-4, "n = 800");
  for (const std::int64_t n : {50, 200, 800}) EXPECT_NEAR(variance("power", 2.0, n), 0.25, 0.02);
}

TEST_F(BenignOverfittingTheory, a_billion_dimensions_cost_nothing) {
  const study::Recorder record = at({{"n", whole(100000)},
                                     {"p", whole(1000000000)},
                                     {"spectrum_tail", real(1e-4)},
                                     {"target", word("source")}});
  // Ten spikes and a tail of trace 1e5 that acts as the ridge 1e5.
  EXPECT_NEAR(record.values("effective_ridge").front(), 1.0, 2e-3);
  EXPECT_EQ(record.values("critical_index").front(), 10.0);
}

TEST_F(BenignOverfittingTheory, missing_predictions_carry_their_reason) {
  const study::Recorder edge = at({{"ridge", reals({-200.0, -189.0, 0.0})}});
  EXPECT_TRUE(std::isnan(edge.values("bias")[0]));
  EXPECT_GT(edge.values("bias")[1], 0.0);
  EXPECT_GT(edge.values("bias")[2], 0.0);
  EXPECT_NE(edge.reasons().find("edge"), std::string::npos);

  const study::Recorder square =
      at({{"n", whole(100)}, {"p", whole(100)}, {"ridge", reals({-1.0, 0.0, 1.0})}});
  EXPECT_TRUE(std::isnan(square.values("variance")[0]));
  EXPECT_TRUE(std::isnan(square.values("variance")[1]));
  EXPECT_TRUE(std::isnan(square.values("train_error")[1]));
  EXPECT_GT(square.values("variance")[2], 0.0);
  EXPECT_NE(square.reasons().find("p = n"), std::string::npos);

  const study::Recorder low = at({{"n", whole(300)}, {"p", whole(100)}});
  EXPECT_TRUE(std::isnan(low.values("critical_index").front()));
  EXPECT_TRUE(std::isnan(low.values("bias_upper").front()));
  EXPECT_TRUE(std::isnan(low.values("variance_upper_ratio").front()));
  EXPECT_NE(low.reasons().find("no k*"), std::string::npos);

  const study::Recorder noiseless = at({{"noise_variance", real(0.0)}});
  EXPECT_TRUE(std::isnan(noiseless.values("variance_upper_ratio").front()));
  EXPECT_EQ(noiseless.values("variance_upper").front(), 0.0);
  EXPECT_GT(noiseless.values("bias_upper_ratio").front(), 0.0);
  EXPECT_NE(noiseless.reasons().find("0/0"), std::string::npos);
}

TEST_F(BenignOverfittingTheory, without_noise_the_determined_problem_needs_no_ridge) {
  for (const std::int64_t p : {50, 100}) {
    const study::Recorder record = at({{"n", whole(100)}, {"p", whole(p)}, {"noise_variance", real(0.0)}});
    EXPECT_EQ(record.values("optimal_ridge").front(), 0.0);
    EXPECT_EQ(record.values("optimal_test_error").front(), 0.0);
  }
}

TEST_F(BenignOverfittingTheory, spikes_below_the_tail_come_last) {
  const studies::benign_overfitting::Population population(
      {.p = 10,
       .spectrum = studies::benign_overfitting::Spectrum::spiked,
       .spikes = 3,
       .spike_height = 0.5,
       .tail = 2.0,
       .target = studies::benign_overfitting::Target::tail,
       .target_count = 3});
  std::vector<double> s(10);
  std::vector<double> theta(10);
  population.eigenvalues(0, s);
  population.target(0, theta);
  EXPECT_EQ(s, (std::vector<double>{2, 2, 2, 2, 2, 2, 2, 0.5, 0.5, 0.5}));
  EXPECT_EQ(theta[6], 0.0);
  EXPECT_NEAR(3.0 * 0.5 * theta[7] * theta[7], 1.0, 1e-15);
  EXPECT_EQ(population.groups().size(), 2u);
}

} // namespace
