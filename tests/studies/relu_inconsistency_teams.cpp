// SPDX-License-Identifier: BSD-3-Clause
// One draw, whoever computes it: team sizes, numbers of networks, engines, times.
#include "support/study_points.hpp"

#include <pastur/studies/relu_inconsistency.hpp>

#include <gtest/gtest.h>

#include <bit>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

study::Value steps_list(std::initializer_list<std::int64_t> values) {
  return study::Value(std::vector<std::int64_t>(values));
}

class ReluTeams : public testing::Test {
protected:
  static void expect_same_bits(const study::Recorder& a, const study::Recorder& b) {
    for (const study::Recorder::Slot& slot : a.slots()) {
      const auto left = a.values(slot.name);
      const auto right = b.values(slot.name);
      for (std::size_t i = 0; i < slot.size; ++i) {
        EXPECT_TRUE(left[i] == right[i] || (std::isnan(left[i]) && std::isnan(right[i])))
            << slot.name << "[" << i << "]: " << left[i] << " and " << right[i];
      }
    }
    EXPECT_EQ(a.reasons(), b.reasons());
  }

  void expect_teams_agree(const std::vector<Setting>& settings) {
    const study::Parameters point = point_of(study_, settings);
    const study::Recorder alone = drawn(study_, point, parallel::Communicator::self());
    for (int size = 1; size <= world_.size(); size *= 2) {
      SCOPED_TRACE("teams of " + std::to_string(size));
      const parallel::Communicator team = world_.split_into_teams(size);
      expect_same_bits(alone, drawn(study_, point, team));
    }
  }

  studies::ReluInconsistency study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(ReluTeams, team_sizes_have_the_same_bits_under_the_recursion) {
  expect_teams_agree(
      {{"n", whole(24)}, {"networks", whole(83)}, {"times", steps_list({0, 7, 300, 200, 100000})}});
  expect_teams_agree({{"n", whole(24)},
                      {"networks", whole(41)},
                      {"optimizer", word("sgd")},
                      {"momentum", study::Value(0.5)},
                      {"steps", whole(505)},
                      {"times", steps_list({0, 3, 500})}});
}

TEST_F(ReluTeams, team_sizes_have_the_same_bits_on_the_star) {
  expect_teams_agree({{"data", word("star")},
                      {"n", whole(60)},
                      {"networks", whole(9)},
                      {"steps", whole(80)},
                      {"times", steps_list({80, 5, 0})}});
}

TEST_F(ReluTeams, team_sizes_have_the_same_bits_under_full_training) {
  expect_teams_agree({{"data", word("star")},
                      {"engine", word("full")},
                      {"n", whole(30)},
                      {"networks", whole(7)},
                      {"steps", whole(60)},
                      {"times", steps_list({60, 5, 0})}});
  expect_teams_agree({{"data", word("radial")},
                      {"engine", word("full")},
                      {"d", whole(5)},
                      {"N", whole(300)},
                      {"n", whole(30)},
                      {"networks", whole(3)},
                      {"optimizer", word("adam")},
                      {"step_rule", word("fixed")},
                      {"bias", word("kink")},
                      {"steps", whole(20)}});
}

TEST_F(ReluTeams, a_team_may_have_more_ranks_than_networks) {
  expect_teams_agree({{"n", whole(16)}, {"networks", whole(1)}});
}

TEST_F(ReluTeams, more_networks_change_nothing_that_was_there) {
  const auto self = parallel::Communicator::self();
  const study::Recorder few =
      drawn(study_, point_of(study_, {{"n", whole(20)}, {"networks", whole(11)}}), self);
  const study::Recorder many =
      drawn(study_, point_of(study_, {{"n", whole(20)}, {"networks", whole(90)}}), self);
  for (const char* name : {"status", "max_kink", "stop_step", "loss", "loss_linear"}) {
    for (std::size_t k = 0; k < 11; ++k) {
      const double left = few.values(name)[k], right = many.values(name)[k];
      EXPECT_TRUE(left == right || (std::isnan(left) && std::isnan(right))) << name << " " << k;
    }
  }
}

TEST_F(ReluTeams, engines_and_times_meet_the_same_networks) {
  const auto self = parallel::Communicator::self();
  const auto with = [&](std::vector<Setting> more) {
    more.insert(
        more.end(),
        {{"n", whole(20)}, {"networks", whole(30)}, {"steps", whole(400)}, {"shift", study::Value(1.0)}});
    return drawn(study_, point_of(study_, more), self);
  };
  const study::Recorder reduced = with({});
  const study::Recorder timed = with({{"times", steps_list({1, 13, 399})}});
  const study::Recorder full = with({{"engine", word("full")}});
  for (std::size_t k = 0; k < 30; ++k) {
    EXPECT_EQ(reduced.values("status")[k], full.values("status")[k]);
    EXPECT_EQ(reduced.values("stop_step")[k], full.values("stop_step")[k]);
    EXPECT_EQ(reduced.values("stop_step")[k], timed.values("stop_step")[k]);
    const double left = reduced.values("loss")[k], right = timed.values("loss")[k];
    EXPECT_TRUE(left == right || (std::isnan(left) && std::isnan(right)));
  }
  EXPECT_EQ(reduced.values("crossed").front(), full.values("crossed").front());
  EXPECT_EQ(reduced.values("crossed_predicted").front(), full.values("crossed_predicted").front());
  EXPECT_GT(reduced.values("crossed").front(), 0.2);
}

TEST_F(ReluTeams, paths_follow_the_given_order_of_times) {
  const auto self = parallel::Communicator::self();
  const auto with = [&](const study::Value& times) {
    return drawn(study_, point_of(study_, {{"n", whole(20)}, {"networks", whole(20)}, {"times", times}}),
                 self);
  };
  const study::Recorder ascending = with(steps_list({0, 5, 100}));
  const study::Recorder mixed = with(steps_list({100, 0, 5}));
  const std::size_t place[] = {1, 2, 0};
  for (std::size_t t = 0; t < 3; ++t) {
    EXPECT_EQ(ascending.values("crossed_path")[t], mixed.values("crossed_path")[place[t]]);
    for (std::size_t k = 0; k < 20; ++k) {
      const double left = ascending.values("loss_path")[3 * k + t],
                   right = mixed.values("loss_path")[3 * k + place[t]];
      EXPECT_TRUE(left == right || (std::isnan(left) && std::isnan(right)));
    }
  }
}

} // namespace
