// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/learning/inputs.hpp>
#include <pastur/parallel/communicator.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace {

using pastur::learning::DataSet;
using pastur::learning::HeldOut;
using pastur::learning::Inputs;

std::vector<double> all_rows(const Inputs& inputs) {
  const std::int64_t total = inputs.n() + inputs.n_test();
  std::vector<double> values(static_cast<std::size_t>(total * inputs.d()));
  inputs.rows(0, total, values.data(), total);
  return values;
}

/// 50 rows (and held-out ones): entry (i, j) is i + j / 8.
std::shared_ptr<const DataSet> numbered(std::int64_t rows, std::int64_t test_rows) {
  const auto self = pastur::parallel::Communicator::self();
  auto data = std::make_shared<DataSet>();
  data->source = "numbered";
  data->rows = rows;
  data->test_rows = test_rows;
  data->columns = 5;
  data->values =
      pastur::learning::SharedArray::create(self, static_cast<std::size_t>((rows + test_rows) * 5));
  for (std::size_t k = 0; k < data->values.values().size(); ++k) {
    data->values.writable()[k] = static_cast<double>(k / 5) + static_cast<double>(k % 5) / 8.0;
  }
  return data;
}

TEST(Inputs, any_panel_is_a_part_of_the_whole) {
  const pastur::random::Streams streams("inputs");
  for (const Inputs& inputs : {Inputs::sphere(streams, 21, 9, 5), Inputs::gauss(streams, 21, 9, 5),
                               Inputs::rows_of(numbered(50, 0), streams, 21, 9)}) {
    const auto whole = all_rows(inputs);
    for (const auto& [first, count] :
         {std::pair<std::int64_t, std::int64_t>{0, 30}, {3, 11}, {18, 7}, {21, 9}, {25, 1}, {30, 0}}) {
      const std::int64_t ld = count + 2;
      std::vector<double> panel(static_cast<std::size_t>(ld * 5), -7.0);
      inputs.rows(first, count, panel.data(), ld);
      for (std::int64_t j = 0; j < 5; ++j) {
        for (std::int64_t i = 0; i < ld; ++i) {
          const double expected = i < count ? whole[static_cast<std::size_t>(first + i + j * 30)] : -7.0;
          EXPECT_EQ(panel[static_cast<std::size_t>(i + j * ld)], expected);
        }
      }
    }
    EXPECT_THROW(inputs.rows(29, 2, nullptr, 2), std::out_of_range);
    EXPECT_THROW(inputs.rows(-1, 2, nullptr, 2), std::out_of_range);
  }
}

TEST(Inputs, the_number_of_test_rows_does_not_change_the_training_rows) {
  const pastur::random::Streams streams("stable");
  const auto training = [](const Inputs& inputs) {
    std::vector<double> values(static_cast<std::size_t>(inputs.n() * inputs.d()));
    inputs.rows(0, inputs.n(), values.data(), inputs.n());
    return values;
  };
  EXPECT_EQ(training(Inputs::sphere(streams, 20, 0, 6)), training(Inputs::sphere(streams, 20, 13, 6)));
  EXPECT_EQ(training(Inputs::gauss(streams, 20, 1, 6)), training(Inputs::gauss(streams, 20, 13, 6)));
  EXPECT_EQ(training(Inputs::rows_of(numbered(50, 0), streams, 20, 1)),
            training(Inputs::rows_of(numbered(50, 0), streams, 20, 30)));
  EXPECT_EQ(training(Inputs::rows_of(numbered(50, 20), streams, 20, 1)),
            training(Inputs::rows_of(numbered(50, 20), streams, 20, 20)));
}

TEST(Inputs, sphere_rows_have_norm_sqrt_d_and_test_rows_are_fresh) {
  const auto values = all_rows(Inputs::sphere(pastur::random::Streams("norm"), 10, 10, 7));
  for (std::size_t i = 0; i < 20; ++i) {
    double norm = 0.0;
    for (std::size_t j = 0; j < 7; ++j) norm += values[i + 20 * j] * values[i + 20 * j];
    EXPECT_NEAR(norm, 7.0, 1e-13);
  }
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NE(values[i], values[i + 10]);
}

TEST(Inputs, rows_of_a_data_set_are_distinct_and_held_out_as_asked) {
  const pastur::random::Streams streams("select");
  const auto expect_distinct = [](const Inputs& inputs) {
    const auto& chosen = inputs.selected();
    EXPECT_EQ(std::set<std::int64_t>(chosen.begin(), chosen.end()).size(), chosen.size());
    std::vector<double> row(5);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      inputs.rows(static_cast<std::int64_t>(i), 1, row.data(), 1);
      EXPECT_EQ(row[4], static_cast<double>(chosen[i]) + 0.5);
    }
  };
  const Inputs next = Inputs::rows_of(numbered(50, 0), streams, 30, 20);
  expect_distinct(next);
  const Inputs last = Inputs::rows_of(numbered(50, 0), streams, 35, 15, HeldOut::last_rows);
  expect_distinct(last);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(last.selected()[i] >= 35, i >= 35);
  EXPECT_EQ(last.selected().back(), 49);
  const Inputs own = Inputs::rows_of(numbered(50, 12), streams, 50, 12, HeldOut::last_rows);
  expect_distinct(own);
  for (std::size_t i = 0; i < 62; ++i) EXPECT_EQ(own.selected()[i] >= 50, i >= 50);
}

TEST(Inputs, too_few_rows_are_an_input_error) {
  const pastur::random::Streams streams("few");
  EXPECT_THROW(Inputs::rows_of(numbered(50, 0), streams, 40, 11), pastur::InputError);
  EXPECT_THROW(Inputs::rows_of(numbered(50, 5), streams, 51, 1), pastur::InputError);
  EXPECT_THROW(Inputs::rows_of(numbered(50, 5), streams, 40, 6), pastur::InputError);
  EXPECT_NO_THROW(Inputs::rows_of(numbered(50, 5), streams, 50, 5));
}

} // namespace
