// SPDX-License-Identifier: BSD-3-Clause
#include "learning/example_networks.hpp"

#include <pastur/learning/network_factors.hpp>
#include <pastur/learning/network_loss.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace pastur::learning;
using namespace pastur::learning::examples;

/// The (samples x outputs) x parameters Jacobian, one jvp a parameter; row g outputs + o.
Samples explicit_jacobian(const Network& network, std::span<const double> parameters, const Pass& pass) {
  Samples jacobian(pass.outputs().rows * pass.samples(), network.parameters());
  std::vector<double> direction(parameters.size(), 0.0);
  for (std::int64_t p = 0; p < network.parameters(); ++p) {
    direction[static_cast<std::size_t>(p)] = 1.0;
    const Samples column = jvp(network, parameters, pass, direction);
    std::ranges::copy(column.span(), jacobian.column(p));
    direction[static_cast<std::size_t>(p)] = 0.0;
  }
  return jacobian;
}

Samples plain_gram(const Samples& jacobian, const ParameterBlock& block, Samples gram) {
  for (std::int64_t p = block.offset; p < block.offset + block.size(); ++p)
    for (std::int64_t i = 0; i < gram.rows(); ++i)
      for (std::int64_t j = 0; j < gram.columns(); ++j) gram(i, j) += jacobian(i, p) * jacobian(j, p);
  return gram;
}

TEST(NetworkFactors, outer_products_of_the_factors_are_the_jacobian) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 4, name + "x");
    Pass pass;
    forward(network, parameters, x, pass);
    const Samples jacobian = explicit_jacobian(network, parameters, pass);
    const std::vector<Samples> maps = backward_maps(network, parameters, pass);
    const std::int64_t k = network.outputs();
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      const Layer& layer = network.layer(l);
      const Samples& map = maps[static_cast<std::size_t>(l - 1)];
      ASSERT_EQ(map.rows(), layer.units);
      ASSERT_EQ(map.columns(), 4 * k);
      for (std::int64_t row = 0; row < 4 * k; ++row) {
        for (std::int64_t i = 0; i < layer.units; ++i) {
          for (std::int64_t j = 0; j < network.width(l - 1); ++j) {
            const double expected =
                layer.train_weights ? layer.multiplier * map(i, row) * pass.state(l - 1)(j, row / k) : 0.0;
            EXPECT_NEAR(jacobian(row, network.weight_block(l).offset + i + layer.units * j), expected, 1e-12);
          }
          if (layer.bias) {
            EXPECT_NEAR(jacobian(row, network.bias_block(l).offset + i), layer.train_bias ? map(i, row) : 0.0,
                        1e-12);
          }
        }
      }
    }
  }
}

TEST(NetworkFactors, hadamard_gram_is_the_product_of_explicit_jacobians) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 5, name + "x");
    Pass pass;
    forward(network, parameters, x, pass);
    const Samples jacobian = explicit_jacobian(network, parameters, pass);
    const std::vector<Samples> maps = backward_maps(network, parameters, pass);
    const std::int64_t k = network.outputs(), size = 5 * k;
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      Samples expected(size, size), gram(size, size), tile(2 * k, 3 * k);
      expected = plain_gram(jacobian, network.weight_block(l), std::move(expected));
      expected = plain_gram(jacobian, network.bias_block(l), std::move(expected));
      const SamplesView map = maps[static_cast<std::size_t>(l - 1)], z = pass.state(l - 1);
      add_layer_gram(network.layer(l), {z, map}, {z, map}, 1.0, gram.data(), size);
      for (std::int64_t i = 0; i < size; ++i)
        for (std::int64_t j = 0; j < size; ++j)
          EXPECT_NEAR(gram(i, j), expected(i, j), 1e-12 * std::max(1.0, std::abs(expected(i, i))));
      // A tile of samples 3, 4 against 1 to 3.
      add_layer_gram(network.layer(l), {z.slice(3, 2), map.slice(3 * k, 2 * k)},
                     {z.slice(1, 3), map.slice(k, 3 * k)}, 0.5, tile.data(), 2 * k);
      for (std::int64_t i = 0; i < 2 * k; ++i)
        for (std::int64_t j = 0; j < 3 * k; ++j)
          EXPECT_NEAR(tile(i, j), 0.5 * gram(3 * k + i, k + j), 1e-12 * std::max(1.0, std::abs(gram(i, i))));
    }
  }
}

TEST(NetworkFactors, large_grams_are_assembled_in_panels) {
  const Network network(3, {layer(4, ActivationKind::tanh), linear(2)});
  const std::vector<double> parameters = random_parameters(network, "panels");
  constexpr std::int64_t n = 1500, size = 2 * n; // more than 2^22 entries
  const Samples x = random_samples(3, n, "panels x");
  Pass pass;
  forward(network, parameters, x, pass);
  const std::vector<Samples> maps = backward_maps(network, parameters, pass);
  Samples gram(size, size);
  add_layer_gram(network.layer(1), {x, maps[0]}, {x, maps[0]}, 1.0, gram.data(), size);
  for (std::int64_t s = 0; s < 200; ++s) {
    const std::int64_t i = (s * 7919) % size, j = (s * 104729 + 11) % size;
    const double inner = dot({x.column(i / 2), 3}, {x.column(j / 2), 3});
    EXPECT_NEAR(gram(i, j), inner * dot({maps[0].column(i), 4}, {maps[0].column(j), 4}), 1e-13);
  }
}

TEST(NetworkFactors, maps_of_an_inner_state_a_range_or_seeds_are_parts_of_the_same_chain) {
  for (const auto& [name, network] : all_networks()) {
    SCOPED_TRACE(name);
    const Layer& head = network.layer(network.depth());
    if (network.depth() < 2 || head.activation || head.skip.join != Join::none) continue;
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), 5, name + "x");
    Pass pass;
    forward(network, parameters, x, pass);
    const std::vector<Samples> maps = backward_maps(network, parameters, pass);
    const std::int64_t k = network.outputs(), inner = network.depth() - 1, width = network.width(inner);
    const std::span<const double> v = network.weights(parameters, network.depth());
    std::int64_t visits = 0;
    visit_backward_maps(network, parameters, pass, {inner, 1, 2, 3}, [&](std::int64_t l, Samples& full) {
      EXPECT_EQ(l, inner - visits++);
      ASSERT_EQ(full.columns(), 3 * width);
      const Samples& expected = maps[static_cast<std::size_t>(l - 1)];
      for (std::int64_t g = 0; g < 3; ++g)
        for (std::int64_t o = 0; o < k; ++o)
          for (std::int64_t i = 0; i < full.rows(); ++i) {
            double sum = 0.0;
            for (std::int64_t c = 0; c < width; ++c)
              sum += full(i, g * width + c) * head.multiplier * v[static_cast<std::size_t>(o + k * c)];
            EXPECT_NEAR(sum, expected(i, (2 + g) * k + o), 1e-12);
          }
    });
    EXPECT_EQ(visits, inner);

    const Samples seed = random_samples(k, 1, name + "seed");
    visit_backward_maps(network, parameters, pass, seed, {0, 2, 0, -1}, [&](std::int64_t l, Samples& seeded) {
      EXPECT_GE(l, 2);
      const Samples& expected = maps[static_cast<std::size_t>(l - 1)];
      for (std::int64_t g = 0; g < 5; ++g)
        for (std::int64_t i = 0; i < seeded.rows(); ++i) {
          double sum = 0.0;
          for (std::int64_t o = 0; o < k; ++o) sum += seed(o, 0) * expected(i, g * k + o);
          EXPECT_NEAR(seeded(i, g), sum, 1e-12);
        }
      seeded = Samples(); // a visitor may take it
    });
  }
}

/// H^(l) = (2/G) sum_g (z_g z_g^T) (x) (A_g^T A_g): inside a region the loss is quadratic in one layer.
TEST(NetworkFactors, layer_hessian_of_a_piecewise_linear_network_is_a_sum_of_kronecker_products) {
  for (const auto& [name, network] : piecewise_linear_networks()) {
    SCOPED_TRACE(name);
    constexpr std::int64_t samples = 6;
    const std::vector<double> parameters = random_parameters(network, name);
    const Samples x = random_samples(network.inputs(), samples, name + "x");
    const Samples y = random_samples(network.outputs(), samples, name + "y");
    Pass pass;
    forward(network, parameters, x, pass);
    const std::vector<Samples> maps = backward_maps(network, parameters, pass);
    const std::int64_t k = network.outputs();
    for (std::int64_t l = 1; l <= network.depth(); ++l) {
      std::vector<double> direction(parameters.size(), 0.0), product(parameters.size());
      const std::span<double> v = network.weights(std::span<double>(direction), l);
      std::ranges::copy(random_vector(static_cast<std::int64_t>(v.size()), name + "v"), v.begin());
      hessian_product(network, parameters, pass, y, 1.0 / samples, direction, product);
      const std::int64_t units = network.layer(l).units, width = network.width(l - 1);
      const Samples& a = maps[static_cast<std::size_t>(l - 1)];
      std::vector<double> expected(v.size(), 0.0);
      for (std::int64_t g = 0; g < samples; ++g) {
        const SamplesView z = pass.state(l - 1);
        for (std::int64_t o = 0; o < k; ++o) {
          double moved_output = 0.0; // (A_g V z_g)_o
          for (std::int64_t j = 0; j < width; ++j)
            for (std::int64_t i = 0; i < units; ++i)
              moved_output += a(i, g * k + o) * v[static_cast<std::size_t>(i + units * j)] * z(j, g);
          for (std::int64_t j = 0; j < width; ++j)
            for (std::int64_t i = 0; i < units; ++i)
              expected[static_cast<std::size_t>(i + units * j)] +=
                  2.0 / samples * a(i, g * k + o) * moved_output * z(j, g);
        }
      }
      EXPECT_LT(relative_distance(network.weights(std::span<const double>(product), l), expected), 1e-12);
      // The same without a matrix, added to what is there, in two shares of the samples.
      std::vector<double> shared(v.size(), 0.0);
      for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{0, 2}, {2, 4}, {6, 0}})
        add_layer_curvature(network.layer(l),
                            {pass.state(l - 1).slice(first, count), a.view().slice(first * k, count * k)},
                            2.0 / samples, v, shared);
      EXPECT_LT(relative_distance(shared, expected), 1e-12);
    }
  }
}

/// L(W_l + t Delta) is a parabola as long as no slope changes: third difference 0, curvature and slope those
/// of the derivatives.
TEST(NetworkFactors, loss_is_exactly_quadratic_inside_an_activation_region) {
  constexpr std::int64_t n = 8, depth = 4, samples = 6;
  for (const double skip : {0.0, 0.5, 1.0}) {
    for (const auto& [kind, parameter] :
         {std::pair{ActivationKind::relu, 0.0}, {ActivationKind::leaky, 0.1}, {ActivationKind::abs, 0.0}}) {
      std::vector<Layer> layers(depth, with_skip(layer(n, kind, parameter), Join::add, 1, skip));
      layers.push_back(linear(3));
      const Network network(n, layers);
      std::vector<double> parameters = random_parameters(network, "region");
      const Samples x = random_samples(n, samples, "region x"), y = random_samples(3, samples, "region y");
      Pass pass, there;
      forward(network, parameters, x, pass);
      std::vector<double> gradient(parameters.size()), product(parameters.size());
      loss_gradient(network, parameters, pass, y, 1.0 / samples, gradient);
      for (std::int64_t l = 1; l <= depth; ++l) {
        std::vector<double> direction(parameters.size(), 0.0);
        const std::span<double> delta = network.weights(std::span<double>(direction), l);
        std::ranges::copy(random_vector(n * n, "delta" + std::to_string(l)), delta.begin());
        const double size = norm(delta);
        for (double& value : delta) value /= size;
        hessian_product(network, parameters, pass, y, 1.0 / samples, direction, product);
        double step = 0.1;
        const auto inside = [&] {
          for (int i = -20; i <= 20; ++i) {
            forward(network, moved(parameters, direction, step * i / 10.0), x, there);
            if (!same_slopes(pass, there)) return false;
          }
          return true;
        };
        while (!inside()) step /= 2.0;
        ASSERT_GT(step, 1e-5);
        const auto loss = [&](double j) {
          forward(network, moved(parameters, direction, j * step), x, there);
          return squared_loss(there, y, 1.0 / samples);
        };
        const double f0 = loss(0), f1 = loss(1), b1 = loss(-1), f2 = loss(2), b2 = loss(-2);
        EXPECT_LT(std::abs(f2 - 2 * f1 + 2 * b1 - b2) / f0, 1e-12);
        const double curvature = dot(direction, product), slope = dot(direction, gradient);
        EXPECT_NEAR((f1 - 2 * f0 + b1) / (step * step), curvature,
                    1e-7 * curvature + 1e-14 * f0 / (step * step));
        EXPECT_NEAR((f1 - b1) / (2 * step), slope, 1e-9 * std::abs(slope) + 1e-14 * f0 / step);
      }
    }
  }
}

} // namespace
