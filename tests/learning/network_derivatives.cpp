// SPDX-License-Identifier: BSD-3-Clause
#include "learning/example_networks.hpp"

#include <pastur/learning/network_loss.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace pastur::learning;
using namespace pastur::learning::examples;

constexpr std::int64_t count = 6;

/// A network at random parameters on random samples with random targets.
struct Setting {
  explicit Setting(const Example& example, std::int64_t samples = count)
      : network(example.network), parameters(random_parameters(network, example.name)),
        x(random_samples(network.inputs(), samples, example.name + "x")),
        y(random_samples(network.outputs(), samples, example.name + "y")) {
    forward(network, parameters, x, pass);
  }
  std::vector<double> direction(const std::string& name) const {
    return random_vector(network.parameters(), name);
  }
  Pass pass_at(std::span<const double> at) const {
    Pass result;
    forward(network, at, x, result);
    return result;
  }
  std::vector<double> gradient_at(std::span<const double> at) const {
    std::vector<double> result(parameters.size());
    loss_gradient(network, at, pass_at(at), y, scale, result);
    return result;
  }
  std::vector<double> hessian_times(std::span<const double> v) const {
    std::vector<double> result(parameters.size());
    hessian_product(network, parameters, pass, y, scale, v, result);
    return result;
  }
  /// Central difference of `f` along the trained part of v, whose ends lie in one activation region.
  template <class F>
  std::vector<double> difference(std::span<const double> v, double h, F&& f) const {
    const std::vector<double> along = trained_part(network, {v.begin(), v.end()});
    const std::vector<double> ahead = moved(parameters, along, h), behind = moved(parameters, along, -h);
    EXPECT_TRUE(!network.is_piecewise_linear() || same_slopes(pass_at(ahead), pass_at(behind)));
    std::vector<double> result = moved(f(ahead), f(behind), -1.0);
    for (double& value : result) value /= 2.0 * h;
    return result;
  }

  const Network network;
  const std::vector<double> parameters;
  const Samples x, y;
  const double scale = 0.3;
  Pass pass{};
};

TEST(NetworkDerivatives, jvp_is_the_central_difference_of_the_outputs) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    const std::vector<double> v = s.direction("v");
    const std::vector<double> expected = s.difference(v, 1e-5, [&](std::span<const double> at) {
      const Pass pass = s.pass_at(at);
      return std::vector<double>(pass.outputs().span().begin(), pass.outputs().span().end());
    });
    EXPECT_LT(relative_distance(jvp(s.network, s.parameters, s.pass, v).span(), expected), 1e-8);
  }
}

TEST(NetworkDerivatives, forward_and_reverse_are_adjoint) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    const std::vector<double> v = s.direction("v");
    const Samples u = random_samples(s.network.outputs(), count, "u");
    std::vector<double> back(s.parameters.size());
    vjp(s.network, s.parameters, s.pass, u, back);
    const Samples ahead = jvp(s.network, s.parameters, s.pass, v);
    EXPECT_NEAR(dot(ahead.span(), u.span()), dot(v, back), 1e-12 * norm(v) * norm(back));
    EXPECT_GT(norm(back), 0.0);
  }
}

TEST(NetworkDerivatives, gradient_is_the_central_difference_of_the_loss) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    std::vector<double> gradient(s.parameters.size());
    const double loss = loss_gradient(s.network, s.parameters, s.pass, s.y, s.scale, gradient);
    EXPECT_DOUBLE_EQ(loss, squared_loss(s.pass, s.y, s.scale));
    const std::vector<double> v = s.direction("v");
    const std::vector<double> slope = s.difference(v, 1e-5, [&](std::span<const double> at) {
      return std::vector<double>{squared_loss(s.pass_at(at), s.y, s.scale)};
    });
    EXPECT_NEAR(slope[0], dot(gradient, v), 1e-8 * norm(gradient) * norm(v));
  }
}

TEST(NetworkDerivatives, hessian_product_is_the_central_difference_of_the_gradient) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    const std::vector<double> v = s.direction("v");
    const std::vector<double> expected =
        s.difference(v, 1e-5, [&](std::span<const double> at) { return s.gradient_at(at); });
    EXPECT_LT(relative_distance(s.hessian_times(v), expected), 1e-7);
  }
}

TEST(NetworkDerivatives, hessian_product_is_symmetric_and_linear) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    const std::vector<double> u = s.direction("u"), v = s.direction("v");
    const std::vector<double> hu = s.hessian_times(u), hv = s.hessian_times(v);
    EXPECT_NEAR(dot(u, hv), dot(v, hu), 1e-12 * norm(u) * norm(hv));
    EXPECT_LT(relative_distance(s.hessian_times(moved(u, v, 2.0)), moved(hu, hv, 2.0)), 1e-13);
  }
}

TEST(NetworkDerivatives, direction_in_one_layer_gives_the_same_columns_as_the_whole_hessian) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    std::vector<double> v = s.direction("v"), sum(v.size(), 0.0), sum_jvp(s.y.span().size(), 0.0);
    for (std::int64_t l = 1; l <= s.network.depth(); ++l) {
      std::vector<double> part(v.size(), 0.0);
      std::ranges::copy(s.network.weights(std::span<const double>(v), l),
                        s.network.weights(std::span<double>(part), l).begin());
      std::ranges::copy(s.network.bias(std::span<const double>(v), l),
                        s.network.bias(std::span<double>(part), l).begin());
      sum = moved(sum, s.hessian_times(part), 1.0);
      sum_jvp = moved(sum_jvp, jvp(s.network, s.parameters, s.pass, part).span(), 1.0);
    }
    EXPECT_LT(relative_distance(sum, s.hessian_times(v)), 1e-13);
    EXPECT_LT(relative_distance(sum_jvp, jvp(s.network, s.parameters, s.pass, v).span()), 1e-13);
  }
}

TEST(NetworkDerivatives, hessian_at_zero_residual_is_gauss_newton) {
  for (const Example& example : all_networks()) {
    SCOPED_TRACE(example.name);
    const Setting s(example);
    const std::vector<double> v = s.direction("v");
    std::vector<double> full(v.size()), newton(v.size());
    hessian_product(s.network, s.parameters, s.pass, s.pass.outputs(), s.scale, v, full);
    gauss_newton_product(s.network, s.parameters, s.pass, s.scale, v, newton);
    EXPECT_LT(relative_distance(full, newton), 1e-13);
    const Samples ahead = jvp(s.network, s.parameters, s.pass, v);
    EXPECT_NEAR(dot(v, newton), 2.0 * s.scale * dot(ahead.span(), ahead.span()), 1e-12 * dot(v, newton));
  }
}

TEST(NetworkDerivatives, frozen_parameters_have_no_gradient_and_move_nothing) {
  const Setting s(smooth_networks()[4]);
  const std::vector<double> v = s.direction("v"), part = trained_part(s.network, v);
  EXPECT_NE(v, part);
  const std::vector<double> gradient = s.gradient_at(s.parameters), hessian = s.hessian_times(v);
  EXPECT_EQ(gradient, trained_part(s.network, gradient));
  EXPECT_EQ(hessian, trained_part(s.network, hessian));
  EXPECT_EQ(hessian, s.hessian_times(part));
  EXPECT_EQ(norm(jvp(s.network, s.parameters, s.pass, moved(v, part, -1.0)).span()), 0.0);
}

TEST(NetworkDerivatives, more_samples_than_a_chunk_give_the_sum_over_their_parts) {
  for (const Example& example :
       {smooth_networks()[2], smooth_networks()[3], piecewise_linear_networks()[3]}) {
    SCOPED_TRACE(example.name);
    constexpr std::int64_t many = 2100, cut = 700;
    const Setting s(example, many);
    const std::vector<double> v = s.direction("v");
    std::vector<double> gradient(v.size(), 0.0), hessian(v.size(), 0.0), newton(v.size(), 0.0),
        term(v.size());
    double loss = 0.0;
    for (std::int64_t first = 0; first < many; first += cut) {
      Pass pass;
      const SamplesView y = s.y.view().slice(first, cut);
      forward(s.network, s.parameters, s.x.view().slice(first, cut), pass);
      loss += loss_gradient(s.network, s.parameters, pass, y, s.scale, term);
      gradient = moved(gradient, term, 1.0);
      hessian_product(s.network, s.parameters, pass, y, s.scale, v, term);
      hessian = moved(hessian, term, 1.0);
      gauss_newton_product(s.network, s.parameters, pass, s.scale, v, term);
      newton = moved(newton, term, 1.0);
      const Samples ahead = jvp(s.network, s.parameters, pass, v);
      const Samples whole = jvp(s.network, s.parameters, s.pass, v);
      EXPECT_LT(relative_distance(ahead.span(), whole.view().slice(first, cut).span()), 1e-13);
    }
    EXPECT_NEAR(loss, squared_loss(s.pass, s.y, s.scale), 1e-12 * loss);
    EXPECT_LT(relative_distance(s.gradient_at(s.parameters), gradient), 1e-12);
    EXPECT_LT(relative_distance(s.hessian_times(v), hessian), 1e-12);
    gauss_newton_product(s.network, s.parameters, s.pass, s.scale, v, term);
    EXPECT_LT(relative_distance(term, newton), 1e-12);
  }
}

/// f = v^T (W x)^2: gradient 2 D_v W M with M = (1/n) sum r x x^T for L = sum r^2 / (2n), and at W = 0 the
/// Hessian's eigenvalues are 2 v_l mu_j (mu_j those of M).
TEST(NetworkDerivatives, quadratic_networks_have_their_closed_form_gradient_and_hessian) {
  constexpr std::int64_t d = 4, k = 3, n = 9;
  Layer head = linear(1);
  head.train_weights = false;
  const Network network(d, {layer(k, ActivationKind::quadratic), head});
  std::vector<double> parameters = random_parameters(network, "quadratic");
  const std::vector<double> v{1.0, -1.0, 2.0};
  std::ranges::copy(v, network.weights(std::span<double>(parameters), 2).begin());
  const Samples x = random_samples(d, n, "qx"), y = random_samples(1, n, "qy");
  const auto moment = [&](const Pass& pass, std::int64_t a, std::int64_t b) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i) sum += (pass.outputs()(0, i) - y(0, i)) * x(a, i) * x(b, i);
    return sum / static_cast<double>(n);
  };
  Pass pass;
  forward(network, parameters, x, pass);
  std::vector<double> gradient(parameters.size());
  loss_gradient(network, parameters, pass, y, 0.5 / static_cast<double>(n), gradient);
  for (std::int64_t l = 0; l < k; ++l) {
    for (std::int64_t b = 0; b < d; ++b) {
      double expected = 0.0;
      for (std::int64_t a = 0; a < d; ++a)
        expected += 2.0 * v[static_cast<std::size_t>(l)] * parameters[static_cast<std::size_t>(l + k * a)] *
                    moment(pass, a, b);
      EXPECT_NEAR(gradient[static_cast<std::size_t>(l + k * b)], expected, 1e-13);
    }
  }
  std::fill_n(parameters.begin(), k * d, 0.0);
  forward(network, parameters, x, pass);
  const std::vector<double> direction = random_vector(network.parameters(), "qv");
  std::vector<double> product(parameters.size());
  hessian_product(network, parameters, pass, y, 0.5 / static_cast<double>(n), direction, product);
  for (std::int64_t l = 0; l < k; ++l) {
    for (std::int64_t b = 0; b < d; ++b) {
      double expected = 0.0;
      for (std::int64_t a = 0; a < d; ++a)
        expected += 2.0 * v[static_cast<std::size_t>(l)] * direction[static_cast<std::size_t>(l + k * a)] *
                    moment(pass, a, b);
      EXPECT_NEAR(product[static_cast<std::size_t>(l + k * b)], expected, 1e-13);
    }
  }
}

TEST(NetworkDerivatives, wrong_sizes_are_refused) {
  const Setting s(smooth_networks()[0]);
  std::vector<double> shorter(s.parameters.size() - 1), result(s.parameters.size());
  EXPECT_THROW(jvp(s.network, s.parameters, s.pass, shorter), std::invalid_argument);
  EXPECT_THROW(vjp(s.network, s.parameters, s.pass, s.x, result), std::invalid_argument);
  EXPECT_THROW(loss_gradient(s.network, s.parameters, s.pass, s.y.view().slice(0, 2), 1.0, result),
               std::invalid_argument);
  const Setting other(smooth_networks()[1]);
  EXPECT_THROW(jvp(other.network, other.parameters, s.pass, other.parameters), std::invalid_argument);
}

} // namespace
