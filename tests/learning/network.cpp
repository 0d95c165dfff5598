// SPDX-License-Identifier: BSD-3-Clause
#include "learning/example_networks.hpp"

#include <pastur/learning/network_pass.hpp>
#include <pastur/parallel/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace {

using namespace pastur::learning;
using namespace pastur::learning::examples;

/// Plain loops over one sample: all states z_0 .. z_depth.
std::vector<std::vector<double>> reference_states(const Network& network, std::span<const double> parameters,
                                                  std::vector<double> x) {
  std::vector<std::vector<double>> states{std::move(x)};
  for (std::int64_t l = 1; l <= network.depth(); ++l) {
    const Layer& layer = network.layer(l);
    const std::span<const double> w = network.weights(parameters, l), b = network.bias(parameters, l);
    const std::vector<double> input = states.back();
    std::vector<double> phi(static_cast<std::size_t>(layer.units));
    for (std::size_t i = 0; i < phi.size(); ++i) {
      double g = b.empty() ? 0.0 : b[i];
      for (std::size_t j = 0; j < input.size(); ++j) g += layer.multiplier * w[i + j * phi.size()] * input[j];
      phi[i] = layer.activation ? layer.activation->value(g) : g;
    }
    if (layer.skip.join != Join::none) {
      std::vector<double> skipped = states[static_cast<std::size_t>(l - layer.skip.span)];
      for (double& value : skipped) value *= layer.skip.scale;
      if (layer.skip.join == Join::add) {
        for (std::size_t i = 0; i < phi.size(); ++i) phi[i] += skipped[i];
      } else {
        skipped.insert(skipped.end(), phi.begin(), phi.end());
        phi = skipped;
      }
    }
    states.push_back(phi);
  }
  return states;
}

TEST(Network, every_state_agrees_with_plain_loops) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 7, name + "x");
    Pass pass;
    forward(network, parameters, x, pass);
    for (std::int64_t g = 0; g < 7; ++g) {
      const auto states = reference_states(network, parameters, {x.column(g), x.column(g) + x.rows()});
      for (std::int64_t l = 0; l <= network.depth(); ++l) {
        const SamplesView z = pass.state(l);
        ASSERT_EQ(z.rows, network.width(l));
        for (std::int64_t i = 0; i < z.rows; ++i)
          EXPECT_NEAR(z(i, g), states[static_cast<std::size_t>(l)][static_cast<std::size_t>(i)], 1e-13);
      }
    }
  }
}

TEST(Network, slopes_are_the_derivatives_at_the_preactivations) {
  for (const auto& [name, network] : all_networks()) {
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 5, name + "x");
    Pass pass;
    forward(network, parameters, x, pass);
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      const Layer& layer = network.layer(l);
      ASSERT_EQ(pass.slope(l).empty(), !layer.activation.has_value());
      for (std::size_t i = 0; i < pass.slope(l).span().size(); ++i)
        EXPECT_EQ(pass.slope(l).span()[i], layer.activation->derivative(pass.preactivation(l).span()[i]));
    }
  }
}

TEST(Network, predictions_of_many_samples_are_those_of_a_pass) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 1500, name + "x"); // more than a chunk
    Pass pass;
    forward(network, parameters, x, pass);
    EXPECT_LT(relative_distance(predict(network, parameters, x).span(), pass.outputs().span()), 1e-14);
  }
}

TEST(Network, sign_and_step_predict_but_have_no_derivative) {
  const Network network(2, {layer(3, ActivationKind::sign), linear(1)});
  const std::vector<double> parameters{1, -1, 2, 1, -3, 1, 0.5, 0.25, 4}; // W_1 columns (1,-1,2), (1,-3,1)
  Samples x(2, 1);
  x(0, 0) = 1.0;
  x(1, 0) = -0.5; // g = (0.5, 0.5, 1.5)
  EXPECT_EQ(predict(network, parameters, x)(0, 0), 4.75);
  x(1, 0) = -1.5; // g = (-0.5, 3.5, 0.5)
  EXPECT_EQ(predict(network, parameters, x)(0, 0), 3.75);
  Pass pass;
  EXPECT_THROW(forward(network, parameters, x, pass), pastur::InputError);
  EXPECT_FALSE(network.is_differentiable());
}

TEST(Network, a_pass_continued_from_any_layer_is_a_whole_pass) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 4, name + "x");
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      Pass continued, whole;
      forward(network, parameters, x, continued);
      for (double& value : network.weights(std::span<double>(parameters), l)) value *= 1.1;
      forward(network, parameters, x, continued, l);
      forward(network, parameters, x, whole);
      EXPECT_TRUE(std::ranges::equal(continued.outputs().span(), whole.outputs().span()));
      EXPECT_TRUE(same_slopes(continued, whole));
    }
  }
}

TEST(Network, a_pass_serves_again_for_another_number_of_samples) {
  const Example example = smooth_networks()[3];
  const std::vector<double> parameters = random_parameters(example.network, "again");
  const Samples x = random_samples(example.network.inputs(), 9, "again x");
  Pass reused, fresh;
  forward(example.network, parameters, x, reused);
  forward(example.network, parameters, x.view().slice(3, 2), reused);
  forward(example.network, parameters, x.view().slice(3, 2), fresh);
  EXPECT_TRUE(std::ranges::equal(reused.outputs().span(), fresh.outputs().span()));
  EXPECT_EQ(reused.outputs().columns, 2);
}

TEST(Network, parameters_lie_layer_by_layer_without_gaps) {
  const Network network(3, {with_bias(layer(4, ActivationKind::relu)),
                            with_skip(layer(2, ActivationKind::relu), Join::concatenate, 1, 1.0), linear(5)});
  EXPECT_EQ(network.width(2), 6);
  EXPECT_EQ(network.weight_block(1).offset, 0);
  EXPECT_EQ(network.bias_block(1).offset, 12);
  EXPECT_EQ(network.weight_block(2).offset, 16);
  EXPECT_EQ(network.bias_block(2).size(), 0);
  EXPECT_EQ(network.weight_block(3).offset, 24);
  EXPECT_EQ(network.weight_block(3).columns, 6);
  EXPECT_EQ(network.parameters(), 54);
  EXPECT_EQ(forward_flops(network, 10), 2.0 * (12 + 8 + 30) * 10);
  EXPECT_TRUE(network.is_piecewise_linear());
  EXPECT_EQ(network.with_skip_scale(0.25).layer(2).skip.scale, 0.25);
}

TEST(Network, an_impossible_description_is_refused_with_the_layer_named) {
  const auto message = [](std::int64_t inputs, std::vector<Layer> layers) -> std::string {
    try {
      const Network network(inputs, std::move(layers));
    } catch (const pastur::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message(3, {}).find("at least one layer"), std::string::npos);
  EXPECT_NE(message(0, {linear(1)}).find("0 inputs"), std::string::npos);
  EXPECT_NE(message(3, {linear(2), linear(0)}).find("layer 2: 0 units"), std::string::npos);
  EXPECT_NE(message(3, {linear(3), with_skip(linear(3), Join::add, 3, 1.0)}).find("layer 2: a skip over 3"),
            std::string::npos);
  EXPECT_NE(message(3, {with_skip(linear(4), Join::add, 1, 1.0)}).find("width 3 to 4 units"),
            std::string::npos);
  EXPECT_NE(message(3, {times(linear(4), std::nan(""))}).find("layer 1: the multiplier"), std::string::npos);
}

TEST(Network, initial_parameters_are_the_entries_of_the_layers_streams) {
  const Network network(30, {with_bias(layer(200, ActivationKind::relu)), linear(100), linear(70)});
  const pastur::random::Streams streams("initialise");
  std::vector<double> parameters(static_cast<std::size_t>(network.parameters()));
  const std::vector<LayerLaw> laws{
      {InitialLaw::gauss, 2.0 / 30, 0.09}, {InitialLaw::uniform, 0.5, 0.0}, {InitialLaw::signs, 0.25, 0.0}};
  initialise(network, parameters, streams, laws);
  const auto variance = [](std::span<const double> x) { return dot(x, x) / static_cast<double>(x.size()); };
  const std::span<const double> all(parameters);
  const auto w1 = network.weights(all, 1), w2 = network.weights(all, 2), w3 = network.weights(all, 3);
  double entry = 0.0;
  pastur::random::fill_normal(streams.stream("W1"), {17, 1, 5, 1}, &entry, 1);
  EXPECT_DOUBLE_EQ(w1[17 + 5 * 200], std::sqrt(2.0 / 30) * entry);
  // Four standard errors of the mean square: sqrt(2/n) Gaussian, sqrt(0.8/n) uniform.
  EXPECT_NEAR(variance(w1) / (2.0 / 30), 1.0, 4 * std::sqrt(2.0 / 6000));
  EXPECT_NEAR(variance(w2) / 0.5, 1.0, 4 * std::sqrt(0.8 / 20000));
  EXPECT_LE(std::ranges::max(w2), std::sqrt(1.5));
  EXPECT_GT(std::ranges::max(w2), 0.99 * std::sqrt(1.5));
  EXPECT_TRUE(std::ranges::all_of(w3, [](double w) { return std::abs(w) == 0.5; }));
  EXPECT_NEAR(std::accumulate(w3.begin(), w3.end(), 0.0) / 7000, 0.0, 4 * 0.5 / std::sqrt(7000.0));
  EXPECT_NEAR(variance(network.bias(all, 1)) / 0.09, 1.0, 4 * std::sqrt(2.0 / 200));
  EXPECT_THROW(draw_weights(network, parameters, 1, streams.stream("W1"), InitialLaw::gauss, -1.0),
               pastur::InputError);
}

} // namespace
