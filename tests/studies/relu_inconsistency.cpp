// SPDX-License-Identifier: BSD-3-Clause
// Monte Carlo against independently measured shares and against the prediction from the linear reference
// recursion.
#include "support/study_points.hpp"

#include <pastur/studies/relu_inconsistency.hpp>
#include <pastur/studies/relu_inconsistency_reference.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace pastur;
using namespace pastur::studies::relu_inconsistency;
using testing_support::drawn;
using testing_support::Estimate;
using testing_support::estimates;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

/// A row measured by an independent program: share of `networks` that crossed, its own prediction from the
/// same starts, and the average over limiting starts (0: none).
struct Row {
  double shift;
  std::int64_t n, N, networks;
  double crossed, crossed_error, predicted, theory;
};

class ReluInconsistencyStudy : public testing::Test {
protected:
  studies::ReluInconsistency study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(ReluInconsistencyStudy, crossing_shares_are_the_verified_ones_and_follow_the_prediction) {
  const std::vector<Row> rows = {
      {0.0, 16, 0, 3000, 0.353, 0.009, 0.341, 0.310},  {0.0, 32, 0, 2000, 0.2735, 0.0100, 0.2495, 0.2314},
      {0.0, 64, 0, 3000, 0.183, 0.007, 0.172, 0.172},  {0.0, 128, 0, 2000, 0.127, 0.007, 0.125, 0.126},
      {0.0, 256, 0, 800, 0.104, 0.011, 0.093, 0.0915}, {0.01, 64, 0, 3000, 0.192, 0.007, 0.182, 0.172},
      {0.1, 64, 0, 3000, 0.234, 0.008, 0.218, 0.214},  {0.1, 256, 0, 800, 0.313, 0.016, 0.295, 0.295},
      {1.0, 16, 0, 1000, 0.612, 0.015, 0.634, 0.604},  {1.0, 64, 0, 1000, 0.813, 0.012, 0.831, 0.823},
      {1.0, 128, 0, 1000, 0.912, 0.009, 0.915, 0.912}, {0.0, 128, 128, 800, 0.699, 0.016, 0.699, 0.0},
      {0.0, 128, 1024, 800, 0.404, 0.017, 0.396, 0.0}};
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::Message() << "shift " << row.shift << ", n " << row.n << ", N " << row.N);
    const study::Parameters point = point_of(study_, {{"n", whole(row.n)},
                                                      {"N", whole(row.N)},
                                                      {"shift", study::Value(row.shift)},
                                                      {"networks", whole(100)}});
    // As many networks as were measured, and no fewer than 2000.
    const std::vector<Estimate> found = estimates(study_, point, {"crossed", "crossed_predicted"},
                                                  std::max<std::int64_t>(20, row.networks / 100), world_);
    EXPECT_LT(std::abs(found[0].mean - row.crossed), 4.0 * std::hypot(found[0].error, row.crossed_error))
        << found[0].mean << " +- " << found[0].error;
    // The prediction from the draws themselves differs between the two programs by the draws only.
    EXPECT_LT(std::abs(found[1].mean - row.predicted),
              4.0 * found[1].error * std::sqrt(1.0 + 3000.0 / 800.0) + 5e-4)
        << found[1].mean << " +- " << found[1].error;
    EXPECT_LT(std::abs(found[0].mean - found[1].mean),
              4.0 * found[0].error + (row.n <= 32 ? 0.12 : 0.07) * found[1].mean)
        << found[0].mean << " and " << found[1].mean;
    if (row.theory > 0.0) {
      // Both averages run over 20 000 numbers whose spread is below their mean.
      const double theory = predicted(study_, point).values("crossed").front();
      EXPECT_LT(std::abs(theory - row.theory), std::min(0.04 * row.theory, 0.008) + 5e-4) << theory;
    }
  }
}

TEST_F(ReluInconsistencyStudy, predictions_at_large_width_are_the_verified_ones) {
  const std::int64_t widths[] = {512, 1024, 2048, 8192, 65536};
  const std::vector<std::pair<double, std::vector<double>>> rows = {
      {0.0, {0.0656, 0.0474, 0.0336, 0.0170, 0.0061}},
      {0.01, {0.077, 0.076, 0.096, 0.176, 0.419}},
      {0.1, {0.385, 0.494, 0.618, 0.854, 0.996}}};
  for (const auto& [shift, values] : rows) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const study::Parameters point =
          point_of(study_, {{"n", whole(widths[k])}, {"shift", study::Value(shift)}});
      const double theory = asymptotic_crossing_probabilities(point).leading;
      EXPECT_LT(std::abs(theory - values[k]), std::min(0.04 * values[k], 0.008) + 5e-4)
          << "n " << widths[k] << ", shift " << shift << ": " << theory;
    }
  }
}

TEST_F(ReluInconsistencyStudy, the_crossing_probability_falls_like_one_over_the_root_of_the_width) {
  const auto scaled = [&](std::int64_t n, bool infinite) {
    std::vector<Setting> settings = {{"n", whole(n)}};
    if (infinite) settings.emplace_back("N", word("inf"));
    return asymptotic_crossing_probabilities(point_of(study_, settings)).leading *
           std::sqrt(static_cast<double>(n));
  };
  // Standard error of these averages: about 0.7 %. The probability saturates by a third of itself at n = 16.
  EXPECT_NEAR(scaled(65536, false), 1.55, 0.05);
  EXPECT_NEAR(scaled(65536, true), 0.314, 0.009);
  EXPECT_NEAR(scaled(8192, false) / scaled(65536, false), 1.0, 0.03);
  EXPECT_LT(scaled(256, false), scaled(8192, false));
  EXPECT_LT(scaled(16, false), scaled(256, false));
}

TEST_F(ReluInconsistencyStudy, with_infinite_data_most_kinks_leave_through_infinity) {
  // There S = (3/7) R: a_i changes its sign before its kink is pushed out. Counting that, the rate is (1/2)(1
  // + 7/3) times that of the leading order, which alone is refuted by the measurement.
  for (const std::int64_t n : {64, 256}) {
    SCOPED_TRACE(n);
    const study::Parameters point =
        point_of(study_, {{"n", whole(n)}, {"N", word("inf")}, {"networks", whole(500)}});
    const std::vector<Estimate> found = estimates(study_, point, {"crossed", "settled_error"}, 20, world_);
    const study::Recorder theory = predicted(study_, point);
    const double leading = theory.values("crossed").front();
    const double refined = theory.values("crossed_refined").front();
    EXPECT_NEAR(refined / leading, 5.0 / 3.0, 0.06);
    EXPECT_LT(std::abs(found[0].mean - refined), 4.0 * found[0].error)
        << found[0].mean << " +- " << found[0].error << ", " << refined;
    EXPECT_GT(found[0].mean - leading, 5.0 * found[0].error);
    EXPECT_LT(found[1].mean, 3e-7);
    EXPECT_GT(found[1].mean, 1e-9);
  }
}

TEST_F(ReluInconsistencyStudy, fewer_samples_than_the_square_of_the_width_do_not_confine_the_kinks) {
  const auto crossed = [&](std::int64_t n, double exponent) {
    const study::Parameters point = point_of(
        study_, {{"n", whole(n)}, {"sample_exponent", study::Value(exponent)}, {"networks", whole(100)}});
    return estimates(study_, point, {"crossed"}, 12, world_).front();
  };
  const Estimate narrow = crossed(32, 1.0), wide = crossed(256, 1.0);
  EXPECT_LT(std::abs(narrow.mean - wide.mean), 0.12 + 4.0 * std::hypot(narrow.error, wide.error));
  const Estimate narrow_square = crossed(32, 2.0), wide_square = crossed(256, 2.0);
  EXPECT_GT(narrow_square.mean / wide_square.mean, 2.0); // sqrt(8) in the limit
}

TEST_F(ReluInconsistencyStudy, settled_networks_end_at_the_two_linear_fits) {
  const study::Parameters point = point_of(study_, {{"n", whole(64)}, {"networks", whole(100)}});
  const study::Recorder record = drawn(study_, point, parallel::Communicator::self());
  EXPECT_LT(record.values("settled_error").front(), 3e-7);
  int settled = 0;
  for (std::size_t k = 0; k < 100; ++k) {
    const double status = record.values("status")[k];
    if (status != 0.0) continue;
    ++settled;
    EXPECT_LT(record.values("max_kink")[k], 1.0);
    EXPECT_NEAR(record.values("loss")[k], record.values("loss_linear")[k], 3e-7);
    // Full data: loss 1. With N = 4096 samples the fits differ a little.
    EXPECT_NEAR(record.values("loss_linear")[k], 1.0, 0.1);
    EXPECT_EQ(std::fmod(record.values("stop_step")[k], 200.0), 0.0);
  }
  EXPECT_GT(settled, 50);
  const study::Recorder theory =
      predicted(study_, point_of(study_, {{"N", word("inf")}, {"shift", study::Value(0.4)}}));
  for (const double loss : theory.values("loss_linear")) EXPECT_NEAR(loss, 1.0, 1e-14);
}

TEST_F(ReluInconsistencyStudy, patterns_on_the_star_change_and_the_loss_stays_at_the_linear_fits) {
  struct StarRow {
    std::int64_t n;
    std::vector<std::int64_t> times;
    std::vector<double> losses, crossed; ///< of 40 networks; crossed at 100, 1000, 3000
    double threshold;
  };
  const std::vector<StarRow> rows = {
      {64, {0, 100, 1000, 3000}, {1.4386, 0.9978, 0.9958, 0.99548}, {0.88, 1.0, 1.0}, 0.99460},
      {256, {0, 100, 1000, 3000}, {1.4654, 1.00118, 1.00006, 0.99998}, {0.63, 0.85, 0.90}, 0.99989}};
  for (const StarRow& row : rows) {
    SCOPED_TRACE(row.n);
    const study::Parameters point = point_of(study_, {{"data", word("star")},
                                                      {"engine", word("full")},
                                                      {"n", whole(row.n)},
                                                      {"networks", whole(20)},
                                                      {"steps", whole(3000)},
                                                      {"times", study::Value(row.times)}});
    std::vector<double> mine;
    const auto self = parallel::Communicator::self();
    for (std::int64_t index = world_.rank(); index < 2; index += world_.size()) {
      const study::Recorder record = drawn(study_, point, self, index);
      for (std::size_t k = 0; k < 20; ++k) {
        mine.push_back(record.values("loss_linear")[k]);
        for (std::size_t t = 0; t < 4; ++t) mine.push_back(record.values("loss_path")[4 * k + t]);
        mine.push_back(record.values("stop_step")[k]);
      }
      for (std::size_t t = 0; t < 4; ++t)
        EXPECT_LE(record.values("below_linear_path")[t], row.n == 64 ? 0.5 : 0.1);
    }
    const std::vector<double> all = world_.all_gather(std::span<const double>(mine));
    const double count = static_cast<double>(all.size() / 6);
    ASSERT_EQ(count, 40.0);
    const auto column = [&](std::size_t k) {
      double sum = 0.0, squares = 0.0;
      for (std::size_t i = k; i < all.size(); i += 6) sum += all[i];
      for (std::size_t i = k; i < all.size(); i += 6)
        squares += (all[i] - sum / count) * (all[i] - sum / count);
      return Estimate{sum / count, std::sqrt(squares / (count * (count - 1.0)))};
    };
    // Two samples of 40 networks each: errors add.
    const Estimate threshold = column(0);
    EXPECT_LT(std::abs(threshold.mean - row.threshold), 4.0 * std::sqrt(2.0) * threshold.error)
        << threshold.mean;
    for (std::size_t t = 0; t < 4; ++t) {
      const Estimate loss = column(1 + t);
      EXPECT_LT(std::abs(loss.mean - row.losses[t]), 4.0 * std::sqrt(2.0) * loss.error)
          << row.times[t] << ": " << loss.mean;
    }
    EXPECT_NEAR(column(4).mean, threshold.mean, 2e-3); // the last loss
    for (std::size_t t = 0; t < 3; ++t) {
      double crossed = 0.0;
      for (std::size_t i = 5; i < all.size(); i += 6)
        crossed += all[i] < static_cast<double>(row.times[t + 1]) ? 1.0 / count : 0.0;
      const double p = std::clamp(row.crossed[t], 0.03, 0.97);
      EXPECT_LT(std::abs(crossed - row.crossed[t]), 4.0 * std::sqrt(2.0 * p * (1.0 - p) / count))
          << row.times[t + 1];
    }
  }
}

TEST_F(ReluInconsistencyStudy, networks_with_trained_features_beat_the_linear_fit_on_the_wave) {
  const auto error = [&](const char* bias) {
    const study::Parameters point = point_of(study_, {{"data", word("wave")},
                                                      {"N", whole(256)},
                                                      {"engine", word("full")},
                                                      {"optimizer", word("sgd")},
                                                      {"momentum", study::Value(0.9)},
                                                      {"batch", whole(64)},
                                                      {"n", whole(256)},
                                                      {"bias", word(bias)},
                                                      {"steps", whole(4000)},
                                                      {"networks", whole(2)}});
    return drawn(study_, point, world_).values("test_error").front();
  };
  EXPECT_LT(error("kink"), 0.5 * error("zero"));
}

} // namespace
