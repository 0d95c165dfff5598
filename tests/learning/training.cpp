// SPDX-License-Identifier: BSD-3-Clause
#include "learning/example_networks.hpp"

#include <pastur/learning/training.hpp>
#include <pastur/parallel/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace pastur::learning;
using namespace pastur::learning::examples;
using pastur::parallel::Communicator;

/// The largest relative distance of any rank's values from rank 0's.
double spread(const Communicator& team, std::span<const double> values) {
  std::vector<double> first(values.begin(), values.end());
  team.broadcast(first);
  return team.max(relative_distance(values, first));
}

TEST(Optimizer, gradient_descent_and_heavy_ball_take_the_steps_of_a_hand_computation) {
  std::vector<double> w{1.0, -2.0};
  Optimizer plain({.kind = OptimizerKind::gd, .step_size = 0.5}, 2);
  plain.step(w, std::vector<double>{0.5, 1.0});
  EXPECT_EQ(w, (std::vector<double>{0.75, -2.5}));
  Optimizer heavy({.kind = OptimizerKind::gd, .step_size = 0.5, .momentum = 0.5}, 2);
  heavy.step(w, std::vector<double>{1.0, 0.0}); // v = (1, 0)
  heavy.step(w, std::vector<double>{0.5, 2.0}); // v = (1, 2)
  EXPECT_EQ(w, (std::vector<double>{-0.25, -3.5}));
  EXPECT_EQ(heavy.steps(), 2);
}

/// Gradients 2, -1 by hand: means .2, .08, squares .004, .004996; corrected 2, .08/.19, 4, .004996/.001999.
TEST(Optimizer, adam_takes_the_steps_of_a_hand_computation) {
  std::vector<double> w{1.0, 7.0};
  Optimizer adam({.kind = OptimizerKind::adam, .step_size = 0.1}, 2);
  adam.step(w, std::vector<double>{2.0, 0.0});
  const double first = 1.0 - 0.1 * 2.0 / (2.0 + 1e-8);
  EXPECT_NEAR(w[0], first, 1e-15);
  adam.step(w, std::vector<double>{-1.0, 0.0});
  EXPECT_NEAR(w[0], first - 0.1 * (0.08 / 0.19) / (std::sqrt(0.004996 / 0.001999) + 1e-8), 1e-15);
  EXPECT_EQ(w[1], 7.0); // no gradient, no motion
}

/// The 1e-8 stands outside the root: a gradient of 1e-8 moves by half a step, not by 1e-4 of one.
TEST(Optimizer, adam_adds_epsilon_to_the_root) {
  std::vector<double> w{0.0};
  Optimizer adam({.kind = OptimizerKind::adam, .step_size = 1.0}, 1);
  adam.step(w, std::vector<double>{1e-8});
  EXPECT_NEAR(w[0], -0.5, 1e-9);
}

TEST(Optimizer, impossible_options_are_refused) {
  EXPECT_THROW(Optimizer({.step_size = 0.0}, 1), pastur::InputError);
  EXPECT_THROW(Optimizer({.step_size = NAN}, 1), pastur::InputError);
  EXPECT_THROW(Optimizer({.momentum = 1.0}, 1), pastur::InputError);
  EXPECT_THROW(Optimizer({.kind = OptimizerKind::adam, .beta2 = -0.1}, 1), pastur::InputError);
  EXPECT_THROW(Optimizer({.kind = OptimizerKind::adam, .epsilon = 0.0}, 1), pastur::InputError);
  EXPECT_EQ(optimizer_named("adam"), OptimizerKind::adam);
  EXPECT_THROW(optimizer_named("sgd"), pastur::InputError);
}

TEST(TeamLoss, value_gradient_and_hessian_product_are_those_of_one_rank) {
  const Communicator team = Communicator::world();
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const std::vector<double> parameters = random_parameters(network, name);
    const std::vector<double> v = random_vector(network.parameters(), "v");
    for (const std::int64_t n : {3, 41, 2500}) { // fewer than ranks, uneven, several chunks
      const Samples x = random_samples(network.inputs(), n, name + "x");
      const Samples y = random_samples(network.outputs(), n, name + "y");
      const double scale = 1.0 / static_cast<double>(n);
      Pass pass;
      forward(network, parameters, x, pass);
      std::vector<double> expected(v.size()), result(v.size());
      const double loss = loss_gradient(network, parameters, pass, y, scale, expected);
      TeamLoss shared(team, network, team_share(team, x, y), scale);
      EXPECT_EQ(shared.samples(), n);
      EXPECT_NEAR(shared.value(parameters), loss, 1e-12 * loss);
      EXPECT_NEAR(shared.gradient(parameters, result), loss, 1e-12 * loss);
      EXPECT_LT(relative_distance(result, expected), 1e-12);
      hessian_product(network, parameters, pass, y, scale, v, expected);
      shared.hessian_product(parameters, v, result);
      EXPECT_LT(relative_distance(result, expected), 1e-12);
    }
  }
}

TEST(TeamLoss, samples_that_do_not_fit_on_one_rank_are_an_error_on_all) {
  const Communicator team = Communicator::world();
  const Network network(3, {linear(2)});
  const Samples x = random_samples(team.rank() == team.size() - 1 ? 4 : 3, 5, "x"),
                y = random_samples(2, 5, "y");
  EXPECT_THROW(TeamLoss(team, network, {x, y}, 1.0), pastur::InputError);
}

TEST(Training, a_run_over_a_team_is_the_run_of_one_rank) {
  const Communicator team = Communicator::world(), alone = Communicator::self();
  for (const OptimizerKind kind : {OptimizerKind::gd, OptimizerKind::adam}) {
    for (const Example& example :
         {smooth_networks()[1], smooth_networks()[3], piecewise_linear_networks()[1]}) {
      SCOPED_TRACE(example.name);
      const Network& network = example.network;
      const Samples x = random_samples(network.inputs(), 37, "x"),
                    y = random_samples(network.outputs(), 37, "y");
      std::vector<double> together = random_parameters(network, example.name), single = together;
      const OptimizerOptions options{.kind = kind, .step_size = 0.01};
      TeamLoss team_loss(team, network, team_share(team, x, y), 1.0 / 37);
      TeamLoss own_loss(alone, network, {x, y}, 1.0 / 37);
      Training a(team_loss, options, network.parameters()), b(own_loss, options, network.parameters());
      const double start = own_loss.value(single);
      // The same run in pieces and at once.
      a.advance_to(13, together);
      const double last = a.advance_to(60, together);
      EXPECT_NEAR(b.advance_to(60, single), last, 1e-9 * last);
      EXPECT_EQ(a.steps(), 60);
      EXPECT_LT(relative_distance(together, single), 1e-9);
      EXPECT_EQ(spread(team, together), 0.0);
      EXPECT_LT(last, start);
      EXPECT_TRUE(std::isnan(a.advance_to(60, together)));
    }
  }
}

/// f = W x, L = scale |W X - Y|^2: R_t = R_0 (I - 2 scale eta X^T X)^t.
TEST(Training, linear_regression_follows_its_closed_form) {
  const Communicator team = Communicator::world();
  constexpr std::int64_t n = 4;
  const Network network(3, {linear(2)});
  const Samples x = random_samples(3, n, "lx"), y = random_samples(2, n, "ly");
  std::vector<double> w = random_parameters(network, "linear");
  Samples residual = predict(network, w, x);
  for (std::size_t i = 0; i < residual.span().size(); ++i) residual.data()[i] -= y.data()[i];
  constexpr double eta = 0.05, scale = 0.5 / n;
  for (int t = 0; t < 20; ++t) {
    Samples next = residual;
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t a = 0; a < n; ++a)
        for (std::int64_t b = 0; b < n; ++b)
          next(i, a) -= 2.0 * scale * eta * residual(i, b) * dot({x.column(b), 3}, {x.column(a), 3});
    residual = next;
  }
  TeamLoss loss(team, network, team_share(team, x, y), scale);
  Training training(loss, {.kind = OptimizerKind::gd, .step_size = eta}, network.parameters());
  training.advance_to(20, w);
  EXPECT_NEAR(loss.value(w), scale * dot(residual.span(), residual.span()), 1e-13);
}

TEST(Training, a_diverging_run_stops_and_says_so) {
  const Communicator team = Communicator::world();
  const Network network(1, {layer(1, ActivationKind::cubic)});
  Samples x(1, 2), y(1, 2);
  x(0, 0) = 1.0;
  x(0, 1) = 2.0;
  std::vector<double> w{3.0};
  TeamLoss loss(team, network, team_share(team, x, y), 1.0);
  Training training(loss, {.kind = OptimizerKind::gd, .step_size = 10.0}, 1);
  EXPECT_FALSE(std::isfinite(training.advance_to(1000, w)));
  EXPECT_TRUE(training.diverged());
  EXPECT_LT(training.steps(), 100);
}

} // namespace
