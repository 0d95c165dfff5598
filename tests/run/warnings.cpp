// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/warnings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/toy_study.hpp>

namespace {

using namespace pastur;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> warnings_of(const std::string& text, bool fine = false) {
  const run::Experiment experiment =
      run::parse_experiment("study = \"toy_mean\"\n" + text, "toy.toml", {}, testing_support::toy_registry());
  return run::warnings(experiment, fine);
}

TEST(Warnings, name_the_first_point_they_concern_and_count_the_others) {
  const std::string message = "failure_rate: more than half of the draws will fail";
  const std::string rates = "[sweep]\nn = [5, 9]\nfailure_rate = [0.1, 0.7, 0.9]\n";
  EXPECT_THAT(warnings_of(rates),
              ElementsAre(message + " (at n = 5, failure_rate = 0.7 and 3 other points)"));
  EXPECT_THAT(warnings_of("[sweep]\nfailure_rate = [0.1, 0.9]\n"),
              ElementsAre(message + " (at failure_rate = 0.9)"));
  EXPECT_THAT(warnings_of("[parameters]\nfailure_rate = 0.9\n"), ElementsAre(message));
}

TEST(Warnings, are_none_where_the_study_has_none) {
  EXPECT_THAT(warnings_of("[sweep]\nfailure_rate = [0.1, 0.2]\n"), IsEmpty());
}

TEST(Warnings, of_the_finer_grid_are_its_own) {
  const std::string text =
      "[sweep]\nfailure_rate = [0.1, 0.2]\n[theory]\nfailure_rate = [0.1, 0.8]\nn = [5, 6]\n";
  EXPECT_THAT(warnings_of(text), IsEmpty());
  EXPECT_THAT(warnings_of(text, true), ElementsAre("failure_rate: more than half of the draws will fail "
                                                   "(at failure_rate = 0.8, n = 5 and 1 other point)"));
}

} // namespace
