// SPDX-License-Identifier: BSD-3-Clause
#include "report/toy_store.hpp"

#include <pastur/report/status.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace {

using namespace pastur;
using namespace pastur::report;
using testing::HasSubstr;
using testing::Not;
using testing_support::ToyStore;

double around_ten(const std::string& observable, std::int64_t, std::int64_t draw, std::size_t) {
  return observable == "test_error" ? 10.0 + 4.0 * static_cast<double>(draw % 2)
                                    : 10.0 + static_cast<double>(draw % 2);
}

TEST(Status, counts_draws_and_finds_the_worst_observable) {
  ToyStore toy("draws = 6\n[parameters]\nridge = [0.0]\n[sweep]\nn = [5, 10]\n");
  toy.write(around_ten, {{{0, 1}, "out of luck"}, {{1, 0}, "out of luck"}, {{1, 1}, "no memory"}}, 4);
  const Status status = make_status(store::Reader(toy.path()), &toy.experiment());
  ASSERT_EQ(status.points.size(), 2U);
  EXPECT_EQ(status.points[0].done, 3);
  EXPECT_EQ(status.points[0].failed, 1);
  EXPECT_EQ(status.points[0].pending, 2);
  EXPECT_EQ(status.done, 5);
  EXPECT_EQ(status.failed, 3);
  EXPECT_EQ(status.pending, 4);
  EXPECT_EQ(status.points[0].worst_observable, "test_error"); // 10, 10, 14
  EXPECT_NEAR(status.points[0].worst_relative_error, std::sqrt(16.0 / 3.0 / 3.0) / (34.0 / 3.0), 1e-12);
  EXPECT_EQ(status.failures.at("out of luck"), 2);
  EXPECT_EQ(status.failures.at("no memory"), 1);
}

TEST(Status, estimates_the_time_left_from_the_pace_and_the_teams) {
  ToyStore toy("draws = 6\n[sweep]\nn = [5, 10]\n");
  toy.write(around_ten, {}, 4);
  // 4 pending draws of 0.5 s, 4 ranks in teams of 2.
  EXPECT_NEAR(make_status(store::Reader(toy.path()), &toy.experiment()).seconds_left, 1.0, 1e-12);
}

TEST(Status, of_a_store_without_draws_knows_no_time) {
  ToyStore toy("draws = 6\n");
  toy.write(around_ten, {}, 0);
  const Status status = make_status(store::Reader(toy.path()), nullptr);
  EXPECT_TRUE(std::isnan(status.seconds_left));
  EXPECT_THAT(as_text(status), HasSubstr("0 of 6 draws done, 0 failed, 6 pending\n"));
  const auto parsed = nlohmann::json::parse(as_json(status));
  EXPECT_TRUE(parsed["seconds_left"].is_null());
}

TEST(Status, text_and_json_say_why_draws_failed) {
  ToyStore toy("draws = 3\n[sweep]\nn = [5, 10]\n");
  toy.write(around_ten, {{{0, 1}, "out of luck"}});
  const Status status = make_status(store::Reader(toy.path()), &toy.experiment());
  EXPECT_THAT(as_text(status), HasSubstr("failed (1 draw): out of luck\n    0/1: draw 1 of n = 5\n"));
  const auto parsed = nlohmann::json::parse(as_json(status));
  EXPECT_EQ(parsed["failures"]["out of luck"], 1);
  ASSERT_EQ(parsed["failed_draws"].size(), 1U);
  EXPECT_EQ(parsed["failed_draws"][0]["point"], 0);
  EXPECT_EQ(parsed["failed_draws"][0]["draw"], 1);
  EXPECT_EQ(parsed["failed_draws"][0]["streams"],
            run::draw_identity(toy.experiment(), toy.experiment().points[0], 1));
  EXPECT_EQ(parsed["points"][1]["n"], 10);
  EXPECT_EQ(parsed["points"][0]["failed"], 1);
}

TEST(Status, repeats_the_warnings_of_the_last_run) {
  ToyStore toy("draws = 1\n");
  toy.write(around_ten);
  const Status status = make_status(store::Reader(toy.path()), &toy.experiment());
  EXPECT_THAT(as_text(status), HasSubstr("warning: n: a small one <&>\n"));
  EXPECT_EQ(nlohmann::json::parse(as_json(status))["warnings"],
            nlohmann::json::array({"n: a small one <&>"}));
}

TEST(Status, names_the_first_ten_draws_of_a_reason_and_counts_the_rest) {
  ToyStore toy("draws = 13\n");
  std::map<std::pair<std::int64_t, std::int64_t>, std::string> failures;
  for (std::int64_t draw = 0; draw < 12; ++draw) failures[{0, draw}] = "out of luck";
  toy.write(around_ten, failures);
  const std::string text = as_text(make_status(store::Reader(toy.path()), nullptr));
  EXPECT_THAT(text, HasSubstr("    0/9: draw 9 of the one point\n    and 2 more"));
  EXPECT_THAT(text, Not(HasSubstr("0/10")));
}

TEST(Status, says_that_an_adaptive_run_may_need_fewer_draws) {
  ToyStore toy(
      "draws = { min = 2, max = 8, until = { observable = \"sample_mean\", relative_stderr = 0.5 } }\n");
  toy.write(around_ten, {}, 2);
  EXPECT_THAT(as_text(make_status(store::Reader(toy.path()), &toy.experiment())),
              HasSubstr("2 of at most 8 draws done"));
}

} // namespace
