// SPDX-License-Identifier: BSD-3-Clause
// Bad input, missing values with their reasons, limits, and what the study declares.
#include "support/study_input.hpp"

#include <pastur/studies/registry.hpp>
#include <pastur/studies/relu_inconsistency.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

study::Value steps_list(std::initializer_list<std::int64_t> values) {
  return study::Value(std::vector<std::int64_t>(values));
}

class ReluInput : public testing_support::StudyInput<studies::ReluInconsistency> {
protected:
  static std::vector<Setting> points(std::initializer_list<double> x, std::initializer_list<double> y,
                                     std::initializer_list<double> p) {
    return {{"data", word("points")},
            {"points_x", reals(x)},
            {"points_y", reals(y)},
            {"points_probability", reals(p)}};
  }
};

TEST_F(ReluInput, points_need_a_gap_and_two_sides) {
  const auto good = points({-2.0, -1.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.25, 0.25, 0.25, 0.25});
  EXPECT_EQ(refusal(good), "accepted");
  expect_refused(points({-2.0, 0.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.25, 0.25, 0.25, 0.25}),
                 {"points_x", "at 0", "gap"});
  expect_refused(points({1.0, 2.0, 3.0, 4.0}, {0.0, 1.0, 0.0, 1.0}, {0.25, 0.25, 0.25, 0.25}),
                 {"points_x", "below 0"});
  expect_refused(points({-2.0, -2.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.25, 0.25, 0.25, 0.25}),
                 {"points_x", "two distinct", "below"});
  expect_refused(points({-2.0, -1.0, 1.0, 2.0}, {0.0, 1.0, 0.0}, {0.25, 0.25, 0.25, 0.25}),
                 {"points_y", "3", "4"});
  expect_refused(points({-2.0, -1.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.5, 0.5}),
                 {"points_probability", "2"});
  expect_refused(points({-2.0, -1.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.25, 0.25, 0.25, 0.3}),
                 {"sum of 1.05"});
  expect_refused(points({-2.0, -1.0, 1.0, 2.0}, {0.0, 1.0, 0.0, 1.0}, {0.5, 0.5, 0.0, 0.0}),
                 {"points_probability", "> 0"});
  expect_refused({{"data", word("points")}}, {"points_x", "no points"});
}

TEST_F(ReluInput, the_recursion_refuses_what_it_does_not_cover) {
  expect_refused({{"bias", word("uniform")}}, {"engine = \"reduced\"", "bias = \"uniform\"", "\"full\""});
  expect_refused({{"bias", word("kink")}}, {"engine = \"reduced\"", "kink"});
  expect_refused({{"optimizer", word("adam")}, {"step_rule", word("fixed")}},
                 {"engine = \"reduced\"", "adam"});
  expect_refused({{"weights", word("ntk")}}, {"engine = \"reduced\"", "ntk"});
  expect_refused({{"data", word("wave")}, {"N", whole(100)}}, {"engine = \"reduced\"", "wave"});
  expect_refused({{"engine", word("full")}}, {"steps", "full"});
  expect_refused({{"data", word("star")}}, {"steps", "star", "no stop rule"});
  expect_refused({{"engine", word("full")}, {"steps", whole(5)}, {"optimizer", word("adam")}},
                 {"step_rule", "fixed"});
}

TEST_F(ReluInput, sizes_times_and_lists_are_checked) {
  expect_refused({{"n", whole(1)}}, {"n: given 1", ">= 2"});
  expect_refused({{"N", whole(-1)}}, {"N: given -1"});
  expect_refused({{"momentum", study::Value(1.0)}}, {"momentum"});
  expect_refused({{"steps", whole(10)}, {"times", steps_list({0, 11})}}, {"times", "11", "steps = 10"});
  expect_refused({{"times", steps_list({0, -1})}}, {"times"});
  expect_refused({{"shift", study::Value(std::numeric_limits<double>::quiet_NaN())}}, {"shift"});
  const std::vector<Setting> fresh = {{"data", word("wave")}, {"engine", word("full")}, {"steps", whole(5)}};
  auto with = [&](const Setting& more) {
    std::vector<Setting> settings = fresh;
    settings.push_back(more);
    return settings;
  };
  expect_refused(with({"N", word("inf")}), {"N: given inf", "wave"});
  expect_refused(with({"N", whole(0)}), {"N: given 0", "wave"});
  EXPECT_EQ(refusal(with({"N", whole(50)})), "accepted");
  std::vector<Setting> list = {{"weights", word("list")},
                               {"n", whole(3)},
                               {"networks", whole(1)},
                               {"weights_a", reals({1.0, -1.0, 2.0})},
                               {"weights_w", reals({1.0, 0.0, 2.0})}};
  EXPECT_EQ(refusal(list), "accepted");
  list[2].second = whole(2);
  expect_refused(list, {"networks: given 2", "list"});
  list[2].second = whole(1);
  list[3].second = reals({1.0, 0.0, 2.0});
  expect_refused(list, {"weights_a", "0"});
  list[3].second = reals({1.0, 2.0});
  expect_refused(list, {"weights_a", "2", "n = 3"});
}

TEST_F(ReluInput, steps_that_diverge_are_refused) {
  // lambda_max is about 2.33 n = 149 at n = 64.
  const auto at = [](double h, double momentum) {
    return std::vector<Setting>{
        {"step_rule", word("fixed")}, {"step_size", study::Value(h)}, {"momentum", study::Value(momentum)}};
  };
  expect_refused(at(0.0140, 0.0), {"step_size", "lambda_max", "diverges"});
  EXPECT_EQ(refusal(at(0.0130, 0.0)), "accepted");
  EXPECT_EQ(refusal(at(0.0200, 0.9)), "accepted");
  expect_refused(at(0.0260, 0.9), {"step_size"});
  // Between 1/lambda_max and that the recursion holds but not what is said about it.
  const auto warnings = [&](double h) { return study_.warnings(point_of(study_, at(h, 0.0))); };
  EXPECT_TRUE(warnings(0.0065).empty()); // 1/lambda_max = 0.006538
  ASSERT_EQ(warnings(0.0070).size(), 1U);
  EXPECT_NE(warnings(0.0070)[0].find("step_size: given a step of 0.007, above 1/lambda_max = 0.006538"),
            std::string::npos)
      << warnings(0.0070)[0];
}

TEST_F(ReluInput, degenerate_networks_count_as_crossed_and_are_not_trained) {
  // With two samples a side is always degenerate.
  for (const char* engine : {"reduced", "full"}) {
    SCOPED_TRACE(engine);
    const study::Parameters point = point_of(study_, {{"N", whole(2)},
                                                      {"n", whole(8)},
                                                      {"networks", whole(5)},
                                                      {"engine", word(engine)},
                                                      {"steps", whole(10)},
                                                      {"times", steps_list({0, 10})}});
    const study::Recorder record = drawn(study_, point, self_);
    EXPECT_EQ(record.values("crossed").front(), 1.0);
    EXPECT_EQ(record.values("crossed_predicted").front(), 1.0);
    EXPECT_EQ(record.values("crossed_path")[0], 1.0);
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_EQ(record.values("status")[k], 2.0);
      EXPECT_EQ(record.values("stop_step")[k], 0.0);
      EXPECT_TRUE(std::isnan(record.values("loss")[k]));
      EXPECT_TRUE(std::isnan(record.values("max_kink")[k]));
    }
    EXPECT_TRUE(std::isnan(record.values("settled_error").front()));
    EXPECT_NE(record.reasons().find("degenerate"), std::string::npos);
    EXPECT_NE(record.reasons().find("no network of the draw settled"), std::string::npos);
  }
}

TEST_F(ReluInput, two_neurons_of_one_sign_are_degenerate) {
  const study::Parameters point =
      point_of(study_, {{"n", whole(2)}, {"networks", whole(400)}, {"N", word("inf")}});
  const study::Recorder record = drawn(study_, point, self_);
  double degenerate = 0.0;
  for (const double status : record.values("status")) degenerate += status == 2.0 ? 1.0 / 400.0 : 0.0;
  EXPECT_NEAR(degenerate, 0.5, 4.0 * 0.5 / 20.0);
}

TEST_F(ReluInput, a_target_that_is_linear_on_both_sides_needs_no_kink_to_move) {
  // y = 2 x above 0 and -x below: loss_linear = 0, optimal intercepts 0.
  std::vector<Setting> settings =
      points({-2.0, -1.0, 1.0, 2.0}, {2.0, 1.0, 2.0, 4.0}, {0.25, 0.25, 0.25, 0.25});
  settings.insert(settings.end(), {{"n", whole(256)}, {"networks", whole(30)}, {"N", word("inf")}});
  const study::Parameters point = point_of(study_, settings);
  const study::Recorder record = drawn(study_, point, self_);
  for (std::size_t k = 0; k < 30; ++k) {
    EXPECT_NEAR(record.values("loss_linear")[k], 0.0, 1e-15);
    if (record.values("status")[k] == 0.0) {
      EXPECT_LT(record.values("loss")[k], 3e-6);
    }
  }
  EXPECT_LT(record.values("crossed").front(), 0.3);
  EXPECT_NEAR(predicted(study_, point).values("loss_linear").front(), 0.0, 1e-15);
}

TEST_F(ReluInput, the_spectral_budget_is_spent_where_networks_do_not_settle) {
  const study::Parameters point = point_of(study_, {{"n", whole(2)},
                                                    {"optimizer", word("sgd")},
                                                    {"batch", whole(1)},
                                                    {"step_rule", word("small")},
                                                    {"networks", whole(8)},
                                                    {"N", word("inf")}});
  const study::Recorder record = drawn(study_, point, self_);
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NE(record.values("status")[k], 0.0);
}

TEST_F(ReluInput, theory_is_missing_with_its_reason_where_it_does_not_hold) {
  const std::vector<std::vector<Setting>> settings = {
      {{"weights", word("swapped")}},
      {{"momentum", study::Value(0.5)}},
      {{"step_rule", word("small")}},
      {{"optimizer", word("sgd")}},
      {{"data", word("star")}, {"engine", word("full")}, {"steps", whole(3)}}};
  for (const std::vector<Setting>& given : settings) {
    const study::Parameters point = point_of(study_, given);
    const study::Recorder theory = predicted(study_, point);
    EXPECT_TRUE(std::isnan(theory.values("crossed").front()));
    EXPECT_NE(theory.reasons().find("spectral step"), std::string::npos);
    const auto slots = study::draw_slots(study_.info(), point);
    EXPECT_EQ(std::count_if(slots.begin(), slots.end(),
                            [](const auto& slot) { return slot.name == "crossed_predicted"; }),
              0);
  }
  const study::Recorder theory = predicted(study_, point_of(study_, {}));
  EXPECT_EQ(theory.values("settled_error").front(), 0.0);
  EXPECT_TRUE(std::isnan(theory.values("loss_linear").front()));
}

TEST_F(ReluInput, the_declaration_is_the_public_interface) {
  const study::StudyInfo& info = study_.info();
  std::set<std::string> parameters, keyed, observables;
  for (const auto& spec : info.parameters) {
    parameters.insert(spec.name);
    if (spec.role == study::Role::model) keyed.insert(spec.name);
    EXPECT_NO_THROW(study::checked(spec, spec.initial)) << spec.name;
  }
  for (const auto& spec : info.observables) observables.insert(spec.name);
  EXPECT_EQ(keyed, (std::set<std::string>{"n", "N", "sample_exponent", "data", "points_x", "points_y",
                                          "points_probability", "d", "shift", "weights", "weights_a",
                                          "weights_w", "bias"}));
  for (const char* name : {"step_rule", "step_size", "steps", "optimizer", "batch", "momentum", "engine",
                           "networks", "times", "fit_x"})
    EXPECT_TRUE(parameters.contains(name)) << name;
  EXPECT_EQ(observables,
            (std::set<std::string>{"crossed", "crossed_predicted", "status", "max_kink", "stop_step", "loss",
                                   "settled_error", "loss_linear", "loss_path", "kink_path", "fit_path",
                                   "fit_linear", "crossed_path", "below_linear_path", "test_error"}));
  EXPECT_NO_THROW(study::require_consistent(info));
  EXPECT_EQ(studies::builtin().make("relu_inconsistency")->info().name, "relu_inconsistency");
}

TEST_F(ReluInput, cost_grows_with_what_is_done) {
  const study::Cost narrow = study_.cost(point_of(study_, {{"n", whole(64)}}));
  const study::Cost wide = study_.cost(point_of(study_, {{"n", whole(1024)}}));
  EXPECT_NEAR(wide.flops / narrow.flops, 16.0, 3.0);
  const study::Cost star = study_.cost(point_of(
      study_, {{"data", word("star")}, {"engine", word("full")}, {"n", whole(256)}, {"steps", whole(1000)}}));
  EXPECT_GT(star.flops, 100.0 * 1000.0 * 33.0 * 256.0);
  EXPECT_EQ(star.shared_bytes, 0.0);
}

} // namespace
