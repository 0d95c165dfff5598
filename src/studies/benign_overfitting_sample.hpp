// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/block_cyclic_matrix.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/studies/benign_overfitting_population.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// How X Sigma X^T = s_p X X^T + sum_j (s_j - s_p) x_j x_j^T is put together: a flat tail costs nothing, the
/// leading columns are rotated one by one, so that their large eigenvalues leave the small modes their
/// digits, and only what lies between makes a matrix.
struct ColumnSplit {
  std::int64_t head;  ///< leading columns to rotate
  std::int64_t heavy; ///< leading columns with s_j > s_p
};
ColumnSplit column_split(const Population& population, std::int64_t n);

struct Moments {
  linalg::BlockCyclicMatrix gram; ///< X X^T, lower triangle
  std::optional<linalg::BlockCyclicMatrix>
      weighted;                        ///< sum over [head, heavy) of (s_j - s_p) x_j x_j^T, lower
  std::vector<double> signal;          ///< X theta*, on every rank
  std::vector<double> weighted_signal; ///< X Sigma theta*, on every rank
};
/// One pass over the columns, each rank making the rows it needs: n^2 (p + heavy - head) flop. Without a part
/// between head and heavy there is no `weighted`. @note Collective
Moments moments(const Sample& sample, const std::shared_ptr<const linalg::ProcessGrid>& grid,
                const ColumnSplit& split);

/// U^T X Sigma X^T U in full, from the moments' matrix `weighted` (taken), the eigenvalues `values` of X X^T
/// and its eigenvectors U. 4 n^2 head flop, 4 n^3 where there is a `weighted`. @note Collective
linalg::BlockCyclicMatrix rotated_weighted(const Sample& sample,
                                           std::optional<linalg::BlockCyclicMatrix>&& weighted,
                                           std::span<const double> values,
                                           const linalg::BlockCyclicMatrix& vectors);

struct Residuals {
  std::vector<double> energies; ///< r' Sigma r of each r = theta* - X^T alpha, then of each r = -X^T probe
  std::vector<double> products; ///< X Sigma r of each alpha, n x alphas
};
/// For coefficient vectors alpha and probes (n x any number), by a second pass over the columns of X, which
/// the ranks share out; results on every rank. 4 n p flop an alpha, 2 n p a probe. @note Collective
Residuals residuals(const Sample& sample, std::span<const double> alphas, std::span<const double> probes,
                    const parallel::Communicator& team);

} // namespace pastur::studies::benign_overfitting
