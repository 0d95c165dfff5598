// SPDX-License-Identifier: BSD-3-Clause
// One draw, whoever computes it: team sizes, and a plain reference in extended precision.
#include "support/study_points.hpp"

#include <pastur/random/fill.hpp>
#include <pastur/studies/benign_overfitting.hpp>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace pastur;
using testing_support::drawn;
using testing_support::point_of;
using testing_support::reals;
using testing_support::Setting;
using testing_support::whole;
using testing_support::word;

using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using Vector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

study::Value real(double value) {
  return study::Value(value);
}

/// theta_hat written out, with X as a whole.
class Reference {
public:
  Reference(const study::Study& study, const study::Parameters& point, std::int64_t draw = 0) {
    const std::int64_t n = point.integer("n");
    const std::int64_t p = point.integer("p");
    const random::Streams streams = testing_support::streams_of(study, point, draw);
    const studies::benign_overfitting::Population population(studies::benign_overfitting::setting_of(point));
    std::vector<double> s(static_cast<std::size_t>(p));
    std::vector<double> theta(s.size());
    population.eigenvalues(0, s);
    population.target(0, theta);
    std::vector<double> z(static_cast<std::size_t>(n * p));
    const random::Tile tile{.row = 0, .rows = n, .column = 0, .columns = p};
    if (point.is("data", "gauss")) {
      random::fill_normal(streams.stream("X"), tile, z.data(), n);
    } else {
      random::fill_signs(streams.stream("X"), tile, z.data(), n);
    }
    std::vector<double> e(static_cast<std::size_t>(n));
    random::fill_normal(streams.stream("noise"), {.row = 0, .rows = n, .column = 0, .columns = 1}, e.data(),
                        n);
    noise_ = point.real("noise_variance");
    s_ = Eigen::Map<const Eigen::VectorXd>(s.data(), p).cast<long double>();
    theta_ = Eigen::Map<const Eigen::VectorXd>(theta.data(), p).cast<long double>();
    x_ = Eigen::Map<const Eigen::MatrixXd>(z.data(), n, p).cast<long double>() * s_.cwiseSqrt().asDiagonal();
    y_ = x_ * theta_ + std::sqrt(static_cast<long double>(noise_)) *
                           Eigen::Map<const Eigen::VectorXd>(e.data(), n).cast<long double>();
  }

  struct Errors {
    double bias, variance, test_error, train_error;
  };
  Errors at(long double ridge) const {
    const bool least_squares = ridge == 0 && x_.cols() < x_.rows();
    // theta_hat = L y
    const Matrix map =
        least_squares
            ? Matrix(x_.completeOrthogonalDecomposition().pseudoInverse())
            : Matrix(x_.transpose() * (x_ * x_.transpose() + ridge * Matrix::Identity(x_.rows(), x_.rows()))
                                          .ldlt()
                                          .solve(Matrix::Identity(x_.rows(), x_.rows())));
    const Vector fit = map * y_;
    const Vector missed = theta_ - map * (x_ * theta_);
    return {static_cast<double>(missed.dot(s_.asDiagonal() * missed)),
            static_cast<double>(noise_ * (s_.cwiseSqrt().asDiagonal() * map).squaredNorm()),
            static_cast<double>((theta_ - fit).dot(s_.asDiagonal() * (theta_ - fit))),
            static_cast<double>((x_ * fit - y_).squaredNorm() / static_cast<long double>(x_.rows()))};
  }
  double lambda_min() const {
    const Matrix gram = x_ * x_.transpose();
    return static_cast<double>(Eigen::SelfAdjointEigenSolver<Matrix>(gram).eigenvalues()(0));
  }

  Eigen::Index rank() const { return x_.completeOrthogonalDecomposition().rank(); }

private:
  double noise_ = 0.0;
  Vector s_, theta_, y_;
  Matrix x_;
};

class BenignOverfittingTeams : public testing::Test {
protected:
  void expect_teams_agree(const std::vector<Setting>& settings, double tolerance = 1e-10) {
    const study::Parameters point = point_of(study_, settings);
    const study::Recorder alone = drawn(study_, point, parallel::Communicator::self());
    for (int size = 2; size <= world_.size(); size *= 2) {
      const parallel::Communicator team = world_.split_into_teams(size);
      const study::Recorder together = drawn(study_, point, team);
      for (const study::Recorder::Slot& slot : alone.slots()) {
        for (std::size_t i = 0; i < slot.size; ++i) {
          const double a = alone.values(slot.name)[i];
          const double b = together.values(slot.name)[i];
          EXPECT_EQ(std::isnan(a), std::isnan(b)) << slot.name << "[" << i << "]";
          if (std::isnan(a)) continue;
          EXPECT_LE(std::abs(a - b), tolerance * std::max(std::abs(a), std::abs(b)))
              << slot.name << "[" << i << "], teams of " << size << ": " << a << " and " << b;
        }
      }
      EXPECT_EQ(alone.reasons(), together.reasons());
    }
  }

  /// `floor`: what a value that is 0 may differ by.
  void expect_reference(const std::vector<Setting>& settings, double tolerance, double floor = 1e-28,
                        bool expect_minimum = true) {
    const study::Parameters point = point_of(study_, settings);
    const Reference reference(study_, point);
    const study::Recorder record = drawn(study_, point, parallel::Communicator::self());
    const std::vector<double>& ridges = point.reals("ridge");
    const auto expect_close = [&](const char* name, std::size_t i, double expected) {
      EXPECT_NEAR(record.values(name)[i], expected, tolerance * expected + floor)
          << name << " at ridge " << ridges[i];
    };
    for (std::size_t i = 0; i < ridges.size(); ++i) {
      const Reference::Errors errors = reference.at(ridges[i]);
      expect_close("bias", i, errors.bias);
      expect_close("variance", i, errors.variance);
      expect_close("test_error", i, errors.test_error);
      expect_close("train_error", i, errors.train_error);
    }
    const double best = record.values("optimal_ridge").front();
    const double value = record.values("optimal_test_error").front();
    const Reference::Errors there = reference.at(best);
    EXPECT_NEAR(value, there.bias + there.variance, tolerance * value);
    // Where the search's window cuts the minimum off, its neighbours are no higher.
    if (!expect_minimum) return;
    const double distance = best + record.values("lambda_min").front();
    for (const double factor : {0.8, 0.98, 1.02, 1.25}) {
      const Reference::Errors near = reference.at(best + (factor - 1.0) * distance);
      EXPECT_GE(near.bias + near.variance, value * (1.0 - tolerance)) << "factor " << factor;
    }
  }

  studies::BenignOverfitting study_;
  parallel::Communicator world_ = parallel::Communicator::world();
};

const std::vector<Setting> spiked = {
    {"n", whole(190)}, {"p", whole(1300)}, {"ridge", reals({-300.0, -60.0, 0.0, 1.0, 300.0})}};
const std::vector<Setting> decaying = {{"n", whole(150)},
                                       {"p", whole(700)},
                                       {"spectrum", word("power")},
                                       {"target", word("source")},
                                       {"data", word("rademacher")},
                                       {"noise_variance", study::Value(0.2)},
                                       {"ridge", reals({-0.01, 0.0, 0.3})}};
const std::vector<Setting> determined = {{"n", whole(170)},
                                         {"p", whole(65)},
                                         {"spectrum", word("exponential")},
                                         {"spectrum_length", study::Value(20.0)},
                                         {"target", word("uniform")},
                                         {"noise_variance", study::Value(0.3)},
                                         {"ridge", reals({-1.0, 0.0, 2.0})}};

TEST_F(BenignOverfittingTeams, team_sizes_agree_on_a_flat_tail) {
  expect_teams_agree(spiked);
}
TEST_F(BenignOverfittingTeams, team_sizes_agree_on_a_decaying_spectrum) {
  expect_teams_agree(decaying);
}
TEST_F(BenignOverfittingTeams, team_sizes_agree_where_the_spectrum_outlasts_the_leading_columns) {
  expect_teams_agree({{"n", whole(90)},
                      {"p", whole(1700)},
                      {"spectrum", word("powerlog")},
                      {"target", word("source")},
                      {"ridge", reals({0.0, 0.1})}});
}
TEST_F(BenignOverfittingTeams, team_sizes_agree_on_fewer_dimensions_than_samples) {
  expect_teams_agree(determined);
}
TEST_F(BenignOverfittingTeams, team_sizes_agree_on_the_residual_route) {
  // A residual of norm sqrt(bias) = 4e-6 is the difference of numbers near 1, known to 1e-15.
  expect_teams_agree({{"n", whole(130)},
                      {"p", whole(600)},
                      {"spectrum_tail", real(1e-5)},
                      {"noise_variance", real(1e-12)},
                      {"ridge", reals({0.0, 1e-3})}},
                     2e-9);
}
TEST_F(BenignOverfittingTeams, team_sizes_agree_on_vanishing_biases_of_least_squares) {
  expect_teams_agree({{"n", whole(130)},
                      {"p", whole(60)},
                      {"spectrum", word("isotropic")},
                      {"noise_variance", real(1e-10)},
                      {"ridge", reals({0.0, 1e-6, 1e-4})}});
}
TEST_F(BenignOverfittingTeams, teams_larger_than_the_matrix_agree) {
  expect_teams_agree({{"n", whole(2)},
                      {"p", whole(7)},
                      {"spectrum_spikes", whole(1)},
                      {"target_count", whole(1)},
                      {"ridge", reals({0.0, 1.0})}});
}

TEST_F(BenignOverfittingTeams, draws_agree_with_the_estimator_written_out) {
  const auto smaller = [](std::vector<Setting> settings, std::int64_t n, std::int64_t p,
                          std::initializer_list<double> ridges) {
    for (auto& [name, value] : settings) {
      if (name == "n") value = whole(n);
      if (name == "p") value = whole(p);
      if (name == "ridge") value = reals(ridges);
    }
    return settings;
  };
  if (world_.rank() != 0) return; // no communication: one-rank teams
  expect_reference(smaller(spiked, 40, 700, {-40.0, -5.0, 0.0, 7.0, 100.0}), 1e-9);
  expect_reference(smaller(decaying, 40, 130, {-0.05, 0.0, 0.3}), 1e-9);
  expect_reference(smaller(determined, 50, 20, {0.0, 0.1, 3.0}), 1e-9);
}

TEST_F(BenignOverfittingTeams, tiny_biases_keep_their_digits) {
  if (world_.rank() != 0) return;
  // Biases around 1e-12 are 1 minus nearly 1, unless the residual is formed.
  const std::vector<Setting> settings = {{"n", whole(40)},
                                         {"p", whole(300)},
                                         {"spectrum_spikes", whole(5)},
                                         {"target_count", whole(5)},
                                         {"spectrum_tail", real(1e-6)},
                                         {"noise_variance", real(0.0)},
                                         {"ridge", reals({0.0, 1e-5, 1e-4})}};
  expect_reference(settings, 1e-5, 1e-20, false);
  const study::Recorder record = drawn(study_, point_of(study_, settings), parallel::Communicator::self());
  EXPECT_LT(record.values("bias").front(), 1e-10);
}

TEST_F(BenignOverfittingTeams, steep_spectra_keep_their_digits) {
  if (world_.rank() != 0) return;
  // The eigenvalues of X Sigma X^T span 13 decades, those of X X^T 6: the small modes' variance must not meet
  // the large ones' rounding.
  expect_reference({{"n", whole(40)},
                    {"p", whole(300)},
                    {"spectrum", word("power")},
                    {"spectrum_exponent", real(4.0)},
                    {"target", word("source")},
                    {"noise_variance", real(0.1)},
                    {"ridge", reals({0.0, 1e-4, 0.1})}},
                   1e-7, 1e-24);
}

TEST_F(BenignOverfittingTeams, every_part_of_the_weighted_matrix_agrees_with_the_estimator_written_out) {
  if (world_.rank() != 0) return;
  // 512 leading columns rotated, those behind them in a matrix of their own, over a floor.
  expect_reference({{"n", whole(24)},
                    {"p", whole(1500)},
                    {"spectrum", word("exponential")},
                    {"spectrum_length", real(60.0)},
                    {"target", word("source")},
                    {"noise_variance", real(0.1)},
                    {"ridge", reals({-1.0, 0.0, 3.0})}},
                   1e-9);
  expect_reference({{"n", whole(24)},
                    {"p", whole(1300)},
                    {"spectrum", word("power")},
                    {"target", word("uniform")},
                    {"noise_variance", real(0.1)},
                    {"ridge", reals({0.0, 3.0})}},
                   1e-9);
}

TEST_F(BenignOverfittingTeams, least_eigenvalue_is_the_edge_of_what_is_admissible) {
  if (world_.rank() != 0) return;
  const std::vector<Setting> settings = {{"n", whole(40)}, {"p", whole(300)}};
  const double edge = Reference(study_, point_of(study_, settings)).lambda_min();
  std::vector<Setting> around = settings;
  around.emplace_back("ridge", reals({-edge * (1.0 + 1e-9), -edge * (1.0 - 1e-6), -edge * 0.5}));
  const study::Recorder record = drawn(study_, point_of(study_, around), parallel::Communicator::self());
  EXPECT_NEAR(record.values("lambda_min").front(), edge, 1e-11 * edge);
  for (const char* name : {"bias", "variance", "test_error", "train_error", "bias_upper_ratio"}) {
    EXPECT_TRUE(std::isnan(record.values(name)[0])) << name;
    EXPECT_TRUE(std::isfinite(record.values(name)[1])) << name;
  }
  EXPECT_NE(record.reasons().find("least eigenvalue"), std::string::npos);
  // The risk explodes towards the edge.
  EXPECT_GT(record.values("variance")[1], 1e6 * record.values("variance")[2]);
}

TEST_F(BenignOverfittingTeams, exact_zeros_are_exact) {
  if (world_.rank() != 0) return;
  const study::Recorder low = drawn(
      study_,
      point_of(
          study_,
          {{"n", whole(60)}, {"p", whole(20)}, {"noise_variance", real(0.0)}, {"ridge", reals({0.0, 1.0})}}),
      parallel::Communicator::self());
  EXPECT_EQ(low.values("lambda_min").front(), 0.0);
  EXPECT_EQ(low.values("bias")[0], 0.0);
  EXPECT_EQ(low.values("test_error")[0], 0.0);
  EXPECT_EQ(low.values("optimal_ridge").front(), 0.0);
  EXPECT_EQ(low.values("optimal_test_error").front(), 0.0);
  EXPECT_GT(low.values("bias")[1], 0.0);
  const study::Recorder high =
      drawn(study_, point_of(study_, {{"n", whole(20)}, {"p", whole(60)}}), parallel::Communicator::self());
  EXPECT_EQ(high.values("train_error").front(), 0.0);
}

TEST_F(BenignOverfittingTeams, least_squares_on_dependent_columns_is_the_minimum_norm_fit) {
  if (world_.rank() != 0) return;
  // Columns of six signs: in some draws two of four agree up to their sign, and X has rank 3.
  const study::Parameters point = point_of(study_, {{"n", whole(6)},
                                                    {"p", whole(4)},
                                                    {"data", word("rademacher")},
                                                    {"spectrum", word("power")},
                                                    {"target", word("uniform")},
                                                    {"noise_variance", real(0.1)},
                                                    {"ridge", reals({0.0, 0.5})}});
  int deficient = 0;
  for (std::int64_t draw = 0; draw < 40; ++draw) {
    const Reference reference(study_, point, draw);
    const study::Recorder record = drawn(study_, point, parallel::Communicator::self(), draw);
    if (reference.rank() < 4) {
      ++deficient;
      EXPECT_GT(record.values("bias").front(), 1e-3);
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const Reference::Errors errors = reference.at(i == 0 ? 0.0L : 0.5L);
      EXPECT_NEAR(record.values("bias")[i], errors.bias, 1e-11) << draw;
      EXPECT_NEAR(record.values("variance")[i], errors.variance, 1e-11 * errors.variance) << draw;
      EXPECT_NEAR(record.values("test_error")[i], errors.test_error, 1e-11) << draw;
      EXPECT_NEAR(record.values("train_error")[i], errors.train_error, 1e-11) << draw;
    }
    EXPECT_EQ(record.values("lambda_min").front(), 0.0);
  }
  EXPECT_GT(deficient, 2);
}

TEST_F(BenignOverfittingTeams, draws_do_not_depend_on_method_parameters) {
  if (world_.rank() != 0) return;
  const auto bias = [&](std::vector<Setting> settings) {
    settings.emplace_back("n", whole(40));
    settings.emplace_back("p", whole(300));
    return drawn(study_, point_of(study_, settings), parallel::Communicator::self()).values("bias").back();
  };
  const double reference = bias({});
  EXPECT_EQ(bias({{"rank_constant", real(2.0)}}), reference);
  EXPECT_NEAR(bias({{"ridge", reals({-5.0, 3.0, 0.0})}}), reference, 1e-13);
  EXPECT_NE(bias({{"noise_variance", real(0.02)}}), reference);
}

TEST_F(BenignOverfittingTeams, scaling_the_covariance_scales_the_ridge_only) {
  if (world_.rank() != 0) return;
  // The streams differ (other parameters), so the law of large numbers of the theory stands in for the data.
  const study::Recorder one =
      testing_support::predicted(study_, point_of(study_, {{"ridge", reals({-100.0, 0.0, 50.0})}}));
  const study::Recorder four =
      testing_support::predicted(study_, point_of(study_, {{"spectrum_spike_height", real(40.0)},
                                                           {"spectrum_tail", real(0.8)},
                                                           {"ridge", reals({-400.0, 0.0, 200.0})}}));
  for (const char* name : {"bias", "variance", "train_error", "bias_upper_ratio", "variance_lower_ratio"}) {
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(one.values(name)[i], four.values(name)[i], 1e-12 * one.values(name)[i]) << name;
  }
  EXPECT_NEAR(4.0 * one.values("optimal_ridge").front(), four.values("optimal_ridge").front(), 1e-3);
}

} // namespace
