// SPDX-License-Identifier: BSD-3-Clause
// Monte Carlo against the numbers measured independently (4 combined standard errors) and against the theory
// (the stated tolerances plus 3 standard errors).
#include "support/study_points.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <gtest/gtest.h>

#include <cstdio>

namespace {

using namespace pastur;
using testing_support::Estimate;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

study::Value real(double value) {
  return study::Value(value);
}

/// Mean and standard error of every entry of each observable.
using Estimates = std::map<std::string, std::vector<Estimate>>;

struct Printed {
  double value, error;
};

class BenignOverfitting : public testing::Test {
protected:
  Estimates sample(const study::Parameters& point, std::int64_t draws) {
    const auto self = parallel::Communicator::self();
    std::vector<double> mine;
    std::vector<study::Recorder::Slot> slots = study::draw_slots(study_.info(), point);
    for (std::int64_t index = world_.rank(); index < draws; index += world_.size()) {
      const study::Recorder record = testing_support::drawn(study_, point, self, index);
      for (const auto& slot : slots) {
        const auto values = record.values(slot.name);
        mine.insert(mine.end(), values.begin(), values.end());
      }
    }
    const std::vector<double> all = world_.all_gather(std::span<const double>(mine));
    std::size_t width = 0;
    for (const auto& slot : slots) width += slot.size;
    Estimates found;
    std::size_t column = 0;
    const double count = static_cast<double>(draws);
    for (const auto& slot : slots) {
      for (std::size_t entry = 0; entry < slot.size; ++entry, ++column) {
        double mean = 0.0;
        double squares = 0.0;
        for (std::size_t i = column; i < all.size(); i += width) mean += all[i] / count;
        for (std::size_t i = column; i < all.size(); i += width) squares += (all[i] - mean) * (all[i] - mean);
        found[slot.name].push_back({mean, std::sqrt(squares / (count * (count - 1.0)))});
      }
    }
    return found;
  }

  void expect_measured(const char* what, const Estimate& found, const Printed& printed) {
    const double combined = std::sqrt(found.error * found.error + printed.error * printed.error);
    if (world_.rank() == 0) {
      std::printf("%s: %.6g(%.2g), printed %.6g(%.2g), z = %.2f\n", what, found.mean, found.error,
                  printed.value, printed.error, (found.mean - printed.value) / combined);
    }
    EXPECT_LE(std::abs(found.mean - printed.value), 4.0 * combined) << what;
  }

  static void expect_predicted(const char* what, const Estimate& found, double theory, double tolerance) {
    EXPECT_LE(std::abs(found.mean - theory), tolerance * std::abs(theory) + 3.0 * found.error)
        << what << ": " << found.mean << "(" << found.error << ") measured, " << theory << " predicted";
  }

  /// The study's tolerances: bias 5 %, variance 2 %, but 6 % within 20 % of the edge.
  void expect_theory(const study::Parameters& point, const Estimates& found) {
    const study::Recorder theory = predicted(study_, point);
    const double edge = -theory.values("lambda_min").front();
    const std::vector<double>& ridges = point.reals("ridge");
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      const bool near = ridges[i] < 0.0 && ridges[i] < 0.8 * edge;
      SCOPED_TRACE("ridge " + std::to_string(ridges[i]));
      expect_predicted("bias", found.at("bias")[i], theory.values("bias")[i], near ? 0.06 : 0.05);
      expect_predicted("variance", found.at("variance")[i], theory.values("variance")[i], near ? 0.06 : 0.02);
      const Estimate& error = found.at("test_error")[i];
      EXPECT_LE(std::abs(error.mean - found.at("bias")[i].mean - found.at("variance")[i].mean),
                3.0 * error.error);
    }
    expect_predicted("lambda_min", found.at("lambda_min").front(), -edge, 0.05);
  }

  studies::BenignOverfitting study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(BenignOverfitting, negative_ridge_demonstration_agrees_with_measurement_and_theory) {
  const study::Parameters point =
      point_of(study_, {{"ridge", reals({-170.0, -148.3, -100.0, 0.0, 100.0, 400.0})}});
  const Estimates found = sample(point, 40);
  const std::vector<Printed> bias = {{0.00986, 44e-5}, {0.01176, 55e-5}, {0.01706, 80e-5},
                                     {0.0296, 13e-4},  {0.0435, 19e-4},  {0.0893, 34e-4}};
  const std::vector<Printed> variance = {{0.00935, 9e-5}, {0.00536, 2e-5}, {0.00286, 1e-5},
                                         {0.00147, 1e-5}, {0.00099, 1e-5}, {0.00050, 1e-5}};
  const std::vector<Printed> train = {{0.0371, 21e-4}, {0.01639, 52e-5}, {0.00442, 10e-5},
                                      {0.0, 1e-12},    {0.00221, 4e-5},  {0.02367, 29e-5}};
  for (std::size_t i = 0; i < bias.size(); ++i) {
    expect_measured("bias", found.at("bias")[i], bias[i]);
    expect_measured("variance", found.at("variance")[i], variance[i]);
    expect_measured("train_error", found.at("train_error")[i], train[i]);
  }
  expect_measured("lambda_min", found.at("lambda_min").front(), {191.9, 0.6});
  expect_measured("optimal_ridge", found.at("optimal_ridge").front(), {-146.9, 1.1});
  expect_measured("optimal_test_error", found.at("optimal_test_error").front(), {0.01669, 46e-5});
  expect_theory(point, found);
  // What must be seen: the optimum beats ridge 0 by about 1.8, training errors on both sides of 0.
  EXPECT_NEAR(found.at("test_error")[3].mean / found.at("optimal_test_error").front().mean, 1.8, 0.15);
  EXPECT_GT(found.at("train_error")[2].mean, 0.0);
  EXPECT_GT(found.at("train_error")[4].mean, 0.0);
}

TEST_F(BenignOverfitting, smoke_point_agrees_with_measurement_and_theory) {
  const study::Parameters point = point_of(study_, {{"n", whole(60)},
                                                    {"p", whole(400)},
                                                    {"spectrum_spikes", whole(3)},
                                                    {"spectrum_tail", real(0.3)},
                                                    {"target_count", whole(3)},
                                                    {"ridge", reals({-20.0, 0.0, 50.0})}});
  const Estimates found = sample(point, 200);
  expect_measured("bias", found.at("bias")[0], {0.0196, 5e-4});
  expect_measured("bias", found.at("bias")[1], {0.0282, 7e-4});
  expect_measured("bias", found.at("bias")[2], {0.0517, 11e-4});
  expect_measured("variance", found.at("variance")[0], {0.00351, 1e-5});
  expect_measured("variance", found.at("variance")[1], {0.00213, 0.5e-5});
  expect_measured("variance", found.at("variance")[2], {0.00106, 0.5e-5});
  expect_measured("optimal_ridge", found.at("optimal_ridge").front(), {-31.8, 0.4});
  expect_theory(point, found);
}

struct Row {
  std::size_t ridge;
  Printed bias, variance, train;
};

struct Case {
  const char* name;
  std::vector<Setting> settings;
  std::vector<Row> rows;
  Printed lambda_min; // value 0: not printed
};

class BenignOverfittingSpectra : public BenignOverfitting, public testing::WithParamInterface<Case> {};

TEST_P(BenignOverfittingSpectra, agree_with_measurement_and_theory) {
  const Case& c = GetParam();
  const study::Parameters point = point_of(study_, c.settings);
  const Estimates found = sample(point, 24);
  for (const Row& row : c.rows) {
    expect_measured("bias", found.at("bias")[row.ridge], row.bias);
    expect_measured("variance", found.at("variance")[row.ridge], row.variance);
    expect_measured("train_error", found.at("train_error")[row.ridge], row.train);
  }
  if (c.lambda_min.value > 0.0) expect_measured("lambda_min", found.at("lambda_min").front(), c.lambda_min);
  expect_theory(point, found);
}

// Numbers printed without an error get half a unit of their last digit.
constexpr Printed zero = {0.0, 1e-12};

INSTANTIATE_TEST_SUITE_P(
    , BenignOverfittingSpectra,
    testing::Values(
        Case{"isotropic",
             {{"n", whole(300)},
              {"p", whole(600)},
              {"spectrum", word("isotropic")},
              {"target", word("uniform")},
              {"noise_variance", real(0.5)},
              {"ridge", reals({0.0, 300.0})}},
             {{0, {0.509, 6e-3}, {0.5019, 9e-4}, zero}, {1, {0.610, 5e-3}, {0.10352, 2e-5}, {0.2085, 41e-4}}},
             {54.16, 0.47}},
        Case{"power",
             {{"n", whole(200)},
              {"p", whole(800)},
              {"spectrum", word("power")},
              {"spectrum_exponent", real(1.5)},
              {"target", word("source")},
              {"noise_variance", real(0.1)},
              {"ridge", reals({0.05, 1.0})}},
             {{0, {0.00086, 3e-5}, {0.05568, 8e-5}, {0.00704, 22e-5}},
              {1, {0.00392, 9e-5}, {0.01215, 4e-5}, {0.0598, 16e-4}}},
             {0.03591, 21e-5}},
        Case{"powerlog",
             {{"n", whole(200)},
              {"p", whole(1000)},
              {"spectrum", word("powerlog")},
              {"target", word("source")},
              {"noise_variance", real(0.1)},
              {"ridge", reals({-0.01, 0.0})}},
             {{0, {0.00034, 0.5e-5}, {0.1097, 2e-4}, {0.0062, 3e-4}},
              {1, {0.00038, 0.5e-5}, {0.07527, 12e-5}, zero}},
             {0.0, 0.0}},
        Case{"exponential",
             {{"n", whole(150)},
              {"p", whole(1200)},
              {"spectrum", word("exponential")},
              {"target_count", whole(5)},
              {"noise_variance", real(0.1)},
              {"ridge", reals({-0.15, 0.0})}},
             {{0, {0.00023, 1e-5}, {0.03458, 10e-5}, {0.00279, 11e-5}},
              {1, {0.00031, 2e-5}, {0.02792, 8e-5}, zero}},
             {0.549, 3e-3}},
        Case{"rademacher",
             {{"n", whole(150)},
              {"p", whole(1200)},
              {"spectrum", word("exponential")},
              {"target_count", whole(5)},
              {"noise_variance", real(0.1)},
              {"data", word("rademacher")},
              {"ridge", reals({0.0})}},
             {{0, {0.00029, 1e-5}, {0.02783, 4e-5}, zero}},
             {0.0, 0.0}},
        Case{"fewer_dimensions_than_samples",
             {{"n", whole(300)},
              {"p", whole(100)},
              {"spectrum", word("power")},
              {"target", word("uniform")},
              {"noise_variance", real(0.3)},
              {"ridge", reals({10.0, 0.0})}},
             {{0, {0.1655, 28e-4}, {0.02160, 2e-5}, {0.3583, 38e-4}},
              {1, zero, {0.1506, 5e-4}, {0.198, 4e-3}}},
             {0.0, 0.0}},
        Case{"spiked",
             {{"p", whole(1000)}, {"spectrum_spike_height", real(20.0)}, {"noise_variance", real(0.05)}},
             {},
             {64.2, 0.3}}),
    [](const testing::TestParamInfo<Case>& spectrum) { return std::string(spectrum.param.name); });

TEST_F(BenignOverfitting, exact_gaussian_variance_of_least_squares) {
  const study::Parameters point = point_of(study_, {{"n", whole(40)},
                                                    {"p", whole(20)},
                                                    {"spectrum", word("power")},
                                                    {"target", word("uniform")},
                                                    {"noise_variance", real(0.3)}});
  const Estimate found = sample(point, 400).at("variance").front();
  EXPECT_LE(std::abs(found.mean - 0.3 * 20.0 / 19.0), 4.0 * found.error);
}

TEST_F(BenignOverfitting, least_eigenvalue_leaves_its_limit_as_tracy_and_widom_say) {
  // (lambda_min - mu)/sigma has minus the Tracy-Widom law (mean 1.2065), mu and sigma of order n and n^{1/3}.
  const auto sampled = [&](std::int64_t n, std::int64_t draws) {
    const study::Parameters point =
        point_of(study_, {{"n", whole(n)}, {"p", whole(4 * n)}, {"spectrum", word("isotropic")}});
    const double limit = predicted(study_, point).values("lambda_min").front();
    const Estimate found = sample(point, draws).at("lambda_min").front();
    const double a = std::sqrt(4.0 * static_cast<double>(n) - 0.5);
    const double b = std::sqrt(static_cast<double>(n) - 0.5);
    const double sigma = (a - b) * std::cbrt(1.0 / b - 1.0 / a);
    const Estimate standard{(found.mean - (a - b) * (a - b)) / sigma, found.error / sigma};
    const Estimate gap{found.mean / limit - 1.0, found.error / limit};
    return std::pair(standard, gap);
  };
  const auto [small, small_gap] = sampled(40, 300);
  const auto [large, large_gap] = sampled(160, 100);
  EXPECT_LE(std::abs(large.mean - 1.2065), 4.0 * large.error) << large.mean << "(" << large.error << ")";
  EXPECT_GT(small_gap.mean - large_gap.mean, 4.0 * (small_gap.error + large_gap.error));
  EXPECT_GT(large_gap.mean, 3.0 * large_gap.error);
}

} // namespace
