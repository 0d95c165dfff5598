// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <Eigen/Dense>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg::testing {

/// Uniform on (-1, 1), a pure function of its arguments (splitmix64).
inline double noise(std::uint64_t seed, std::int64_t i, std::int64_t j) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15U + static_cast<std::uint64_t>(i) * 0xbf58476d1ce4e5b9U +
                    static_cast<std::uint64_t>(j) * 0x94d049bb133111ebU;
  for (int round = 0; round < 2; ++round) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    z ^= z >> 31U;
  }
  return static_cast<double>(z >> 11U) * 0x1.0p-52 - 1.0;
}

inline Eigen::MatrixXd random_matrix(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  return Eigen::MatrixXd::NullaryExpr(rows, cols,
                                      [seed](Eigen::Index i, Eigen::Index j) { return noise(seed, i, j); });
}

inline Eigen::VectorXd random_vector(std::int64_t n, std::uint64_t seed) {
  return random_matrix(n, 1, seed);
}

/// A A^T / n with A of n x rank: positive semidefinite of rank min(n, rank).
inline Eigen::MatrixXd gram_of(std::int64_t n, std::int64_t rank, std::uint64_t seed) {
  const Eigen::MatrixXd a = random_matrix(n, rank, seed);
  return a * a.transpose() / static_cast<double>(n);
}

inline Eigen::MatrixXd random_symmetric(std::int64_t n, std::uint64_t seed) {
  const Eigen::MatrixXd a = random_matrix(n, n, seed);
  return (a + a.transpose()) / 2.0;
}

inline BlockCyclicMatrix distribute(const Eigen::MatrixXd& whole, std::shared_ptr<const ProcessGrid> grid,
                                    std::int32_t block) {
  BlockCyclicMatrix out(std::move(grid), whole.rows(), whole.cols(), block);
  out.scatter(std::span(whole.data(), static_cast<std::size_t>(whole.size())));
  return out;
}

/// The lower triangle of `whole`, the strict upper one full of a value that would spoil any result that read
/// it.
inline BlockCyclicMatrix distribute_lower(const Eigen::MatrixXd& whole,
                                          std::shared_ptr<const ProcessGrid> grid, std::int32_t block) {
  Eigen::MatrixXd lower = whole;
  lower.triangularView<Eigen::StrictlyUpper>().setConstant(1e6);
  return distribute(lower, std::move(grid), block);
}

inline Eigen::MatrixXd gathered(const BlockCyclicMatrix& a) {
  const std::vector<double> whole = a.gather();
  return Eigen::Map<const Eigen::MatrixXd>(whole.data(), a.rows(), a.cols());
}

inline Eigen::VectorXd as_vector(std::span<const double> values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

inline std::vector<double> as_std(const Eigen::VectorXd& values) {
  return {values.data(), values.data() + values.size()};
}

struct Shape {
  std::int64_t n;
  std::int32_t block;
};

/// One element; less than a block; ragged; an exact multiple; a block of one; many blocks; and large enough
/// that a reduction to a band takes several panels of whole tiles and a ragged rest.
inline const std::vector<Shape>& square_shapes() {
  static const std::vector<Shape> shapes = {{1, 4},  {2, 1},   {5, 8},    {23, 4},  {32, 8},
                                            {13, 1}, {71, 16}, {150, 32}, {401, 64}};
  return shapes;
}

} // namespace pastur::linalg::testing
