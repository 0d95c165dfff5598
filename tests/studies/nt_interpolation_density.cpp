// SPDX-License-Identifier: BSD-3-Clause
// spectral_density: both solvers, all eigenvalues, the limit law.
#include "support/study_points.hpp"

#include <pastur/studies/nt_interpolation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::predicted;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class NtInterpolationDensity : public testing::Test {
protected:
  study::Parameters point(std::vector<Setting> settings) const {
    std::vector<Setting> all = {{"n", whole(300)},
                                {"d", whole(30)},
                                {"N", whole(40)},
                                {"n_test", whole(5)},
                                {"ridge", reals({0.5})},
                                {"density_points", whole(41)},
                                {"density_width", study::Value(0.03)}};
    all.insert(all.end(), settings.begin(), settings.end());
    return point_of(study_, all);
  }

  /// Mean over draws, one-rank teams. @note Collective over the world
  std::vector<double> mean_density(const study::Parameters& at, std::int64_t draws) const {
    const auto self = parallel::Communicator::self();
    std::vector<double> sum;
    for (std::int64_t index = world_.rank(); index < draws; index += world_.size()) {
      const study::Recorder record = drawn(study_, at, self, index);
      const auto values = record.values("spectral_density");
      sum.resize(values.size(), 0.0);
      for (std::size_t i = 0; i < values.size(); ++i) sum[i] += values[i] / static_cast<double>(draws);
    }
    world_.sum(std::span<double>(sum));
    return sum;
  }

  static void expect_close(std::span<const double> found, std::span<const double> expected,
                           double tolerance) {
    ASSERT_EQ(found.size(), expected.size());
    const double peak = *std::ranges::max_element(expected);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], tolerance * peak) << "position " << i;
  }

  studies::NtInterpolation study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

const Setting bulk = {"density_range", reals({0.0, 0.8})};

TEST_F(NtInterpolationDensity, is_that_of_the_eigenvalues_in_the_same_record) {
  const study::Recorder record = drawn(study_, point({bulk}), world_);
  const auto eigenvalues = record.values("eigenvalues"), density = record.values("spectral_density");
  ASSERT_EQ(density.size(), 41U);
  for (const std::size_t i : {std::size_t{0}, std::size_t{11}, std::size_t{40}}) {
    const double x = 0.8 * static_cast<double>(i) / 40.0;
    double sum = 0.0;
    for (const double value : eigenvalues)
      sum += 0.03 / (std::numbers::pi * 300.0) / ((x - value) * (x - value) + 0.0009);
    EXPECT_NEAR(density[i], sum, 1e-12 * sum);
  }
}

TEST_F(NtInterpolationDensity, of_probes_agrees_with_all_eigenvalues_within_its_own_error) {
  const study::Recorder dense = drawn(study_, point({bulk}), world_);
  const study::Recorder free = drawn(study_,
                                     point({bulk,
                                            {"solver", word("matrix_free")},
                                            {"density_probes", whole(40)},
                                            {"density_steps", whole(100)}}),
                                     world_);
  const auto exact = dense.values("spectral_density"), found = free.values("spectral_density"),
             error = free.values("spectral_density_probe_error");
  double squares = 0.0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double z = (found[i] - exact[i]) / error[i];
    EXPECT_LT(std::abs(z), 4.5) << "position " << i;
    EXPECT_LT(error[i], 0.05 * *std::ranges::max_element(exact));
    squares += z * z / static_cast<double>(exact.size());
  }
  EXPECT_LT(squares, 3.0);
}

TEST_F(NtInterpolationDensity, follows_the_limit_law) {
  // Below, at and above N d = n; the infinite-width kernel; errors of a few percent at d = 30.
  for (const std::int64_t N : {6, 40}) {
    SCOPED_TRACE("N = " + std::to_string(N));
    const study::Parameters at = point({bulk, {"N", whole(N)}});
    expect_close(mean_density(at, 8), predicted(study_, at).values("spectral_density"), 0.06);
  }
  const study::Parameters infinite = point({bulk, {"kernel", word("infinite")}});
  expect_close(mean_density(infinite, 8), predicted(study_, infinite).values("spectral_density"), 0.06);
}

TEST_F(NtInterpolationDensity, has_the_zero_eigenvalues_as_a_peak_of_their_mass) {
  // N d = 180 of 300: a mass of 0.4 at 0.
  const study::Parameters at = point({{"N", whole(6)},
                                      {"density_range", reals({-0.001, 0.001})},
                                      {"density_points", whole(3)},
                                      {"density_width", study::Value(1e-6)}});
  const double peak = 0.4 / (std::numbers::pi * 1e-6);
  EXPECT_NEAR(drawn(study_, at, world_).values("spectral_density")[1] / peak, 1.0, 1e-3);
  EXPECT_NEAR(predicted(study_, at).values("spectral_density")[1] / peak, 1.0, 1e-3);
}

TEST_F(NtInterpolationDensity, is_off_unless_asked_for_and_changes_nothing_else) {
  const study::Recorder without = drawn(study_, point({}), world_),
                        with = drawn(study_, point({bulk}), world_);
  EXPECT_FALSE(without.wants("spectral_density"));
  for (const study::Recorder::Slot& slot : without.slots())
    EXPECT_TRUE(std::ranges::equal(without.values(slot.name), with.values(slot.name))) << slot.name;
  EXPECT_FALSE(predicted(study_, point({{"mode", word("equivalence")}, bulk})).wants("spectral_density"));
}

TEST_F(NtInterpolationDensity, of_other_data_has_no_prediction) {
  const study::Recorder theory = predicted(study_, point({bulk, {"data", word("gauss")}}));
  EXPECT_TRUE(std::isnan(theory.values("spectral_density").front()));
  const study::Recorder small = predicted(study_, point({bulk, {"d", whole(10)}}));
  EXPECT_TRUE(std::isnan(small.values("spectral_density").front()));
}

TEST_F(NtInterpolationDensity, costs_what_its_probes_take) {
  const auto cost = [&](std::vector<Setting> more) {
    more.push_back({"solver", word("matrix_free")});
    return study_.cost(point(std::move(more)));
  };
  const study::Cost without = cost({}), with = cost({bulk, {"density_probes", whole(20)}});
  EXPECT_NEAR(with.flops - without.flops, 20.0 * 100.0 * (4.0 * 300 * 40 * 30 + 4.0 * 300 * 100), 1.0);
  EXPECT_GT(with.shared_bytes, without.shared_bytes + 8.0 * 300 * 100);
  EXPECT_EQ(study_.cost(point({bulk})).flops, study_.cost(point({})).flops);
}

TEST_F(NtInterpolationDensity, refuses_ranges_that_are_none) {
  for (const auto& range : {reals({1.0}), reals({1.0, 1.0}), reals({2.0, 1.0}), reals({0.0, 1.0, 2.0})})
    EXPECT_THROW(point({{"density_range", range}}), InputError);
  EXPECT_THROW(point({bulk, {"density_width", study::Value(0.0)}}), InputError);
  EXPECT_THROW(point({bulk, {"density_probes", whole(1)}}), InputError);
}

} // namespace
