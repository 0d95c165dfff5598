// SPDX-License-Identifier: BSD-3-Clause
// Bands made tridiagonal by the own kernels, by LAPACK, and their eigenvalues by Eigen.
#include "../../src/linalg/bulge_chase.hpp"

#include "test_matrices.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace pastur::linalg {
namespace {

using namespace testing;

SymmetricBand random_band(std::int32_t n, std::int32_t width, double scale = 1.0) {
  SymmetricBand band(n, width);
  for (std::int32_t j = 0; j < n; ++j) {
    for (std::int32_t i = j; i < std::min(n, j + width + 1); ++i) band.at(i, j) = scale * noise(3, i, j);
  }
  return band;
}

Eigen::VectorXd eigenvalues_of(const SymmetricBand& band) {
  Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(band.n, band.n);
  for (std::int32_t j = 0; j < band.n; ++j) {
    for (std::int32_t i = j; i < std::min(band.n, j + band.width + 1); ++i)
      whole(i, j) = whole(j, i) = band.at(i, j);
  }
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(whole, Eigen::EigenvaluesOnly).eigenvalues();
}

void expect_same_spectrum(const Tridiagonal& t, const Eigen::VectorXd& expected, const std::string& what) {
  ASSERT_EQ(static_cast<Eigen::Index>(t.size()), expected.size()) << what;
  ASSERT_EQ(t.off.size() + 1, t.size()) << what;
  const std::vector<double> found = tridiagonal_eigenvalues(t);
  // Rounding of n reflections, and of the two eigensolvers.
  const double tolerance =
      4e-16 * (static_cast<double>(expected.size()) + 10.0) * expected.cwiseAbs().maxCoeff();
  for (Eigen::Index i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found[static_cast<std::size_t>(i)], expected[i], tolerance) << what << ", eigenvalue " << i;
}

TEST(BulgeChase, keeps_the_eigenvalues_of_bands_of_any_size_and_width) {
  const ChaseKernels* kernels = chase_kernels();
  for (const std::int32_t n : {1, 2, 3, 8, 47, 48, 49, 50, 97, 145, 300}) {
    for (const std::int32_t width : {1, 2, 7, 33, 47, 48, 49, 63, 64}) {
      if (width >= n && !(n == 1 && width == 1)) continue;
      const SymmetricBand band = random_band(n, n == 1 ? 0 : width);
      const Eigen::VectorXd expected = eigenvalues_of(band);
      const std::string what = std::to_string(n) + " rows, width " + std::to_string(width);
      expect_same_spectrum(lapack_tridiagonal_of(band), expected, "LAPACK, " + what);
      expect_same_spectrum(tridiagonal_of(band), expected, "chosen, " + what);
      if (kernels != nullptr) expect_same_spectrum(chase_bulges(band, *kernels), expected, "own, " + what);
    }
  }
}

TEST(BulgeChase, takes_wide_bands_to_lapack) {
  const SymmetricBand band = random_band(120, 65);
  expect_same_spectrum(tridiagonal_of(band), eigenvalues_of(band), "width 65");
  if (chase_kernels() != nullptr) {
    EXPECT_THROW(chase_bulges(band, *chase_kernels()), std::invalid_argument);
  }
}

TEST(BulgeChase, neither_overflows_nor_loses_small_numbers) {
  if (chase_kernels() == nullptr) GTEST_SKIP() << "no kernels for this processor";
  for (const double scale : {1e-160, 1e150}) {
    const SymmetricBand band = random_band(130, 40, scale);
    expect_same_spectrum(chase_bulges(band, *chase_kernels()), scale * eigenvalues_of(random_band(130, 40)),
                         "scale " + std::to_string(std::log10(scale)));
  }
  // Tridiagonal and diagonal already, and zero: nothing to reflect.
  for (const std::int32_t width : {0, 1}) {
    const SymmetricBand band = random_band(100, width);
    const Tridiagonal t = chase_bulges(band, *chase_kernels());
    for (std::int32_t i = 0; i < 100; ++i) EXPECT_EQ(t.diagonal[static_cast<std::size_t>(i)], band.at(i, i));
  }
  const Tridiagonal zero = chase_bulges(SymmetricBand(60, 20), *chase_kernels());
  EXPECT_EQ(*std::max_element(zero.diagonal.begin(), zero.diagonal.end()), 0.0);
}

} // namespace
} // namespace pastur::linalg
