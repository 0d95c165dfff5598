// SPDX-License-Identifier: BSD-3-Clause
#include "test_matrices.hpp"

#include <pastur/linalg/bit_expand.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace pastur::linalg {

namespace {

TEST(BitExpand, rectangles_of_any_shape_are_the_bits_as_numbers_and_nothing_around_them_is_touched) {
  for (const std::int64_t rows : {1, 15, 16, 17, 70}) {
    for (const std::int64_t bits : {1, 63, 64, 65, 200}) {
      const Eigen::MatrixXd values = testing::random_matrix(rows, bits, 3);
      BitPanel panel(rows, bits);
      panel.assign_above(0.1, values.data(), rows, 0, rows, 0, bits);
      for (std::int64_t row = 0; row < rows; row += 32) {
        for (std::int64_t bit = 0; bit < bits; bit += 128) {
          const std::int64_t height = std::min<std::int64_t>(rows - row, 40);
          const std::int64_t width = bits - bit;
          Eigen::MatrixXd out = Eigen::MatrixXd::Constant(height + 3, width + 1, 7.0);
          expand_bits(panel, row, height, bit, width, -0.5, 2.0, out.data(), height + 3);
          for (Eigen::Index j = 0; j < out.cols(); ++j) {
            for (Eigen::Index i = 0; i < out.rows(); ++i) {
              const bool inside = i < height && j < width;
              const double expected = !inside ? 7.0 : values(row + i, bit + j) > 0.1 ? 2.0 : -0.5;
              ASSERT_EQ(out(i, j), expected) << rows << " x " << bits << ", " << i << " " << j;
            }
          }
        }
      }
    }
  }
}

TEST(BitExpand, what_lies_outside_the_panel_is_refused) {
  const BitPanel panel(20, 70);
  std::vector<double> out(20 * 70);
  EXPECT_THROW(expand_bits(panel, 0, 21, 0, 70, 0.0, 1.0, out.data(), 20), std::out_of_range);
  EXPECT_THROW(expand_bits(panel, 0, 20, 0, 71, 0.0, 1.0, out.data(), 20), std::out_of_range);
  EXPECT_THROW(expand_bits(panel, 8, 4, 0, 1, 0.0, 1.0, out.data(), 20), std::out_of_range);
  EXPECT_THROW(expand_bits(panel, 0, 4, 8, 1, 0.0, 1.0, out.data(), 20), std::out_of_range);
}

} // namespace

} // namespace pastur::linalg
