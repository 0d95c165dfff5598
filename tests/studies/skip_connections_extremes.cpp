// SPDX-License-Identifier: BSD-3-Clause
// The routes that find the ends of a spectrum alone, against those that find all of it.
#include "skip_connections_points.hpp"

#include <gtest/gtest.h>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::real;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::wholes;
using testing_support::word;

class SkipConnectionsExtremes : public testing_support::SkipConnectionsTest {
protected:
  study::Recorder with(std::vector<Setting> settings, Setting method) {
    settings.push_back(std::move(method));
    return drawn(study_, point_of(study_, settings), world_);
  }
  static void expect_none(std::span<const double> violations) {
    expect_no_violation({{violations.begin(), violations.end()}});
  }
};

TEST_F(SkipConnectionsExtremes, agree_with_the_full_spectrum_in_every_kind_of_block) {
  const Setting skips = {"skip", reals({0.0, -0.4, 1.0, 2.5})};
  std::vector<std::vector<Setting>> kinds;
  for (const char* outer : {"linear", "relu", "leaky", "abs"}) {
    for (const std::int64_t p : {1, 3})
      kinds.push_back({skips,
                       {"n", whole(45)},
                       {"p", whole(p)},
                       {"activation", word(outer)},
                       {"inner_activation", word("abs")}});
    for (const char* type : {"circulant", "toeplitz", "densenet"})
      kinds.push_back({skips,
                       {"layer_type", word(type)},
                       {"n", whole(40)},
                       {"channels", whole(5)},
                       {"sites", whole(8)},
                       {"activation", word(outer)}});
  }
  for (const std::vector<Setting>& settings : kinds) {
    const study::Recorder full = with(settings, {"perturbations", word("no")});
    const study::Recorder ends = with(settings, {"spectrum", word("extremes")});
    ends.require_complete();
    for (const char* name : {"singular_values", "skip_singular_values", "block_singular_values",
                             "effective_condition_number", "erraticity", "skip_derivative"})
      EXPECT_FALSE(ends.wants(name)) << name;
    for (std::size_t k = 0; k < 4; ++k) {
      const double scale = full.values("singular_max")[k];
      EXPECT_NEAR(ends.values("singular_max")[k], scale, 1e-12 * scale);
      EXPECT_NEAR(ends.values("singular_min")[k], full.values("singular_min")[k], 1e-12 * scale);
      EXPECT_EQ(ends.values("deficient")[k], full.values("deficient")[k]);
      // At most 45 times the least, whose absolute error is rounding of the greatest.
      EXPECT_NEAR(ends.values("scaled_singular_min")[k], full.values("scaled_singular_min")[k],
                  45e-12 * scale);
      for (const char* name : {"condition_number", "log_condition_number"}) {
        const double expected = full.values(name)[k];
        EXPECT_EQ(std::isnan(ends.values(name)[k]), std::isnan(expected)) << name;
        if (std::isnan(expected)) continue;
        EXPECT_NEAR(ends.values(name)[k], expected, 1e-8 * std::abs(expected)) << name;
      }
    }
    expect_none(ends.values("violations"));
  }
}

TEST_F(SkipConnectionsExtremes, of_a_deficient_block_are_missing_with_their_reason) {
  // Without a skip the inner relu halves the rank.
  const study::Recorder ends =
      with({{"n", whole(30)}, {"p", whole(2)}, {"skip", reals({0.0, 1.0})}, {"activation", word("linear")}},
           {"spectrum", word("extremes")});
  EXPECT_EQ(ends.values("deficient")[0], 1.0);
  EXPECT_EQ(ends.values("deficient")[1], 0.0);
  EXPECT_TRUE(std::isnan(ends.values("condition_number")[0]));
  EXPECT_GT(ends.values("condition_number")[1], 1.0);
  EXPECT_NE(ends.reasons().find("condition_number: deficient"), std::string::npos);
  const study::Recorder empty =
      with({{"n", whole(10)}, {"on_fraction", real(0.0)}}, {"spectrum", word("extremes")});
  EXPECT_NE(empty.reasons().find("empty mask"), std::string::npos);
}

TEST_F(SkipConnectionsExtremes, of_a_hessian_without_a_matrix_are_those_of_its_dual) {
  for (const char* activation : {"relu", "abs"}) {
    const std::vector<Setting> settings = {{"mode", word("network")},
                                           {"n", whole(12)},
                                           {"L", whole(3)},
                                           {"outputs", whole(3)},
                                           {"batch", whole(9)},
                                           {"n_train", whole(12)},
                                           {"activation", word(activation)},
                                           {"bias_scale", real(0.3)},
                                           {"steps", wholes({0, 5})},
                                           {"skip", reals({0.0, 0.7})}};
    const study::Recorder dual = with(settings, {"hessian", word("dual")});
    const study::Recorder matrix_free = with(settings, {"hessian", word("matrix_free")});
    matrix_free.require_complete();
    EXPECT_FALSE(matrix_free.wants("hessian_spread"));
    EXPECT_FALSE(matrix_free.wants("hessian_condition_number"));
    const auto all = dual.values("hessian_eigenvalues");
    const auto greatest = matrix_free.values("hessian_eigenvalues");
    ASSERT_EQ(all.size(), 12U * 27U);
    ASSERT_EQ(greatest.size(), 12U * 10U);
    for (std::size_t i = 0; i < greatest.size(); ++i) {
      const std::size_t at = i / 10; // skip x steps x layer
      EXPECT_NEAR(greatest[i], all[at * 27 + i % 10], 1e-10 * all[at * 27]) << i;
    }
    for (std::size_t at = 0; at < 12; ++at)
      EXPECT_NEAR(matrix_free.values("hessian_participation")[at] / dual.values("hessian_participation")[at],
                  1.0, 1e-10);
    expect_none(matrix_free.values("violations"));
  }
}

TEST_F(SkipConnectionsExtremes, of_a_tiny_network_are_as_many_as_there_are) {
  const study::Recorder few = with({{"mode", word("network")},
                                    {"n", whole(4)},
                                    {"L", whole(1)},
                                    {"outputs", whole(1)},
                                    {"batch", whole(3)},
                                    {"n_train", whole(3)}},
                                   {"hessian", word("matrix_free")});
  EXPECT_EQ(few.values("hessian_eigenvalues").size(), 3U);
}

TEST_F(SkipConnectionsExtremes, keys_of_the_other_route_are_refused) {
  expect_refused({{"mode", word("network")}, {"batch", whole(65536)}, {"n_train", whole(65536)}},
                 {"batch: given 65536", "hessian = \"dual\"", "matrix_free"});
  EXPECT_NO_THROW(point_of(study_, {{"mode", word("network")},
                                    {"batch", whole(65536)},
                                    {"n_train", whole(65536)},
                                    {"hessian", word("matrix_free")}}));
  expect_refused({{"spectrum", word("half")}}, {"spectrum", "extremes"});
}

} // namespace
