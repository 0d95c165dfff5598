// SPDX-License-Identifier: BSD-3-Clause
// The iterative route against the eigendecomposition, on the same draws.
#include "support/study_points.hpp"

#include <pastur/studies/benign_overfitting.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

class BenignOverfittingKrylov : public testing::Test {
protected:
  static std::vector<Setting> krylov(std::vector<Setting> settings, std::int64_t probes = 16) {
    settings.emplace_back("solver", word("krylov"));
    settings.emplace_back("probes", whole(probes));
    return settings;
  }

  /// Both routes, the team being all ranks.
  void expect_agreement(const std::vector<Setting>& settings) {
    const study::Parameters point = point_of(study_, krylov(settings));
    const study::Recorder direct = drawn(study_, point_of(study_, settings), world_);
    const study::Recorder iterative = drawn(study_, point, world_);
    for (const char* name : {"lambda_min", "lambda_max"}) {
      const double expected = direct.values(name).front();
      EXPECT_NEAR(iterative.values(name).front(), expected, 1e-8 * expected) << name;
    }
    for (std::size_t i = 0; i < point.reals("ridge").size(); ++i) {
      SCOPED_TRACE(point.reals("ridge")[i]);
      for (const char* name : {"bias", "test_error", "train_error", "bias_upper_ratio"}) {
        const double expected = direct.values(name)[i];
        EXPECT_EQ(std::isnan(iterative.values(name)[i]), std::isnan(expected)) << name;
        if (std::isnan(expected)) continue; // no k*
        EXPECT_NEAR(iterative.values(name)[i], expected, 1e-8 * expected) << name;
      }
      const double error = iterative.values("variance_error")[i];
      const double variance = direct.values("variance")[i];
      EXPECT_GT(error, 0.0);
      EXPECT_LT(error, 0.1 * variance);
      EXPECT_NEAR(iterative.values("variance")[i], variance, 4.0 * error);
    }
  }

  studies::BenignOverfitting study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

const std::vector<Setting> spiked = {
    {"n", whole(130)}, {"p", whole(900)}, {"ridge", reals({-60.0, 0.0, 50.0})}};
const std::vector<Setting> decaying = {{"n", whole(90)},
                                       {"p", whole(1300)},
                                       {"spectrum", word("power")},
                                       {"target", word("source")},
                                       {"data", word("rademacher")},
                                       {"noise_variance", study::Value(0.2)},
                                       {"ridge", reals({-0.1, 0.0, 0.3})}};
const std::vector<Setting> determined = {{"n", whole(120)},
                                         {"p", whole(40)},
                                         {"spectrum", word("isotropic")},
                                         {"target", word("uniform")},
                                         {"noise_variance", study::Value(0.3)},
                                         {"ridge", reals({0.5, 20.0})}};

TEST_F(BenignOverfittingKrylov, agrees_with_the_eigendecomposition_on_a_flat_tail) {
  expect_agreement(spiked);
}
TEST_F(BenignOverfittingKrylov, agrees_with_the_eigendecomposition_on_a_decaying_spectrum) {
  expect_agreement(decaying);
}
TEST_F(BenignOverfittingKrylov, agrees_with_the_eigendecomposition_below_n_dimensions) {
  expect_agreement(determined);
}

TEST_F(BenignOverfittingKrylov, team_sizes_agree) {
  const study::Parameters point = point_of(study_, krylov(spiked, 3));
  const study::Recorder alone = drawn(study_, point, parallel::Communicator::self());
  const study::Recorder together = drawn(study_, point, world_);
  for (const study::Recorder::Slot& slot : alone.slots()) {
    for (std::size_t i = 0; i < slot.size; ++i) {
      const double a = alone.values(slot.name)[i];
      EXPECT_NEAR(together.values(slot.name)[i], a, 1e-8 * std::abs(a)) << slot.name << "[" << i << "]";
    }
  }
}

TEST_F(BenignOverfittingKrylov, the_stated_error_falls_as_the_root_of_the_probes) {
  const auto error = [&](std::int64_t probes) {
    const study::Parameters point =
        point_of(study_, krylov({{"n", whole(40)}, {"p", whole(200)}, {"ridge", reals({40.0})}}, probes));
    return drawn(study_, point, world_).values("variance_error").front();
  };
  EXPECT_NEAR(error(40) / error(160), 2.0, 0.5);
}

TEST_F(BenignOverfittingKrylov, what_it_cannot_solve_is_missing_with_its_reason) {
  std::vector<Setting> settings = determined;
  settings.back().second = reals({-1.0, 0.0, 1.0});
  const study::Recorder low = drawn(study_, point_of(study_, krylov(settings)), world_);
  for (const char* name : {"bias", "variance", "variance_error", "train_error", "variance_lower_ratio"}) {
    EXPECT_TRUE(std::isnan(low.values(name)[0])) << name;
    EXPECT_TRUE(std::isnan(low.values(name)[1])) << name;
  }
  EXPECT_EQ(low.values("lambda_min").front(), 0.0);
  EXPECT_NE(low.reasons().find("ridge 0 needs solver = dense"), std::string::npos);
  EXPECT_NE(low.reasons().find("least eigenvalue"), std::string::npos);

  std::vector<Setting> silent = spiked;
  silent.emplace_back("noise_variance", study::Value(0.0));
  const study::Recorder noiseless = drawn(study_, point_of(study_, krylov(silent)), world_);
  EXPECT_EQ(noiseless.values("variance")[1], 0.0);
  EXPECT_EQ(noiseless.values("test_error")[1], noiseless.values("bias")[1]);
  EXPECT_FALSE(noiseless.wants("optimal_ridge"));
}

TEST_F(BenignOverfittingKrylov, needs_a_fraction_of_the_memory) {
  for (const auto& [n, fraction] : {std::pair(2000, 0.35), std::pair(20000, 0.25)}) {
    const study::Cost dense = study_.cost(point_of(study_, {{"n", whole(n)}}));
    const study::Cost iterative = study_.cost(point_of(study_, krylov({{"n", whole(n)}})));
    EXPECT_LT(iterative.shared_bytes, fraction * dense.shared_bytes);
    EXPECT_LT(iterative.flops, 0.5 * dense.flops);
  }
}

TEST_F(BenignOverfittingKrylov, sketches_where_a_head_stands_far_above_the_rest) {
  const auto how = [&](const std::vector<Setting>& settings) {
    return drawn(study_, point_of(study_, krylov(settings)), world_).methods().at(0).how;
  };
  EXPECT_EQ(how({{"n", whole(130)},
                 {"p", whole(900)},
                 {"spectrum", word("isotropic")},
                 {"target", word("uniform")},
                 {"ridge", reals({0.0, 50.0})}}),
            "block conjugate gradients");
  EXPECT_EQ(how(decaying), "block conjugate gradients, Nystrom");
  std::vector<Setting> tall = spiked;
  tall.emplace_back("spectrum_spike_height", study::Value(1000.0));
  EXPECT_EQ(how(tall), "block conjugate gradients, Nystrom");
  expect_agreement(tall);
}

TEST_F(BenignOverfittingKrylov, solves_many_probes_in_several_blocks) {
  const study::Parameters point = point_of(study_, krylov(spiked, 100));
  const study::Recorder few = drawn(study_, point_of(study_, krylov(spiked, 20)), world_);
  const study::Recorder many = drawn(study_, point, world_);
  const study::Recorder direct = drawn(study_, point_of(study_, spiked), world_);
  for (std::size_t i = 0; i < point.reals("ridge").size(); ++i) {
    const double variance = direct.values("variance")[i];
    EXPECT_NEAR(many.values("variance")[i], variance, 4.0 * many.values("variance_error")[i]);
    EXPECT_LT(many.values("variance_error")[i], few.values("variance_error")[i]);
    EXPECT_NEAR(many.values("test_error")[i], few.values("test_error")[i],
                1e-9 * few.values("test_error")[i]);
  }
}

} // namespace
