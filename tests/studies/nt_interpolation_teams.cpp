// SPDX-License-Identifier: BSD-3-Clause
// One draw, whoever computes it: team sizes, ranks, solvers.
#include "support/study_points.hpp"

#include <pastur/studies/nt_interpolation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class NtInterpolationTeams : public testing::Test {
protected:
  /// Every value of a and b within `tolerance` relative; values that are zero up to rounding (residuals of
  /// exact fits) below `floor`.
  static void expect_same(const study::Recorder& a, const study::Recorder& b, double tolerance,
                          double floor) {
    for (const study::Recorder::Slot& slot : a.slots()) {
      const auto left = a.values(slot.name);
      const auto right = b.values(slot.name);
      for (std::size_t i = 0; i < slot.size; ++i) {
        EXPECT_EQ(std::isnan(left[i]), std::isnan(right[i])) << slot.name << "[" << i << "]";
        if (std::isnan(left[i])) continue;
        const double largest = std::max(std::abs(left[i]), std::abs(right[i]));
        EXPECT_LE(std::abs(left[i] - right[i]), tolerance * largest + floor)
            << slot.name << "[" << i << "]: " << left[i] << " and " << right[i];
      }
    }
    EXPECT_EQ(a.reasons(), b.reasons());
  }

  void expect_teams_agree(const std::vector<Setting>& settings) {
    const study::Parameters point = point_of(study_, settings);
    const auto self = parallel::Communicator::self();
    const study::Recorder alone = drawn(study_, point, self);
    for (int size = 2; size <= world_.size(); size *= 2) {
      SCOPED_TRACE("teams of " + std::to_string(size));
      const parallel::Communicator team = world_.split_into_teams(size);
      expect_same(alone, drawn(study_, point, team), 1e-10, 1e-18);
    }
  }

  studies::NtInterpolation study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

TEST_F(NtInterpolationTeams, team_sizes_agree_on_an_overparameterised_relu_fit) {
  expect_teams_agree({{"n", whole(190)},
                      {"d", whole(25)},
                      {"N", whole(23)},
                      {"n_test", whole(131)},
                      {"target", word("lin_quad")}});
}

TEST_F(NtInterpolationTeams, team_sizes_agree_on_a_rank_deficient_fit) {
  expect_teams_agree({{"n", whole(190)},
                      {"d", whole(21)},
                      {"N", whole(5)},
                      {"n_test", whole(70)},
                      {"activation", word("tanh")},
                      {"weights", word("gauss")},
                      {"data", word("gauss")},
                      {"target", word("random_labels")}});
}

TEST_F(NtInterpolationTeams, team_sizes_agree_on_the_infinite_width_kernel) {
  expect_teams_agree({{"n", whole(190)},
                      {"d", whole(21)},
                      {"kernel", word("infinite")},
                      {"n_test", whole(70)},
                      {"activation", word("erf")}});
}

TEST_F(NtInterpolationTeams, team_sizes_agree_on_the_equivalence) {
  expect_teams_agree({{"n", whole(170)},
                      {"d", whole(25)},
                      {"N", whole(30)},
                      {"mode", word("equivalence")},
                      {"n_test", whole(131)},
                      {"target", word("lin_quad")},
                      {"polynomial_degree", whole(2)}});
}

TEST_F(NtInterpolationTeams, team_sizes_agree_on_the_matrix_free_fit) {
  expect_teams_agree({{"n", whole(190)},
                      {"d", whole(25)},
                      {"N", whole(40)},
                      {"n_test", whole(70)},
                      {"solver", word("matrix_free")},
                      {"ridge", reals({1e-3, 0.1, 10.0})}});
}

TEST_F(NtInterpolationTeams, one_rank_draws_have_the_same_bits_on_every_rank) {
  for (const char* mode : {"fit", "equivalence"}) {
    const study::Parameters point = point_of(
        study_,
        {{"mode", word(mode)}, {"n", whole(130)}, {"d", whole(25)}, {"N", whole(23)}, {"n_test", whole(50)}});
    const auto self = parallel::Communicator::self();
    const study::Recorder record = drawn(study_, point, self);
    std::vector<std::int64_t> bits;
    for (const study::Recorder::Slot& slot : record.slots()) {
      for (const double value : record.values(slot.name)) bits.push_back(std::bit_cast<std::int64_t>(value));
    }
    const auto all = world_.all_gather(std::span<const std::int64_t>(bits));
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], bits[i % bits.size()]);
  }
}

TEST_F(NtInterpolationTeams, method_parameters_do_not_change_the_data) {
  const auto self = parallel::Communicator::self();
  const auto error_at = [&](const std::vector<Setting>& more) {
    std::vector<Setting> settings = {{"n", whole(130)},
                                     {"d", whole(25)},
                                     {"N", whole(23)},
                                     {"n_test", whole(50)},
                                     {"ridge", reals({0.1})}};
    settings.insert(settings.end(), more.begin(), more.end());
    return drawn(study_, point_of(study_, settings), self).values("train_error").front();
  };
  const double reference = error_at({});
  EXPECT_EQ(error_at({{"n_test", whole(77)}}), reference);
  EXPECT_NEAR(error_at({{"mode", word("equivalence")}}), reference, 1e-12 * reference);
  EXPECT_NEAR(error_at({{"ridge", reals({0.1, 1.0})}}), reference, 1e-12 * reference);
  EXPECT_NE(error_at({{"noise_variance", study::Value(0.3)}}), reference);
}

TEST_F(NtInterpolationTeams, matrix_free_agrees_with_dense) {
  std::vector<Setting> settings = {{"n", whole(300)},
                                   {"d", whole(30)},
                                   {"N", whole(60)},
                                   {"n_test", whole(200)},
                                   {"target", word("lin_quad")},
                                   {"ridge", reals({-0.005, 0.0, 1e-3, 0.1, 10.0})}};
  for (const char* activation : {"relu", "tanh"}) {
    SCOPED_TRACE(activation);
    settings.emplace_back("activation", word(activation));
    const auto self = parallel::Communicator::self();
    const study::Recorder dense = drawn(study_, point_of(study_, settings), self);
    settings.emplace_back("solver", word("matrix_free"));
    const study::Recorder free = drawn(study_, point_of(study_, settings), world_);
    settings.pop_back();
    EXPECT_FALSE(free.wants("eigenvalues"));
    for (const char* name :
         {"lambda_min", "test_error", "train_error", "parameter_norm_squared", "interpolation_error"}) {
      const auto a = dense.values(name);
      const auto b = free.values(name);
      for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_NEAR(a[i], b[i], 1e-8 * std::abs(a[i]) + 1e-16) << name << "[" << i << "]";
      }
    }
  }
}

TEST_F(NtInterpolationTeams, matrix_free_says_what_a_singular_kernel_denies) {
  const study::Parameters point = point_of(study_, {{"n", whole(150)},
                                                    {"d", whole(20)},
                                                    {"N", whole(5)},
                                                    {"solver", word("matrix_free")},
                                                    {"activation", word("tanh")},
                                                    {"n_test", whole(20)},
                                                    {"ridge", reals({-1e-3, 0.0, 0.1})}});
  const study::Recorder record = drawn(study_, point, world_);
  EXPECT_EQ(record.values("lambda_min").front(), 0.0);
  EXPECT_TRUE(std::isnan(record.values("train_error")[0]));
  EXPECT_TRUE(std::isnan(record.values("test_error")[1]));
  EXPECT_GT(record.values("test_error")[2], 0.0);
  EXPECT_TRUE(std::isnan(record.values("interpolation_error").front()));
  EXPECT_NE(record.reasons().find("not positive definite"), std::string::npos);
  EXPECT_NE(record.reasons().find("minus the least eigenvalue"), std::string::npos);
}

} // namespace
