// SPDX-License-Identifier: BSD-3-Clause
// One draw, whoever computes it and however many skips it answers; every inequality in every kind of block.
#include "skip_connections_points.hpp"

#include <pastur/studies/skip_connections_inequalities.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::real;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class SkipConnectionsDraws : public testing_support::SkipConnectionsTest {
protected:
  std::vector<std::vector<Setting>> kinds() const;
};

/// A point of each kind: activations, depths, masks, laws, layer types.
std::vector<std::vector<Setting>> SkipConnectionsDraws::kinds() const {
  const Setting skips = {"skip", reals({0.0, -0.4, 0.7, 1.0, 2.5})};
  std::vector<std::vector<Setting>> all;
  for (const char* outer : {"linear", "relu", "leaky", "abs"}) {
    for (const char* inner : {"linear", "relu", "leaky", "abs"}) {
      for (const std::int64_t p : {1, 2, 4}) {
        if (p == 1 && std::string(inner) != "relu") continue;
        all.push_back({skips,
                       {"n", whole(37)},
                       {"p", whole(p)},
                       {"activation", word(outer)},
                       {"inner_activation", word(inner)},
                       {"negative_slope", real(-0.6)},
                       {"inner_negative_slope", real(0.3)},
                       {"on_fraction", real(0.6)},
                       {"inner_on_fraction", real(p == 4 ? 0.3 : 0.7)}});
      }
    }
  }
  all.push_back(
      {skips, {"n", whole(41)}, {"p", whole(3)}, {"mask", word("exact")}, {"weights", word("uniform")}});
  all.push_back(
      {skips, {"n", whole(41)}, {"p", whole(3)}, {"mask", word("network")}, {"activation", word("leaky")}});
  for (const char* type : {"circulant", "toeplitz", "densenet"}) {
    for (const char* outer : {"linear", "relu", "leaky", "abs"}) {
      all.push_back({skips,
                     {"layer_type", word(type)},
                     {"n", whole(30)},
                     {"channels", whole(5)},
                     {"sites", whole(7)},
                     {"taps", whole(4)},
                     {"activation", word(outer)}});
    }
  }
  return all;
}

TEST_F(SkipConnectionsDraws, no_inequality_is_violated_in_any_kind_of_block) {
  std::set<std::size_t> seen;
  for (const std::vector<Setting>& settings : kinds()) {
    const study::Parameters point = point_of(study_, settings);
    for (std::int64_t index = 0; index < 4; ++index) {
      const study::Recorder record = drawn(study_, point, self_, index);
      const auto violations = record.values("violations");
      for (std::size_t k = 0; k < violations.size(); ++k) {
        if (std::isnan(violations[k])) continue;
        seen.insert(k + 1);
        EXPECT_EQ(violations[k], 0.0)
            << "inequality " << k + 1 << ", draw " << index << ", p = " << point.integer("p") << ", "
            << point.text("layer_type") << ", " << point.text("activation") << ", "
            << point.text("inner_activation");
      }
    }
  }
  EXPECT_EQ(seen.size(), 9U) << "every inequality of a block is met somewhere"; // the tenth is of networks
}

TEST_F(SkipConnectionsDraws, teams_of_every_size_draw_the_same) {
  for (const std::vector<Setting>& settings : kinds()) {
    const study::Parameters point = point_of(study_, settings);
    const study::Recorder alone = drawn(study_, point, self_);
    const study::Recorder together = drawn(study_, point, world_);
    EXPECT_EQ(alone.reasons(), together.reasons());
    const double scale = alone.values("singular_max").back();
    for (const char* name : {"singular_values", "singular_max", "singular_min", "violations"}) {
      const auto a = alone.values(name);
      const auto b = together.values(name);
      for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(std::isnan(a[i]), std::isnan(b[i])) << name;
        if (std::isnan(a[i])) continue;
        EXPECT_NEAR(a[i], b[i], 1e-13 * scale) << name << " " << i;
      }
    }
    if (!alone.wants("skip_derivative")) continue;
    // The vectors of values that lie close together, or close to 0, are not unique.
    const auto values = alone.values("skip_singular_values");
    const auto a = alone.values("skip_derivative");
    const auto b = together.values("skip_derivative");
    const std::size_t n = static_cast<std::size_t>(point.integer("n"));
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double above = i % n > 0 ? values[i - 1] - values[i] : scale;
      const double below = (i + 1) % n > 0 ? values[i] - values[i + 1] : 2.0 * values[i];
      if (std::min(above, below) < 1e-3) continue;
      EXPECT_NEAR(a[i], b[i], 1e-10) << "skip_derivative " << i;
    }
    const auto c = alone.values("erraticity");
    const auto d = together.values("erraticity");
    for (std::size_t k = 0; k < c.size(); ++k) {
      EXPECT_EQ(std::isnan(c[k]), std::isnan(d[k]));
      if (std::isnan(c[k])) continue;
      EXPECT_NEAR(c[k], d[k], 1e-9) << "erraticity " << k;
    }
  }
}

TEST_F(SkipConnectionsDraws, one_draw_answers_every_skip_as_a_draw_of_its_own_would) {
  for (const char* type : {"dense", "circulant", "toeplitz", "densenet"}) {
    const std::vector<Setting> base = {{"layer_type", word(type)},
                                       {"n", whole(24)},
                                       {"channels", whole(4)},
                                       {"sites", whole(6)},
                                       {"skip", reals({0.0, 0.5, 2.0})}};
    const study::Recorder many = drawn(study_, point_of(study_, base), self_);
    for (const auto& [index, skip] :
         std::vector<std::pair<std::size_t, double>>{{0, 0.0}, {1, 0.5}, {2, 2.0}}) {
      std::vector<Setting> settings = base;
      settings.back() = {"skip", reals({skip})};
      settings.push_back({"perturbations", word("no")});
      const study::Recorder one = drawn(study_, point_of(study_, settings), self_);
      EXPECT_NEAR(many.values("singular_max")[index], one.values("singular_max")[0], 1e-13);
      EXPECT_NEAR(many.values("singular_min")[index], one.values("singular_min")[0], 1e-13);
      EXPECT_FALSE(one.wants("skip_derivative"));
      EXPECT_FALSE(one.wants("erraticity"));
    }
  }
}

TEST_F(SkipConnectionsDraws, frequencies_give_the_singular_values_of_the_explicit_circulant) {
  for (const std::int64_t sites : {1, 2, 7, 8}) {
    for (const std::int64_t taps : {std::int64_t{1}, std::min<std::int64_t>(sites, 4), sites}) {
      const auto values = [&](const char* activation) {
        const study::Parameters point = point_of(study_, {{"layer_type", word("circulant")},
                                                          {"channels", whole(3)},
                                                          {"sites", whole(sites)},
                                                          {"taps", whole(taps)},
                                                          {"activation", word(activation)},
                                                          {"on_fraction", real(1.0)},
                                                          {"skip", reals({0.6})}});
        study::Recorder record(study::draw_slots(study_.info(), point));
        study_.draw(point, self_, random::Streams("the same for both"), record);
        const auto span = record.values("singular_values");
        return std::vector<double>(span.begin(), span.end());
      };
      const std::vector<double> by_frequency = values("linear");
      const std::vector<double> explicit_matrix = values("relu"); // every unit on: D_0 = I
      ASSERT_EQ(by_frequency.size(), static_cast<std::size_t>(3 * sites));
      for (std::size_t i = 0; i < by_frequency.size(); ++i)
        EXPECT_NEAR(by_frequency[i], explicit_matrix[i], 1e-13) << sites << " sites, " << taps << " taps";
    }
  }
}

TEST_F(SkipConnectionsDraws, masks_have_the_sizes_that_they_are_asked_for) {
  const auto zeros = [&](const std::vector<Setting>& settings, std::int64_t index) {
    const study::Recorder record = drawn(study_, point_of(study_, settings), self_, index);
    const auto values = record.values("singular_values");
    return std::count(values.begin(), values.end(), 0.0);
  };
  const std::vector<Setting> exact = {
      {"n", whole(51)}, {"mask", word("exact")}, {"on_fraction", real(0.3)}, {"perturbations", word("no")}};
  std::set<std::int64_t> bernoulli;
  double network = 0.0;
  for (std::int64_t index = 0; index < 20; ++index) {
    EXPECT_EQ(zeros(exact, index), 51 - 15);
    bernoulli.insert(
        zeros({{"n", whole(51)}, {"on_fraction", real(0.3)}, {"perturbations", word("no")}}, index));
    network += static_cast<double>(zeros({{"n", whole(50)},
                                          {"mask", word("network")},
                                          {"on_fraction", real(0.0)},
                                          {"perturbations", word("no")}},
                                         index));
  }
  EXPECT_GT(bernoulli.size(), 3U);
  EXPECT_NEAR(network, 500.0, 4.0 * std::sqrt(250.0)); // half of 20 x 50 units
}

TEST_F(SkipConnectionsDraws, great_skips_make_every_invertible_block_perfectly_conditioned) {
  const study::Recorder record =
      drawn(study_, point_of(study_, {{"n", whole(40)}, {"activation", word("abs")}, {"skip", reals({1e6})}}),
            self_);
  EXPECT_NEAR(record.values("condition_number")[0], 1.0, 1e-5);
  for (const double derivative : record.values("skip_derivative")) EXPECT_NEAR(derivative, 1.0, 1e-9);
  const study::Recorder leaky = drawn(
      study_, point_of(study_, {{"n", whole(40)}, {"activation", word("leaky")}, {"skip", reals({1e6})}}),
      self_);
  EXPECT_NEAR(leaky.values("condition_number")[0], 10.0, 1e-4);
}

TEST_F(SkipConnectionsDraws, missing_values_say_why) {
  const study::Recorder empty =
      drawn(study_, point_of(study_, {{"n", whole(10)}, {"on_fraction", real(0.0)}}), world_);
  for (const study::Recorder::Slot& slot : empty.slots()) EXPECT_TRUE(std::isnan(empty.values(slot.name)[0]));
  EXPECT_NE(empty.reasons().find("empty mask"), std::string::npos);

  const study::Recorder deficient = drawn(
      study_,
      point_of(
          study_,
          {{"n", whole(30)}, {"p", whole(2)}, {"skip", reals({0.0, 1.0})}, {"activation", word("linear")}}),
      world_);
  EXPECT_EQ(deficient.values("deficient")[0], 1.0);
  EXPECT_EQ(deficient.values("deficient")[1], 0.0);
  EXPECT_TRUE(std::isnan(deficient.values("condition_number")[0]));
  EXPECT_TRUE(std::isnan(deficient.values("log_condition_number")[0]));
  EXPECT_GT(deficient.values("effective_condition_number")[0], 1.0);
  EXPECT_NE(deficient.reasons().find("condition_number: deficient"), std::string::npos);

  const study::Recorder zero = drawn(
      study_,
      point_of(
          study_,
          {{"n", whole(10)}, {"p", whole(2)}, {"skip", reals({0.0, 2.0})}, {"inner_on_fraction", real(0.0)}}),
      world_);
  EXPECT_EQ(zero.values("singular_max")[0], 0.0);
  EXPECT_EQ(zero.values("singular_max")[1], 2.0);
  EXPECT_NE(zero.reasons().find("A is zero"), std::string::npos);
}

TEST_F(SkipConnectionsDraws, theory_is_missing_with_its_reason_where_no_law_holds) {
  const auto reasons = [&](const std::vector<Setting>& settings) {
    return predicted(study_, point_of(study_, settings)).reasons();
  };
  EXPECT_NE(reasons({{"layer_type", word("toeplitz")}}).find("block-Toeplitz"), std::string::npos);
  EXPECT_NE(reasons({{"on_fraction", real(0.0)}}).find("no outer unit"), std::string::npos);
  EXPECT_NE(reasons({{"p", whole(2)}, {"inner_on_fraction", real(0.0)}}).find("no inner unit"),
            std::string::npos);
  EXPECT_NE(reasons({{"activation", word("leaky")}, {"skip", reals({0.5})}}).find("not known"),
            std::string::npos);
  const study::Recorder short_filter = predicted(study_, point_of(study_, {{"layer_type", word("circulant")},
                                                                           {"activation", word("linear")},
                                                                           {"skip", reals({0.5, 1.5})}}));
  EXPECT_TRUE(std::isnan(short_filter.values("singular_min")[0]));
  EXPECT_GT(short_filter.values("singular_min")[1], 0.0);
  EXPECT_NE(short_filter.reasons().find("taps = sites"), std::string::npos);
  const study::Recorder densenet =
      predicted(study_, point_of(study_, {{"layer_type", word("densenet")}, {"skip", reals({0.0, 0.5})}}));
  EXPECT_TRUE(std::isnan(densenet.values("condition_number")[0]));
  EXPECT_TRUE(std::isfinite(densenet.values("condition_number")[1]));
  EXPECT_TRUE(std::isnan(densenet.values("critical_skip")[0]));
}

TEST_F(SkipConnectionsDraws, bad_input_is_refused_with_what_is_allowed) {
  expect_refused({{"weight_scale", real(0.0)}}, {"weight_scale: given 0", "> 0"});
  expect_refused({{"on_fraction", real(1.5)}}, {"on_fraction: given 1.5"});
  expect_refused({{"inner_on_fraction", real(-0.1)}}, {"inner_on_fraction"});
  expect_refused({{"negative_slope", real(1.5)}}, {"negative_slope: given 1.5"});
  expect_refused({{"inner_negative_slope", real(-1.1)}}, {"inner_negative_slope"});
  expect_refused({{"activation", word("tanh")}}, {"activation", "relu"});
  expect_refused({{"n", whole(1)}}, {"n: given 1", ">= 2"});
  expect_refused({{"p", whole(9)}}, {"p: given 9"});
  expect_refused({{"skip", reals({1.0, 1.0})}}, {"skip"});
  for (const char* type : {"circulant", "toeplitz", "densenet"}) {
    expect_refused({{"layer_type", word(type)}, {"p", whole(2)}}, {"p: given 2", type, "allowed: 1"});
    expect_refused({{"layer_type", word(type)}, {"mask", word("network")}}, {"mask", "network", type});
  }
  expect_refused({{"layer_type", word("circulant")}, {"sites", whole(4)}, {"taps", whole(5)}},
                 {"taps: given 5 on 4 sites", "<= sites"});
  expect_refused({{"layer_type", word("circulant")}, {"sites", whole(16384)}}, {"sites x channels <= 16384"});
}

TEST(Inequalities, wrong_spectra_are_caught_by_the_inequality_that_they_break) {
  using studies::skip_connections::Inequalities;
  const auto failures = [](const Inequalities& inequalities) {
    study::Recorder record({{"violations", studies::skip_connections::inequality_count}});
    inequalities.record(record);
    std::map<std::size_t, double> found;
    for (std::size_t k = 0; k < record.values("violations").size(); ++k) {
      if (!std::isnan(record.values("violations")[k])) found[k + 1] = record.values("violations")[k];
    }
    return found;
  };
  const auto caught = [&](std::size_t number, const std::function<void(Inequalities&)>& feed) {
    Inequalities inequalities;
    feed(inequalities);
    const auto found = failures(inequalities);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.begin()->first, number);
    EXPECT_GT(found.begin()->second, 0.0);
  };
  const std::vector<double> s = {3.0, 2.0, 1.0};
  const std::vector<double> moved = {3.6, 2.0, 1.0};
  caught(1, [&](Inequalities& i) { i.shift(moved, s, 0.5, 0.0); });
  caught(1, [&](Inequalities& i) { i.block({{5.0, 4.0, 1.0}}, {{0.5, 0.4, 0.3}}, 4.0); });
  caught(2, [&](Inequalities& i) { i.symmetric_part(moved, s, 0.5, -1.0, 1.0); });
  caught(3, [&](Inequalities& i) { i.derivatives({{1.1, 0.0, 0.0}}); });
  caught(3, [&](Inequalities& i) {
    i.differences(s, {{0.5, 0.5, 0.5}}, {{3.1, 2.05, 1.05}}, {{2.9, 1.95, 0.95}}, 0.1);
  });
  caught(3, [&](Inequalities& i) { i.degeneracy({{2.0, 1.1, 0.9}}, {{1.0, 0.0, 0.0}}, 1.0); });
  caught(4, [&](Inequalities& i) { i.slopes(moved, s, 2, -1.0); });
  caught(5, [&](Inequalities& i) { i.slopes({{3.0, 2.0, 0.4}}, s, 2, 0.5); });
  caught(6, [&](Inequalities& i) { i.slopes({{3.0, 0.9, 0.0}}, s, 2, 0.0); });
  caught(7, [&](Inequalities& i) { i.switched(moved, s, 0.5); });
  caught(8, [&](Inequalities& i) { i.densenet(s, {{2.0, 1.0, 0.5}}, 1.0); });
  caught(9, [&](Inequalities& i) { i.submatrix(moved, s); });
  caught(10, [&](Inequalities& i) {
    i.batch({.greatest = 1.0, .greatest_from_below = 1.1, .greatest_from_above = 2.0});
  });
  caught(10, [&](Inequalities& i) { i.quadratic(2e-9, 1e-9); });
  const auto broken = std::numeric_limits<double>::quiet_NaN();
  caught(7, [&](Inequalities& i) { i.switched({{broken, 1.0}}, {{2.0, 1.0}}, 9.0); });
}

} // namespace
