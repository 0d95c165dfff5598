// SPDX-License-Identifier: BSD-3-Clause
#include "../../src/linalg/bit_kernels.hpp"
#include "test_matrices.hpp"

#include <pastur/linalg/bit_gram.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace pastur::linalg {

namespace {

using namespace testing;

/// The rows of `values` that `global` names, above a threshold.
template <class GlobalIndex>
BitPanel bits_above(double threshold, const Eigen::MatrixXd& values, std::int32_t rows, GlobalIndex global) {
  Eigen::MatrixXd own(rows, values.cols());
  for (std::int32_t i = 0; i < rows; ++i) own.row(i) = values.row(global(i));
  BitPanel panel(rows, values.cols());
  panel.assign_above(threshold, own.data(), std::max<std::int64_t>(rows, 1), 0, rows, 0, values.cols());
  return panel;
}

class BitGramTest : public ::testing::Test {
protected:
  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const ProcessGrid> grid_ = ProcessGrid::create(world_);
};

TEST_F(BitGramTest, common_bits_are_the_product_of_zeros_and_ones_exactly) {
  for (const Shape& shape : square_shapes()) {
    for (const int bits : {1, 63, 64, 65, 512, 700, 8200}) {
      const Eigen::MatrixXd values = random_matrix(shape.n, bits, 7);
      BlockCyclicMatrix counts(grid_, shape.n, shape.n, shape.block);
      counts.fill(2.0);
      accumulate_common_bits(
          counts,
          bits_above(0.3, values, counts.local_rows(), [&](std::int32_t i) { return counts.global_row(i); }),
          bits_above(0.3, values, counts.local_cols(), [&](std::int32_t j) { return counts.global_col(j); }));
      const Eigen::MatrixXd ones = (values.array() > 0.3).cast<double>();
      const Eigen::MatrixXd difference = gathered(counts) - (ones * ones.transpose()).eval();
      for (Eigen::Index j = 0; j < difference.cols(); ++j) {
        for (Eigen::Index i = j; i < difference.rows(); ++i)
          ASSERT_EQ(difference(i, j), 2.0)
              << shape.n << " rows of " << bits << " bits, entry " << i << ", " << j;
      }
    }
  }
}

TEST(BitProduct, rectangles_of_any_shape_are_the_product_of_zeros_and_ones_exactly) {
  for (const int n : {1, 15, 16, 17, 70}) {
    for (const int m : {1, 16, 33}) {
      for (const int bits : {1, 63, 64, 513, 8200}) {
        const Eigen::MatrixXd left = random_matrix(n, bits, 11), right = random_matrix(m, bits, 12);
        BitPanel rows(n, bits), columns(m, bits);
        rows.assign_above(0.3, left.data(), n, 0, n, 0, bits);
        columns.assign_above(-0.2, right.data(), m, 0, m, 0, bits);
        // A row of the output that is not the product's keeps its value; the strips are the whole.
        Eigen::MatrixXd counts = Eigen::MatrixXd::Constant(n + 1, m, 3.0);
        for (int first = 0; first < m; first += 16)
          add_common_bits(rows, columns, first, std::min(16, m - first), counts.col(first).data(), n + 1);
        Eigen::MatrixXd expected = Eigen::MatrixXd::Constant(n + 1, m, 3.0);
        expected.topRows(n) += (left.array() > 0.3).cast<double>().matrix() *
                               (right.array() > -0.2).cast<double>().matrix().transpose();
        EXPECT_EQ(counts, expected) << n << " x " << m << " of " << bits << " bits";
        add_common_bits(rows, columns, 0, m, counts.data(), n + 1);
        EXPECT_EQ((counts - expected).eval(), (expected.array() - 3.0).matrix().eval());
      }
    }
  }
}

TEST(BitKernels, every_instruction_set_counts_and_packs_like_the_portable_one) {
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal;
  ASSERT_EQ(supported_bit_kernels().back(), &portable_bit_kernels);
  for (const std::int64_t words : {1, 2, 31, 32, 63, 200}) {
    // All bits set is where a byte of a partial sum would overflow.
    for (const bool full : {false, true}) {
      std::vector<std::uint64_t> storage(static_cast<std::size_t>(32 * words + 8));
      std::uint64_t* rows = storage.data();
      while (reinterpret_cast<std::uintptr_t>(rows) % 64 != 0) ++rows;
      std::uint64_t* columns = rows + 16 * words;
      for (std::int64_t k = 0; k < 32 * words; ++k) rows[k] = full ? ~std::uint64_t{0} : engine();
      std::vector<double> expected(16 * 17, 1.0);
      portable_bit_kernels.common_bits(rows, columns, words, expected.data(), 17);
      for (const BitKernels* kernels : supported_bit_kernels()) {
        std::vector<double> counts(16 * 17, 1.0);
        kernels->common_bits(rows, columns, words, counts.data(), 17);
        EXPECT_EQ(counts, expected) << kernels->name << ", " << words << " words";
      }
    }
  }
  for (const std::int64_t bits : {1, 17, 64}) {
    std::vector<double> values(static_cast<std::size_t>(19 * bits));
    for (double& value : values) value = normal(engine);
    values[3] = 0.25; // at the threshold: not above it
    values[5] = std::numeric_limits<double>::quiet_NaN();
    alignas(64) std::uint64_t expected[16], words[16];
    portable_bit_kernels.pack(0.25, values.data(), 19, bits, expected);
    for (const BitKernels* kernels : supported_bit_kernels()) {
      kernels->pack(0.25, values.data(), 19, bits, words);
      for (int i = 0; i < 16; ++i)
        EXPECT_EQ(words[i], expected[i]) << kernels->name << ", " << bits << " bits";
    }
  }
}

TEST(BitPanel, pieces_make_the_whole) {
  const Eigen::MatrixXd values = random_matrix(37, 200, 3);
  BitPanel panel(37, 200);
  for (const std::int64_t row : {0, 16, 32}) {
    for (const std::int64_t bit : {0, 64, 128, 192})
      panel.assign_above(-0.1, values.data() + row + 37 * bit, 37, row, std::min<std::int64_t>(16, 37 - row),
                         bit, std::min<std::int64_t>(64, 200 - bit));
  }
  std::vector<double> counts(37, 5.0);
  panel.add_counts(counts);
  for (std::int64_t i = 0; i < 37; ++i) {
    double count = 5.0;
    for (std::int64_t l = 0; l < 200; ++l) {
      EXPECT_EQ(panel.bit(i, l), values(i, l) > -0.1);
      count += panel.bit(i, l) ? 1.0 : 0.0;
    }
    EXPECT_EQ(counts[static_cast<std::size_t>(i)], count);
  }
}

TEST(BitPanel, misuse_is_refused) {
  BitPanel panel(20, 100);
  const std::vector<double> values(20 * 100, 1.0);
  EXPECT_THROW(panel.assign_above(0.0, values.data(), 20, 8, 4, 0, 64), std::out_of_range);
  EXPECT_THROW(panel.assign_above(0.0, values.data(), 20, 0, 20, 32, 8), std::out_of_range);
  EXPECT_THROW(panel.assign_above(0.0, values.data(), 20, 16, 5, 0, 64), std::out_of_range);
  EXPECT_THROW(panel.assign_above(0.0, values.data(), 20, 0, 20, 64, 37), std::out_of_range);
  EXPECT_THROW(BitPanel(-1, 3), std::invalid_argument);
  BlockCyclicMatrix counts(ProcessGrid::create(parallel::Communicator::self()), 20, 20, 8);
  EXPECT_THROW(accumulate_common_bits(counts, panel, BitPanel(20, 99)), std::invalid_argument);
  EXPECT_THROW(accumulate_common_bits(counts, BitPanel(19, 100), panel), std::invalid_argument);
  std::vector<double> product(400);
  EXPECT_THROW(add_common_bits(panel, BitPanel(20, 99), 0, 20, product.data(), 20), std::invalid_argument);
  EXPECT_THROW(add_common_bits(panel, panel, 0, 20, product.data(), 19), std::invalid_argument);
  EXPECT_THROW(add_common_bits(panel, panel, 8, 4, product.data(), 20), std::invalid_argument);
  EXPECT_THROW(add_common_bits(panel, panel, 16, 5, product.data(), 20), std::invalid_argument);
}

} // namespace

} // namespace pastur::linalg
