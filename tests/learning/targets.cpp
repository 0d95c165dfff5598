// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/targets.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/random/fill.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace {

using pastur::learning::draw_labels;
using pastur::learning::Inputs;
using pastur::learning::Labels;
using pastur::learning::Target;
using pastur::random::Streams;

double mean_square(const std::vector<double>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0) /
         static_cast<double>(values.size());
}

TEST(Targets, linear_labels_are_the_projection_on_beta) {
  const Streams streams("linear");
  constexpr std::int64_t n = 7, n_test = 4, d = 5;
  const Inputs inputs = Inputs::sphere(streams, n, n_test, d);
  std::vector<double> x(11 * 5), beta(5);
  inputs.rows(0, 11, x.data(), 11);
  pastur::random::fill_sphere_rows(streams.stream("beta"), 0, 1, d, 1.0, beta.data(), 1);
  const Labels labels = draw_labels(inputs, Target::linear, 0.0, streams);
  for (std::size_t i = 0; i < 11; ++i) {
    double u = 0.0;
    for (std::size_t j = 0; j < 5; ++j) u += x[i + 11 * j] * beta[j];
    EXPECT_NEAR(i < 7 ? labels.train[i] : labels.test[i - 7], u, 1e-14);
  }
}

TEST(Targets, both_smooth_targets_have_unit_variance_on_the_sphere) {
  const Streams streams("variance");
  constexpr std::int64_t count = 200000;
  const Inputs inputs = Inputs::sphere(streams, 1, count, 6);
  for (const Target target : {Target::linear, Target::lin_quad}) {
    const Labels labels = draw_labels(inputs, target, 0.0, streams);
    const double mean =
        std::accumulate(labels.test.begin(), labels.test.end(), 0.0) / static_cast<double>(count);
    EXPECT_NEAR(mean, 0.0, 4.0 / std::sqrt(static_cast<double>(count)));
    // f*^2 has a variance below 4: four standard errors.
    EXPECT_NEAR(mean_square(labels.test), 1.0, 8.0 / std::sqrt(static_cast<double>(count)));
  }
}

TEST(Targets, noise_is_added_to_training_labels_only) {
  const Streams streams("noise");
  constexpr std::int64_t n = 20000;
  const Inputs inputs = Inputs::sphere(streams, n, 10, 8);
  const Labels clean = draw_labels(inputs, Target::linear, 0.0, streams),
               noisy = draw_labels(inputs, Target::linear, 0.25, streams);
  EXPECT_EQ(clean.test, noisy.test);
  std::vector<double> noise(clean.train.size());
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = noisy.train[i] - clean.train[i];
  EXPECT_NEAR(mean_square(noise), 0.25, 4.0 * 0.25 * std::sqrt(2.0 / static_cast<double>(n)));
}

TEST(Targets, random_labels_are_signs_and_predict_nothing) {
  const Streams streams("signs");
  const Labels labels = draw_labels(Inputs::gauss(streams, 1000, 5, 3), Target::random_labels, 0.25, streams);
  double sum = 0.0;
  for (const double label : labels.train) {
    EXPECT_EQ(std::abs(label), 1.0);
    sum += label;
  }
  EXPECT_LT(std::abs(sum), 4.0 * std::sqrt(1000.0));
  EXPECT_EQ(labels.test, std::vector<double>(5, 0.0));
}

TEST(Targets, labels_of_a_data_set_follow_the_selection) {
  const auto self = pastur::parallel::Communicator::self();
  auto data = std::make_shared<pastur::learning::DataSet>();
  data->source = "small";
  data->rows = 10;
  data->columns = 1;
  data->values = pastur::learning::SharedArray::create(self, 13);
  const Streams streams("data");
  const auto labels_of = [&] {
    return draw_labels(Inputs::rows_of(data, streams, 6, 3), Target::data_labels, 0.25, streams);
  };
  EXPECT_THROW(labels_of(), pastur::InputError);
  data->labels.resize(10);
  std::iota(data->labels.begin(), data->labels.end(), 100.0);
  const Inputs inputs = Inputs::rows_of(data, streams, 6, 3);
  const Labels labels = labels_of();
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(i < 6 ? labels.train[i] : labels.test[i - 6],
              100.0 + static_cast<double>(inputs.selected()[i]));
  }
  data->test_rows = 3; // held-out rows without labels
  EXPECT_THROW(labels_of(), pastur::InputError);
  EXPECT_THROW(draw_labels(Inputs::sphere(streams, 3, 3, 3), Target::data_labels, 0.0, streams),
               pastur::InputError);
}

TEST(Targets, every_rank_draws_the_same_bits) {
  const auto world = pastur::parallel::Communicator::world();
  const Streams streams("ranks");
  const Labels labels = draw_labels(Inputs::sphere(streams, 700, 50, 9), Target::lin_quad, 0.5, streams);
  std::vector<double> first = labels.train;
  first.insert(first.end(), labels.test.begin(), labels.test.end());
  std::vector<double> mine = first;
  world.broadcast(std::span<double>(first));
  EXPECT_EQ(first, mine);
}

} // namespace
