// SPDX-License-Identifier: BSD-3-Clause
// Monte Carlo against the numbers measured independently (4 combined standard errors) and against the limit
// laws.
#include "skip_connections_points.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace {

using namespace pastur;
using testing_support::Columns;
using testing_support::Estimate;
using testing_support::mean_of;
using testing_support::median_of;
using testing_support::real;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class SkipConnections : public testing_support::SkipConnectionsTest {};

TEST_F(SkipConnections, extremes_of_every_block_agree_with_measurement_and_limit_law) {
  struct Row {
    std::int64_t p;
    const char* inner;
    const char* outer;
    double skip, s1, s1_error, s_min, s_min_error, condition, condition_error;
  };
  const Row rows[] = {{1, "relu", "linear", 2.0, 3.502, .003, .7562, .0027, 4.61, .02},
                      {1, "relu", "abs", 2.0, 3.502, .003, .7562, .0027, 4.61, .02},
                      {1, "relu", "relu", 0.0, 1.687, .005, .3028, .0036, 5.61, .09},
                      {1, "relu", "relu", 1.0, 2.236, .006, .5143, .0063, 4.42, .09},
                      {1, "relu", "leaky", 1.5, 2.684, .006, .1261, .0012, 21.2, .3},
                      {2, "relu", "linear", 1.0, 2.554, .008, .1287, .0032, 20.1, .7},
                      {2, "relu", "relu", 1.0, 2.113, .009, .5645, .0043, 3.73, .06},
                      {2, "abs", "abs", 1.5, 3.412, .006, .2682, .0042, 12.6, .2},
                      {3, "relu", "relu", 1.0, 1.875, .008, .6329, .0038, 2.96, .04}};
  for (const Row& row : rows) {
    const std::vector<Setting> at = {
        {"p", whole(row.p)},           {"skip", reals({row.skip})},           {"activation", word(row.outer)},
        {"negative_slope", real(0.3)}, {"inner_activation", word(row.inner)}, {"perturbations", word("no")}};
    const auto found = sample(at, {"singular_max", "singular_min", "condition_number", "violations"}, 40);
    const Estimate s1 = mean_of(found.at("singular_max")[0]);
    const Estimate s_min = mean_of(found.at("singular_min")[0]);
    expect_measured("s_1", s1, row.s1, row.s1_error);
    expect_measured("s_min", s_min, row.s_min, row.s_min_error);
    expect_measured("condition", median_of(found.at("condition_number")[0]), row.condition,
                    row.condition_error);
    const study::Recorder law = theory(at);
    // Inside the theoretical support, by no more than a finite size allows.
    const double upper = law.values("singular_max")[0];
    const double lower = law.values("singular_min")[0];
    const bool invertible = std::string(row.outer) != "relu";
    EXPECT_LT(s1.mean, upper);
    EXPECT_GT(s1.mean, (row.p == 1 ? 0.97 : 0.95) * upper);
    EXPECT_GT(s_min.mean, lower);
    EXPECT_LT(s_min.mean, (row.p > 1 && invertible ? 1.25 : 1.12) * lower);
    expect_no_violation(found.at("violations"));
  }
}

TEST_F(SkipConnections, the_gap_to_the_limit_falls_like_the_two_thirds_power_of_n) {
  const auto gaps = [&](std::int64_t n, std::int64_t draws) {
    const std::vector<Setting> at = {{"n", whole(n)},         {"p", whole(2)},
                                     {"skip", reals({1.0})},  {"activation", word("linear")},
                                     {"mask", word("exact")}, {"perturbations", word("no")}};
    const auto found = sample(at, {"singular_max", "singular_min"}, draws);
    const study::Recorder law = theory(at);
    const double upper = law.values("singular_max")[0];
    const double lower = law.values("singular_min")[0];
    const Estimate s1 = mean_of(found.at("singular_max")[0]);
    const Estimate s_min = mean_of(found.at("singular_min")[0]);
    return std::array<Estimate, 2>{Estimate{upper - s1.mean, s1.error},
                                   Estimate{s_min.mean - lower, s_min.error}};
  };
  const auto small = gaps(100, 200);
  const auto large = gaps(400, 24);
  for (std::size_t end = 0; end < 2; ++end) {
    const double ratio = small[end].mean / large[end].mean;
    const double error =
        ratio * std::hypot(small[end].error / small[end].mean, large[end].error / large[end].mean);
    if (world_.rank() == 0) std::printf("gap ratio from n = 100 to 400: %.3f(%.2g)\n", ratio, error);
    EXPECT_NEAR(ratio, std::pow(4.0, 2.0 / 3.0), 4.0 * error + 0.4); // corrections of relative order n^{-1/3}
    EXPECT_GT(ratio, 1.5);
  }
}

TEST_F(SkipConnections, least_singular_values_follow_the_hard_edge_law) {
  struct Row {
    std::int64_t p;
    const char* inner;
    double skip, median, error;
  };
  constexpr std::int64_t draws = 1000;
  for (const Row& row :
       {Row{1, "relu", 0.0, 369, 11}, Row{1, "relu", 0.5, 345, 9}, Row{1, "relu", 0.8, 258, 8},
        Row{2, "relu", 0.4, 434, 11}, Row{2, "abs", 0.5, 490, 13}}) {
    const std::vector<Setting> at = {{"n", whole(100)},
                                     {"p", whole(row.p)},
                                     {"skip", reals({row.skip})},
                                     {"activation", word("linear")},
                                     {"inner_activation", word(row.inner)},
                                     {"perturbations", word("no")}};
    const auto found = sample(at, {"scaled_singular_min", "condition_number", "log_condition_number"}, draws);
    const study::Recorder law = theory(at);
    const double theta = law.values("hard_edge_slope")[0];
    const Estimate condition = median_of(found.at("condition_number")[0]);
    expect_measured("median condition number", condition, row.median, row.error);
    EXPECT_NEAR(condition.mean, law.values("condition_number")[0],
                4.0 * condition.error + 0.04 * law.values("condition_number")[0]);
    const Estimate logarithm = mean_of(found.at("log_condition_number")[0]);
    EXPECT_NEAR(logarithm.mean, law.values("log_condition_number")[0], 4.0 * logarithm.error + 0.04);
    std::vector<double> scaled = found.at("scaled_singular_min")[0];
    for (double& value : scaled) value *= theta;
    const auto survival = [](double x) { return theory::RealHardEdge::survival(x); };
    const double distance = testing_support::kolmogorov(scaled, [&](double x) { return 1.0 - survival(x); });
    if (world_.rank() == 0) std::printf("Kolmogorov distance: %.3f (0.1 %% point 1.949)\n", distance);
    EXPECT_LT(distance, 1.949);
    // P(condition_number / n < x) -> P(n s_min theta > s_max theta / x).
    const double upper = law.values("singular_max")[0];
    const double of_conditions =
        testing_support::kolmogorov(found.at("condition_number")[0],
                                    [&](double kappa) { return survival(100.0 * upper * theta / kappa); });
    if (world_.rank() == 0) std::printf("of the condition number: %.3f\n", of_conditions);
    EXPECT_LT(of_conditions, 1.949);
  }
}

TEST_F(SkipConnections, circulant_blocks_follow_the_law_of_independent_frequencies) {
  struct Row {
    std::int64_t channels, sites, draws;
    double skip, median, median_error, mean, mean_error;
  };
  for (const Row& row :
       {Row{16, 16, 2000, 0.0, .1957, .0027, 0, 0}, Row{16, 16, 2000, 0.5, .1945, .0026, 0, 0},
        Row{10, 15, 1500, 0.0, .2420, .005, .2656, .0042}}) {
    const std::vector<Setting> at = {{"layer_type", word("circulant")}, {"channels", whole(row.channels)},
                                     {"sites", whole(row.sites)},       {"taps", whole(row.sites)},
                                     {"skip", reals({row.skip})},       {"activation", word("linear")}};
    const auto found = sample(at, {"scaled_singular_min"}, row.draws);
    const study::Recorder law = theory(at);
    const double theta = law.values("hard_edge_slope")[0];
    std::vector<double> x = found.at("scaled_singular_min")[0];
    for (double& value : x) value *= theta;
    const Estimate median = median_of(x);
    expect_measured("median", median, row.median, row.median_error);
    EXPECT_NEAR(median.mean, theta * law.values("scaled_singular_min")[0], 4.0 * median.error);
    if (row.mean > 0.0) expect_measured("mean", mean_of(x), row.mean, row.mean_error);
    const theory::CirculantHardEdge edge(row.sites);
    EXPECT_LT(testing_support::kolmogorov(x, [&](double t) { return 1.0 - edge.survival(t); }), 1.949);
  }
}

TEST_F(SkipConnections, toeplitz_is_worse_than_circulant_until_the_skip_exceeds_the_scale) {
  struct Row {
    double circulant, circulant_error, toeplitz, toeplitz_error;
  };
  const Row rows[] = {{161, 6, 935, 50}, {64, 3, 112, 10}, {8.35, .15, 8.17, .15}, {4.32, .03, 4.28, .03}};
  std::map<std::string, Columns> found[2];
  for (const bool cyclic : {true, false}) {
    found[cyclic ? 0 : 1] = sample({{"layer_type", word(cyclic ? "circulant" : "toeplitz")},
                                    {"channels", whole(16)},
                                    {"sites", whole(16)},
                                    {"skip", reals({0.0, 1.0, 1.5, 2.0})},
                                    {"activation", word("linear")}},
                                   {"condition_number", "violations"}, cyclic ? 800 : 120);
  }
  for (std::size_t k = 0; k < 4; ++k) {
    expect_measured("circulant", median_of(found[0].at("condition_number")[k]), rows[k].circulant,
                    rows[k].circulant_error);
    expect_measured("toeplitz", median_of(found[1].at("condition_number")[k]), rows[k].toeplitz,
                    rows[k].toeplitz_error);
  }
  for (const double count : found[1].at("violations")[8]) EXPECT_EQ(count, 0.0);
}

TEST_F(SkipConnections, circulant_relu_and_densenet_agree_with_measurement) {
  const std::vector<Setting> circulant = {{"layer_type", word("circulant")},
                                          {"channels", whole(48)},
                                          {"sites", whole(12)},
                                          {"skip", reals({1.5})}};
  const auto found = sample(circulant, {"singular_max", "singular_min", "violations"}, 8);
  EXPECT_NEAR(mean_of(found.at("singular_max")[0]).mean, 2.706, 0.02);
  EXPECT_NEAR(mean_of(found.at("singular_min")[0]).mean, 0.812, 0.02);
  EXPECT_NEAR(theory(circulant).values("singular_max")[0], 2.6927, 6e-5);
  EXPECT_NEAR(theory(circulant).values("singular_min")[0], 0.8202, 6e-5);
  for (const double count : found.at("violations")[5]) EXPECT_EQ(count, 0.0);

  for (const bool relu : {true, false}) {
    const std::vector<Setting> at = {{"layer_type", word("densenet")},
                                     {"skip", reals({0.7})},
                                     {"activation", word(relu ? "relu" : "linear")}};
    const auto dense = sample(at, {"singular_max", "singular_min", "condition_number", "violations"}, 10);
    const study::Recorder law = theory(at);
    EXPECT_NEAR(mean_of(dense.at("singular_max")[0]).mean, relu ? 1.831 : 2.099, 0.02);
    EXPECT_NEAR(law.values("singular_max")[0], relu ? 1.8451 : 2.1190, 6e-5);
    EXPECT_NEAR(mean_of(dense.at("singular_min")[0]).mean, 0.7, 1e-4);
    for (const double count : dense.at("violations")[7]) EXPECT_EQ(count, 0.0);
  }
}

TEST_F(SkipConnections, erraticity_falls_with_the_skip) {
  const double linear[] = {.0108, .0063, .00354, .00184};
  const double relu[] = {.0130, .0061, .00344, .00181};
  for (const bool is_linear : {true, false}) {
    const auto found = sample({{"n", whole(100)},
                               {"p", whole(2)},
                               {"skip", reals({0.0, 0.5, 1.0, 2.0})},
                               {"activation", word(is_linear ? "linear" : "relu")}},
                              {"erraticity", "violations", "skip_derivative"}, 160);
    double before = 1.0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double printed = (is_linear ? linear : relu)[k];
      const Estimate erraticity = mean_of(found.at("erraticity")[k]);
      expect_measured("erraticity", erraticity, printed, 0.015 * printed);
      EXPECT_LT(erraticity.mean, before);
      before = erraticity.mean;
    }
    expect_no_violation(found.at("violations"));
  }
}

} // namespace
