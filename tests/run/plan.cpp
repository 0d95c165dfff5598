// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/run/plan.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <report/toy_store.hpp>
#include <support/toy_study.hpp>

#include <filesystem>

namespace {

using namespace pastur;
using testing::HasSubstr;
using testing::SizeIs;

// The toy study's draw: 10 n + 1e9 seconds flops, `gigabytes` shared over the team, 8 n bytes on each rank.
run::Experiment toy(const std::string& text) {
  return run::parse_experiment("study = \"toy_mean\"\n" + text, "toy.toml", {},
                               testing_support::toy_registry());
}

constexpr double product_rate = 1e10;
/// A study that does not state its work is taken to run at this part of a product's rate.
constexpr double fraction = 0.3;

run::Plan plan_of(const std::string& text, const run::Machine& machine) {
  return run::make_plan(toy(text), machine, run::RateModel(product_rate));
}

const run::Machine two_ranks{.nodes = 1, .ranks_per_node = 2, .memory_per_node = 40e9};
const run::Machine four_ranks{.nodes = 1, .ranks_per_node = 4, .memory_per_node = 40e9};

TEST(Plan, counts_points_draws_and_the_bytes_of_their_observables) {
  const run::Plan plan = plan_of("draws = 6\n[sweep]\nn = [5, 9]\nscale = [1.0, 2.0]\n", two_ranks);
  EXPECT_EQ(plan.points, 4);
  EXPECT_EQ(plan.most_draws, 6);
  EXPECT_EQ(plan.draws(), 24);
  // sample_mean, test_error at two ridges, `sorted` as long as at the largest n
  EXPECT_EQ(plan.observable_bytes, 8.0 * 24 * (1 + 2 + 9));
  EXPECT_FALSE(plan.shortage);
}

TEST(Plan, knows_the_size_of_the_store) {
  testing_support::ToyStore toy_store("draws = 500\n[sweep]\nn = [5, 300]\n[theory]\nn = [5, 10, 300]\n");
  toy_store.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 1.0; });
  const run::Plan plan = run::make_plan(toy_store.experiment(), two_ranks, run::RateModel(product_rate));
  const auto size = static_cast<double>(std::filesystem::file_size(toy_store.path()));
  EXPECT_LE(plan.store_bytes, size);
  EXPECT_GT(plan.store_bytes, 0.95 * size);
  EXPECT_LT(plan.observable_bytes, plan.store_bytes);
}

TEST(Plan, takes_flops_over_rate_for_a_draw_and_whole_turns_for_a_phase) {
  const double seconds = 3e9 / fraction / product_rate;
  const run::Plan plan = plan_of("draws = 5\n[parameters]\nseconds = 3\nn = 2\n", two_ranks);
  ASSERT_THAT(plan.phases, SizeIs(1));
  const run::PlannedPhase& phase = plan.phases.front();
  EXPECT_EQ(phase.team_size, 1);
  EXPECT_EQ(phase.teams, 2);
  EXPECT_EQ(phase.flops.most, 3e9 + 20.0);
  EXPECT_NEAR(phase.seconds.least, seconds, 1e-6 * seconds);
  EXPECT_NEAR(phase.duration, 3.0 * seconds, 1e-5 * seconds); // five draws on two teams: three turns
  EXPECT_EQ(plan.longest_draw(), phase.seconds.most);
}

TEST(Plan, shares_draws_of_different_lengths_evenly) {
  const run::Plan plan =
      plan_of("draws = 10\n[parameters]\nn = 2\n[sweep]\nseconds = [1.0, 9.0]\n", two_ranks);
  const double unit = 1e9 / fraction / product_rate;
  ASSERT_THAT(plan.phases, SizeIs(1));
  EXPECT_NEAR(plan.phases[0].seconds.least, unit, 1e-5 * unit);
  EXPECT_NEAR(plan.phases[0].seconds.most, 9.0 * unit, 1e-5 * unit);
  EXPECT_NEAR(plan.duration(), 50.0 * unit, 1e-4 * unit);
}

TEST(Plan, has_a_phase_for_each_team_size_with_the_largest_first) {
  const run::Plan plan = plan_of(
      "draws = 3\n[parameters]\nseconds = 1\nn = 2\n[sweep]\ngigabytes = [1.0, 2.0, 30.0]\n", four_ranks);
  ASSERT_THAT(plan.phases, SizeIs(2));
  EXPECT_EQ(plan.phases[0].team_size, 4); // 34 GB may be used: 4 ranks x 30 / 4 fit, 4 x 30 / 3 do not
  EXPECT_EQ(plan.phases[0].teams, 1);
  EXPECT_EQ(plan.phases[0].points, 1);
  EXPECT_DOUBLE_EQ(plan.phases[0].rank_bytes, 7.5e9 + 16.0);
  EXPECT_EQ(plan.phases[1].team_size, 1);
  EXPECT_EQ(plan.phases[1].points, 2);
  EXPECT_EQ(plan.phases[1].draws, 6);
  EXPECT_DOUBLE_EQ(plan.phases[1].rank_bytes, 2e9 + 16.0);
  // A team is worth more than one rank and less than its number.
  EXPECT_LT(plan.phases[0].seconds.most, plan.phases[1].seconds.most);
  EXPECT_GT(plan.phases[0].seconds.most, plan.phases[1].seconds.most / 4.0);
  EXPECT_DOUBLE_EQ(plan.memory_per_node() * 0.85, 4.0 * (7.5e9 + 16.0));
}

TEST(Plan, says_what_would_hold_a_point_that_does_not_fit) {
  const run::Plan plan =
      plan_of("[parameters]\nn = 2\n[sweep]\ngigabytes = [1.0, 50.0, 100.0]\n", four_ranks);
  EXPECT_THAT(plan.phases, SizeIs(1));
  EXPECT_EQ(plan.draws(), 1);
  ASSERT_TRUE(plan.shortage);
  EXPECT_EQ(plan.shortage->points, 2);
  EXPECT_EQ(plan.shortage->point, "gigabytes = 100.0");
  ASSERT_THAT(plan.shortage->fitting, SizeIs(2));
  EXPECT_EQ(plan.shortage->fitting[0].ranks(), 4);
  EXPECT_EQ(plan.shortage->fitting[1].nodes, 3); // 4 x 100 / 12 = 33.3 GB a node; two nodes would take 50
  EXPECT_EQ(plan.shortage->fitting[1].ranks_per_node, 4);
}

TEST(Plan, asks_for_fewer_ranks_where_every_rank_needs_too_much) {
  const run::Machine small{.nodes = 2, .ranks_per_node = 8, .memory_per_node = 0.03e9};
  const run::Plan plan = plan_of("[parameters]\nn = 1000000\n", small);
  ASSERT_TRUE(plan.shortage);
  ASSERT_THAT(plan.shortage->fitting, SizeIs(2));
  EXPECT_EQ(plan.shortage->fitting[1].nodes, 2);
  EXPECT_EQ(plan.shortage->fitting[1].ranks_per_node, 3); // 3 x 8 MB fit into 25.5 MB
}

TEST(Plan, finds_that_what_it_proposes_fits) {
  for (const double gigabytes : {40.0, 100.0, 1000.0}) {
    for (const int n : {2, 1'000'000}) {
      const std::string text = fmt::format("[parameters]\nn = {}\ngigabytes = {}\n", n, gigabytes);
      for (const double memory : {0.1e9, 1e9}) {
        const run::Plan plan = plan_of(text, {.nodes = 1, .ranks_per_node = 16, .memory_per_node = memory});
        ASSERT_TRUE(plan.shortage);
        EXPECT_GE(plan.shortage->fitting.size(), 2u);
        for (run::Machine machine : plan.shortage->fitting) {
          machine.memory_per_node *= 1.0 + 1e-12; // the least that fits, but for the last bit
          EXPECT_FALSE(plan_of(text, machine).shortage) << text << machine.nodes << " nodes";
        }
      }
    }
  }
}

TEST(RateModel, scales_the_seconds_of_an_earlier_run_by_the_work) {
  // Every draw took half a second in a team of two, whatever its work.
  testing_support::ToyStore earlier("draws = 2\n[parameters]\nn = 2\n[sweep]\nseconds = [1.0, 10.0]\n");
  earlier.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 1.0; });
  const store::Reader reader(earlier.path());
  const auto seconds_of = [&](const std::string& text, int team_size) {
    const run::Experiment planned = toy(text);
    const run::RateModel rates(planned, earlier.experiment(), reader);
    EXPECT_EQ(rates.product_rate(), 0.0);
    return rates.seconds(*planned.study, planned.points.front(), team_size);
  };
  EXPECT_NEAR(seconds_of("[parameters]\nn = 2\nseconds = 1\n", 2), 0.5, 1e-6);
  EXPECT_NEAR(seconds_of("[parameters]\nn = 2\nseconds = 10\n", 2), 0.5, 1e-6);
  EXPECT_NEAR(seconds_of("[parameters]\nn = 2\nseconds = 3\n", 2), 1.5, 1e-6);  // nearer to 1 in ratio
  EXPECT_NEAR(seconds_of("[parameters]\nn = 2\nseconds = 40\n", 2), 2.0, 1e-6); // nearer to 10
  EXPECT_NEAR(seconds_of("[parameters]\nn = 2\nseconds = 40\n", 4), 1.0, 1e-6);
  EXPECT_GT(seconds_of("[parameters]\nn = 2\nseconds = 1\n", 1), 0.5);
}

TEST(RateModel, prefers_points_with_the_same_words) {
  testing_support::ToyStore earlier(
      "draws = 1\n[parameters]\nn = 2\n[sweep]\ncombine = \"zip\"\nlaw = [\"gauss\", \"uniform\"]\n"
      "seconds = [1.0, 10.0]\n");
  earlier.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 1.0; });
  const store::Reader reader(earlier.path());
  const run::Experiment planned = toy("[parameters]\nn = 2\nseconds = 1\nlaw = \"uniform\"\n");
  const run::RateModel rates(planned, earlier.experiment(), reader);
  EXPECT_NEAR(rates.seconds(*planned.study, planned.points.front(), 2), 0.05, 1e-6);
}

TEST(RateModel, refuses_a_store_without_a_finished_draw) {
  testing_support::ToyStore earlier("draws = 2\n");
  earlier.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 1.0; }, {}, 0);
  const store::Reader reader(earlier.path());
  try {
    const run::RateModel rates(toy("draws = 1\n"), earlier.experiment(), reader);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no draw in it is finished"));
  }
}

} // namespace
