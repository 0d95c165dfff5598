// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/studies/benign_overfitting_population.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pastur::studies::benign_overfitting {

/// The n x p data matrix X = Z Sigma^{1/2}, never stored: any columns of any rows are made again from their
/// stream.
class Sample {
public:
  enum class Law { gauss, rademacher };
  Sample(const Population& population, std::int64_t n, Law law, const random::Stream& stream)
      : population_(population), n_(n), law_(law), stream_(stream) {}

  std::int64_t n() const { return n_; }
  const Population& population() const { return population_; }
  /// Rows [row, row + rows) of Z, columns [column, column + columns), column-major.
  void standard(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns, double* out,
                std::int64_t ld) const;

private:
  const Population& population_;
  std::int64_t n_;
  Law law_;
  random::Stream stream_;
};

/// Columns of X at a time: a multiple of the 128 columns that share a block of random bits.
inline constexpr std::int64_t panel_columns = 512;

struct Moments {
  linalg::BlockCyclicMatrix gram;      ///< X X^T, lower triangle
  linalg::BlockCyclicMatrix weighted;  ///< X Sigma X^T, lower triangle
  std::vector<double> signal;          ///< X theta*, on every rank
  std::vector<double> weighted_signal; ///< X Sigma theta*, on every rank
};
/// One pass over the columns, each rank making the rows it needs. n^2 p flop for X X^T and n^2 times the
/// number of eigenvalues above the least one for X Sigma X^T. @note Collective
Moments moments(const Sample& sample, const std::shared_ptr<const linalg::ProcessGrid>& grid);

struct Residuals {
  std::vector<double> energies; ///< r' Sigma r of each r = theta* - X^T alpha
  std::vector<double> products; ///< X Sigma r, n x columns
};
/// For `columns` coefficient vectors alpha (n x columns), by a second pass over the columns of X, which the
/// ranks share out; results on every rank. 4 n p columns flop. @note Collective
Residuals residuals(const Sample& sample, std::span<const double> alphas, std::int64_t columns,
                    const parallel::Communicator& team);

} // namespace pastur::studies::benign_overfitting
