// SPDX-License-Identifier: BSD-3-Clause
// The recorded network f(x) during training, and the linear fits it is compared with.
#include "support/study_points.hpp"

#include <pastur/studies/relu_inconsistency.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

const std::vector<double> places = {-3.5, -2.0, -1.0, -0.25, 0.25, 1.0, 2.5};

class ReluFit : public testing::Test {
protected:
  std::vector<Setting> with(std::vector<Setting> settings, std::vector<std::int64_t> times) const {
    settings.emplace_back("fit_x", study::Value(places));
    settings.emplace_back("times", study::Value(std::move(times)));
    return settings;
  }
  static const std::vector<Setting>& list() {
    static const std::vector<Setting> settings = {{"weights", word("list")},
                                                  {"n", whole(6)},
                                                  {"networks", whole(1)},
                                                  {"N", word("inf")},
                                                  {"weights_a", reals({1.0, -1.5, 0.7, -0.4, 2.0, -1.1})},
                                                  {"weights_w", reals({0.3, -0.2, 0.5, 0.4, -0.6, 0.1})},
                                                  {"shift", study::Value(0.1)}};
    return settings;
  }

  studies::ReluInconsistency study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(ReluFit, the_start_is_the_sum_over_the_given_neurons) {
  const study::Recorder record = drawn(study_, point_of(study_, with(list(), {0, 10})), world_);
  // c = 0, b = 0: slope sum a w over a > 0 above 0, over a < 0 below.
  const double above = 1.0 * 0.3 + 0.7 * 0.5 - 2.0 * 0.6;
  const double below = 1.5 * 0.2 - 0.4 * 0.4 - 1.1 * 0.1;
  for (std::size_t j = 0; j < places.size(); ++j) {
    const double x = places[j];
    EXPECT_NEAR(record.values("fit_path")[j], (x > 0.0 ? above : below) * x, 1e-14) << x;
  }
}

TEST_F(ReluFit, settled_networks_end_at_the_linear_fits_outside_the_gap) {
  const study::Parameters point =
      point_of(study_, with({{"n", whole(64)}, {"networks", whole(20)}, {"shift", study::Value(0.1)}},
                            {0, 1'000'000}));
  const study::Recorder record = drawn(study_, point, world_);
  std::size_t settled = 0;
  for (std::size_t k = 0; k < 20; ++k) {
    if (record.values("status")[k] != 0.0) continue;
    ++settled;
    for (std::size_t j = 0; j < places.size(); ++j) {
      if (std::abs(places[j]) < 1.0) continue;
      // The stop rule: slopes and intercepts within 1e-3 of the fits.
      EXPECT_NEAR(record.values("fit_path")[(2 * k + 1) * places.size() + j],
                  record.values("fit_linear")[k * places.size() + j], 1e-3 * (1.0 + std::abs(places[j])));
    }
  }
  EXPECT_GT(settled, 10U);
}

TEST_F(ReluFit, both_engines_record_the_same_network) {
  std::vector<Setting> settings = {{"n", whole(40)}, {"networks", whole(4)}, {"steps", whole(60)}};
  const std::vector<Setting> reduced = with(settings, {60, 0, 7});
  settings.emplace_back("engine", word("full"));
  const study::Recorder a = drawn(study_, point_of(study_, reduced), world_);
  const study::Recorder b = drawn(study_, point_of(study_, with(settings, {60, 0, 7})), world_);
  std::size_t compared = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    if (a.values("status")[k] != 4.0) continue; // the recursion stops at a crossing
    for (std::size_t e = 0; e < 3 * places.size(); ++e, ++compared) {
      const std::size_t at = k * 3 * places.size() + e;
      EXPECT_NEAR(a.values("fit_path")[at], b.values("fit_path")[at], 1e-12);
    }
  }
  EXPECT_GT(compared, 0U);
  EXPECT_TRUE(std::ranges::equal(a.values("fit_linear"), b.values("fit_linear")));
}

TEST_F(ReluFit, linear_fits_of_the_law_are_predicted_and_have_no_value_at_zero) {
  std::vector<Setting> settings = list();
  settings.emplace_back("fit_x", reals({-2.0, 0.0, 3.0}));
  const study::Parameters point = point_of(study_, settings);
  const study::Recorder theory = predicted(study_, point);
  const study::Recorder record = drawn(study_, point, world_);
  for (const study::Recorder* source : {&theory, &record}) {
    // six: both sides are fitted by the constant `shift`.
    EXPECT_NEAR(source->values("fit_linear")[0], 0.1, 1e-14);
    EXPECT_TRUE(std::isnan(source->values("fit_linear")[1]));
    EXPECT_NEAR(source->values("fit_linear")[2], 0.1, 1e-14);
    EXPECT_NE(source->reasons().find("at x = 0"), std::string::npos);
  }
}

TEST_F(ReluFit, at_the_data_it_gives_the_loss) {
  const std::vector<double> x = {-3.0, -2.0, -1.0, 1.0, 2.0, 3.0};
  const std::vector<double> y = {-1.0, 2.0, -1.0, 1.0, -2.0, 1.0};
  for (const char* weights : {"he", "ntk"}) {
    const study::Parameters point =
        point_of(study_, {{"weights", word(weights)},
                          {"engine", word("full")},
                          {"bias", word("kink")},
                          {"optimizer", word("adam")},
                          {"step_rule", word("fixed")},
                          {"N", word("inf")},
                          {"n", whole(30)},
                          {"steps", whole(200)},
                          {"networks", whole(2)},
                          {"times", study::Value(std::vector<std::int64_t>{0, 200})},
                          {"fit_x", study::Value(x)}});
    const study::Recorder record = drawn(study_, point, world_);
    for (std::size_t path = 0; path < 4; ++path) {
      double loss = 0.0;
      for (std::size_t j = 0; j < x.size(); ++j) {
        const double error = y[j] - record.values("fit_path")[path * x.size() + j];
        loss += error * error / 12.0;
      }
      EXPECT_NEAR(loss, record.values("loss_path")[path], 1e-13) << weights << path;
    }
  }
}

TEST_F(ReluFit, inputs_in_the_plane_have_no_fit) {
  const std::vector<Setting> settings =
      with({{"data", word("star")}, {"steps", whole(2)}, {"networks", whole(1)}}, {0});
  const auto slots = study::draw_slots(study_.info(), point_of(study_, settings));
  EXPECT_TRUE(std::ranges::none_of(slots, [](const auto& slot) { return slot.name.starts_with("fit"); }));
}

} // namespace
