// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/linalg/congruence.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

using namespace pastur;
using linalg::BlockCyclicMatrix;

/// Numbers without structure, the same on every rank.
double entry(std::int64_t i, std::int64_t j) {
  return std::sin(1.0 + 3.7 * static_cast<double>(i) + 11.3 * static_cast<double>(j));
}
double symmetric(std::int64_t i, std::int64_t j) {
  return entry(std::max(i, j), std::min(i, j));
}
std::size_t at(std::int64_t i, std::int64_t j, std::int64_t rows) {
  return static_cast<std::size_t>(i + j * rows);
}

class Congruence : public testing::Test {
protected:
  parallel::Communicator world_ = parallel::Communicator::world();
  std::shared_ptr<const linalg::ProcessGrid> grid_ = linalg::ProcessGrid::create(world_);
};

TEST_F(Congruence, equals_the_triple_product_written_out) {
  const std::int64_t n = 37;
  for (const std::int64_t m : {37, 11}) {
    BlockCyclicMatrix s(grid_, n, n, 8);
    // Only the lower triangle may be read.
    s.assign([](std::int64_t i, std::int64_t j) { return i >= j ? entry(i, j) : 1e30; });
    BlockCyclicMatrix u(grid_, n, m, 8);
    u.assign([](std::int64_t i, std::int64_t j) { return entry(j, i + 5); });
    const std::vector<double> found = linalg::congruence(std::move(s), u).gather();
    ASSERT_EQ(found.size(), static_cast<std::size_t>(m * m));
    for (std::int64_t a = 0; a < m; ++a) {
      for (std::int64_t b = 0; b < m; ++b) {
        double expected = 0.0;
        for (std::int64_t i = 0; i < n; ++i) {
          for (std::int64_t j = 0; j < n; ++j)
            expected += entry(a, i + 5) * symmetric(i, j) * entry(b, j + 5);
        }
        EXPECT_NEAR(found[at(a, b, m)], expected, 1e-11);
      }
    }
  }
}

TEST_F(Congruence, products_with_replicated_vectors_equal_plain_sums) {
  const std::int64_t rows = 29;
  const std::int64_t cols = 41;
  BlockCyclicMatrix a(grid_, rows, cols, 4);
  a.assign(entry);
  std::vector<double> x, y;
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t j = 0; j < cols; ++j) x.push_back(entry(j, 100 + k));
  }
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t i = 0; i < rows; ++i) y.push_back(entry(200 + k, i));
  }
  const std::vector<double> ax = linalg::multiply_replicated(a, x, 3);
  const std::vector<double> ay = linalg::multiply_transposed_replicated(a, y, 3);
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t i = 0; i < rows; ++i) {
      double expected = 0.0;
      for (std::int64_t j = 0; j < cols; ++j) expected += entry(i, j) * x[at(j, k, cols)];
      EXPECT_NEAR(ax[at(i, k, rows)], expected, 1e-12);
    }
    for (std::int64_t j = 0; j < cols; ++j) {
      double expected = 0.0;
      for (std::int64_t i = 0; i < rows; ++i) expected += entry(i, j) * y[at(i, k, rows)];
      EXPECT_NEAR(ay[at(j, k, cols)], expected, 1e-12);
    }
  }
  EXPECT_THROW(linalg::multiply_replicated(a, y, 3), std::invalid_argument);
}

TEST_F(Congruence, forms_and_diagonal_equal_plain_sums) {
  const std::int64_t n = 33;
  BlockCyclicMatrix a(grid_, n, n, 4);
  a.assign(entry);
  std::vector<double> x, y;
  for (std::int64_t k = 0; k < 2; ++k) {
    for (std::int64_t i = 0; i < n; ++i) {
      x.push_back(entry(i, 50 + k));
      y.push_back(entry(i, 70 + k));
    }
  }
  const std::vector<double> forms = linalg::bilinear_forms(a, x, y, 2);
  for (std::int64_t k = 0; k < 2; ++k) {
    double expected = 0.0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) expected += x[at(i, k, n)] * entry(i, j) * y[at(j, k, n)];
    }
    EXPECT_NEAR(forms[static_cast<std::size_t>(k)], expected, 1e-11);
  }
  const std::vector<double> found = linalg::diagonal(a);
  for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(found[static_cast<std::size_t>(i)], entry(i, i));
}

} // namespace
