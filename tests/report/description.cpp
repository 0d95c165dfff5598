// SPDX-License-Identifier: BSD-3-Clause
#include "support/toy_study.hpp"

#include <pastur/report/description.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace pastur;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Description, text_has_every_declaration) {
  const testing_support::ToyStudy study;
  const std::string text = report::describe_as_text(study);
  for (const study::ParameterSpec& spec : study.info().parameters)
    EXPECT_THAT(text, HasSubstr("  " + spec.name + " "));
  for (const study::ObservableSpec& spec : study.info().observables)
    EXPECT_THAT(text, HasSubstr("  " + spec.name + " "));
  for (const study::Figure& figure : study.info().figures)
    EXPECT_THAT(text, HasSubstr("  " + figure.name + " "));
  EXPECT_THAT(text, ContainsRegex("scale +sigma +real +1\\.0 +> 0 +m +model +standard deviation"));
  EXPECT_THAT(text, ContainsRegex("n +n +integer +20 +2\\.\\.10000000 +model +sample size"));
  EXPECT_THAT(text, ContainsRegex("spread +m +median +limit +largest less smallest"));
  EXPECT_THAT(text, HasSubstr("(read when law = uniform)"));
  EXPECT_THAT(text, HasSubstr("one draw at the defaults: 2e+02 flop"));
}

TEST(Description, json_can_be_read_by_a_program) {
  const testing_support::ToyStudy study;
  const auto parsed = nlohmann::json::parse(report::describe_as_json(study));
  EXPECT_EQ(parsed["name"], "toy_mean");
  const auto& scale = parsed["parameters"][2];
  EXPECT_EQ(scale["name"], "scale");
  EXPECT_EQ(scale["default"], 1.0);
  EXPECT_EQ(scale["exclusive_minimum"], 0.0);
  EXPECT_EQ(scale["role"], "model");
  EXPECT_EQ(parsed["parameters"][1]["choices"], nlohmann::json({"gauss", "uniform"}));
  EXPECT_TRUE(parsed["parameters"][5]["coordinate"]);
  EXPECT_EQ(parsed["observables"][1]["dimensions"], nlohmann::json({"ridge"}));
  EXPECT_EQ(parsed["observables"][1]["comparison"], "prediction");
  EXPECT_EQ(parsed["observables"][3]["comparison"], "limit");
  EXPECT_EQ(parsed["theory_outputs"][0]["name"], "mean_variance");
  EXPECT_EQ(parsed["cost_of_a_draw"]["flops"], 200.0);
}

} // namespace
