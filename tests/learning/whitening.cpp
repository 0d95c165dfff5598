// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/whitening.hpp>
#include <pastur/parallel/communicator.hpp>
#include <pastur/random/fill.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using pastur::learning::DataSet;
using pastur::learning::whiten;
using pastur::parallel::Communicator;

constexpr std::int64_t rows = 500, test_rows = 30, columns = 12, rank = 9;

/// rows x columns normals of rank 9 with column scales, a mean, and an entry in every row.
DataSet correlated(const Communicator& comm) {
  DataSet data;
  data.source = "correlated";
  data.rows = rows;
  data.test_rows = test_rows;
  data.columns = columns;
  constexpr std::int64_t all = rows + test_rows;
  std::vector<double> z(static_cast<std::size_t>(all * rank)), mix(static_cast<std::size_t>(rank * columns));
  const pastur::random::Streams streams("whitening");
  pastur::random::fill_normal(streams.stream("z"), {.row = 0, .rows = all, .column = 0, .columns = rank},
                              z.data(), all);
  pastur::random::fill_normal(streams.stream("mix"),
                              {.row = 0, .rows = rank, .column = 0, .columns = columns}, mix.data(), rank);
  data.values = pastur::learning::SharedArray::create(comm, static_cast<std::size_t>(all * columns));
  if (data.values.is_holder()) {
    for (std::int64_t i = 0; i < all; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        double value = 3.0 - static_cast<double>(j);
        for (std::int64_t k = 0; k < rank; ++k) {
          value += z[static_cast<std::size_t>(i + k * all)] * mix[static_cast<std::size_t>(k + j * rank)] /
                   static_cast<double>(k + 1);
        }
        data.values.writable()[static_cast<std::size_t>(i * columns + j)] = value;
      }
    }
  }
  comm.barrier();
  return data;
}

TEST(Whitening, covariance_is_the_identity_before_the_rows_are_scaled) {
  const Communicator world = Communicator::world();
  const DataSet white = whiten(world, correlated(world), rank, {.sphere = false});
  EXPECT_EQ(white.columns, rank);
  for (std::size_t a = 0; a < rank; ++a) {
    double mean = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) mean += white.row(i)[a] / rows;
    EXPECT_NEAR(mean, 0.0, 1e-12);
    for (std::size_t b = 0; b < rank; ++b) {
      double covariance = 0.0;
      for (std::int64_t i = 0; i < rows; ++i) covariance += white.row(i)[a] * white.row(i)[b] / rows;
      EXPECT_NEAR(covariance, a == b ? 1.0 : 0.0, 1e-10) << a << " " << b;
    }
  }
}

TEST(Whitening, rows_end_on_the_sphere_and_keep_their_direction) {
  const Communicator world = Communicator::world();
  const DataSet data = correlated(world);
  const DataSet white = whiten(world, data, 4), raw = whiten(world, data, 4, {.sphere = false});
  EXPECT_EQ(white.test_rows, test_rows);
  for (std::int64_t i = 0; i < rows + test_rows; ++i) {
    double norm = 0.0, length = 0.0, inner = 0.0;
    for (std::size_t k = 0; k < 4; ++k) {
      norm += white.row(i)[k] * white.row(i)[k];
      length += raw.row(i)[k] * raw.row(i)[k];
      inner += white.row(i)[k] * raw.row(i)[k];
    }
    EXPECT_NEAR(norm, 4.0, 1e-12);
    EXPECT_NEAR(inner, 2.0 * std::sqrt(length), 1e-10);
  }
}

TEST(Whitening, a_team_and_one_rank_agree) {
  const Communicator world = Communicator::world(), self = Communicator::self();
  const DataSet team = whiten(world, correlated(world), 7), alone = whiten(self, correlated(self), 7);
  for (std::int64_t i = 0; i < rows + test_rows; ++i) {
    for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(team.row(i)[k], alone.row(i)[k], 1e-10);
  }
}

TEST(Whitening, leading_component_is_the_direction_of_greatest_variance_with_a_fixed_sign) {
  const Communicator world = Communicator::world();
  DataSet data;
  data.source = "axes";
  data.rows = 40;
  data.columns = 3;
  data.values = pastur::learning::SharedArray::create(world, 120);
  if (data.values.is_holder()) {
    for (std::size_t i = 0; i < 40; ++i) {
      // Uncorrelated axes of variances 1, 25, 4.
      data.values.writable()[3 * i] = (i & 1U) != 0 ? 1.0 : -1.0;
      data.values.writable()[3 * i + 1] = (i & 2U) != 0 ? 5.0 : -5.0;
      data.values.writable()[3 * i + 2] = (i & 4U) != 0 ? 2.0 : -2.0;
    }
  }
  world.barrier();
  const DataSet white = whiten(world, data, 3, {.sphere = false});
  for (std::int64_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(white.row(i)[0], data.row(i)[1] / 5.0, 1e-12);
    EXPECT_NEAR(white.row(i)[1], data.row(i)[2] / 2.0, 1e-12);
    EXPECT_NEAR(white.row(i)[2], data.row(i)[0], 1e-12);
  }
}

TEST(Whitening, too_many_components_and_rows_at_the_mean_are_input_errors) {
  const Communicator world = Communicator::world();
  const auto message_of = [&](const DataSet& data, std::int64_t components) {
    try {
      whiten(world, data, components);
    } catch (const pastur::InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  DataSet data = correlated(world);
  EXPECT_THAT(message_of(data, rank + 1),
              testing::HasSubstr("10 principal components asked for, but the centred data have rank 9"));
  EXPECT_THAT(message_of(data, columns + 1), testing::HasSubstr("12 features"));
  EXPECT_THAT(message_of(data, 0), testing::HasSubstr("at least 1"));
  EXPECT_EQ(message_of(data, rank), "");

  DataSet three; // the middle row is the mean
  three.source = "three";
  three.rows = 3;
  three.columns = 2;
  three.values = pastur::learning::SharedArray::create(world, 6);
  if (three.values.is_holder()) {
    const double values[] = {1.0, 2.0, 2.0, 3.0, 3.0, 4.0};
    std::copy(std::begin(values), std::end(values), three.values.writable().begin());
  }
  world.barrier();
  EXPECT_THAT(message_of(three, 1), testing::HasSubstr("row 1 equals the mean"));
}

TEST(Whitening, fashion_mnist_is_whitened) {
  if (!std::filesystem::exists(pastur::learning::fashion_mnist_folder()))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const Communicator world = Communicator::world();
  const DataSet images = pastur::learning::load_fashion_mnist(world);
  const DataSet white = whiten(world, images, 40);
  double trace = 0.0;
  for (const double value : white.values.values()) trace += value * value;
  EXPECT_NEAR(trace / (60000.0 * 40.0), 1.0, 1e-12);
}

} // namespace
