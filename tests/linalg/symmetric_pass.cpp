// SPDX-License-Identifier: BSD-3-Clause
// The fused update and product of a reduction to a band beside Eigen, on ragged sizes: matrices that end
// inside a strip, a tile or the corner, or are all corner.
#include "../../src/linalg/symmetric_pass.hpp"

#include "test_matrices.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pastur::linalg {
namespace {

using namespace testing;

Eigen::MatrixXd random_panel(Eigen::Index rows, Eigen::Index columns, int salt) {
  return Eigen::MatrixXd::NullaryExpr(rows, columns,
                                      [&](Eigen::Index i, Eigen::Index j) { return noise(salt, i, j); });
}

/// `p` columns of x, the update by `width` others, or none; the matrix stands in a larger one.
void expect_pass(int m, int width, int p, bool updated) {
  const std::string what = "m = " + std::to_string(m) + ", width = " + std::to_string(width) +
                           ", p = " + std::to_string(p) + (updated ? ", updated" : "");
  constexpr int around = 3;
  Eigen::MatrixXd a = random_symmetric(m, 5);
  Eigen::MatrixXd stored = Eigen::MatrixXd::Constant(m + around, m, 7.0);
  stored.topRows(m).triangularView<Eigen::Lower>() = a;
  Eigen::MatrixXd factors(m + around, 3 * width);
  factors.topRows(m) = random_panel(m, 3 * width, 6);
  factors.bottomRows(around).setConstant(11.0);
  factors.rightCols(width) = factors.leftCols(width);
  const Eigen::MatrixXd x = random_panel(m, p, 8);
  Eigen::MatrixXd product = Eigen::MatrixXd::Constant(m, p, 13.0);

  SymmetricPass pass(m + around, width);
  for (int repeat = 0; repeat < 2; ++repeat) { // what one leaves behind does not reach the next
    if (updated) {
      const Eigen::MatrixXd vw =
          factors.topRows(m).leftCols(width) * factors.topRows(m).middleCols(width, width).transpose();
      a -= vw + vw.transpose();
    }
    pass(m, p, stored.data(), m + around, updated ? RankUpdate{factors.data(), m + around} : RankUpdate{},
         x.data(), product.data());
    const double tolerance = 1e-13 * (1.0 + m) * (1.0 + a.cwiseAbs().maxCoeff());
    const Eigen::MatrixXd found = stored.topRows(m).triangularView<Eigen::Lower>();
    const Eigen::MatrixXd wanted = a.triangularView<Eigen::Lower>();
    EXPECT_LT((found - wanted).cwiseAbs().maxCoeff(), tolerance) << what;
    EXPECT_LT((product - a * x).cwiseAbs().maxCoeff(), tolerance) << what;
    EXPECT_EQ(stored.bottomRows(around).minCoeff(), 7.0) << what;
    EXPECT_EQ(stored.bottomRows(around).maxCoeff(), 7.0) << what;
  }
}

TEST(SymmetricPass, updates_and_multiplies_on_ragged_sizes) {
  for (const int m : {1, 47, 48, 95, 96, 111, 112, 113, 127, 128, 207, 208, 223, 224, 353, 401, 464, 700}) {
    expect_pass(m, 48, 48, true);
    expect_pass(m, 48, 48, false);
  }
}

TEST(SymmetricPass, takes_narrow_panels_and_other_widths) {
  for (const int m : {5, 40, 130}) {
    expect_pass(m, 48, 5, true);
    expect_pass(m, 48, 47, false);
    expect_pass(m, 32, 32, true);
    expect_pass(m, 64, 64, false);
  }
}

} // namespace
} // namespace pastur::linalg
