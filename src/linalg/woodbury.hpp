// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/krylov_ridge.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// Throws std::invalid_argument when the preconditioner's factor has not its rank for each local row, or when
/// its shift with the ridge is not positive.
void require_valid(const LowRankPreconditioner& preconditioner, std::int64_t local_size, double ridge);

/// (s I + U U^T)^{-1} = (I - U (s I + U^T U)^{-1} U^T) / s with U split over the ranks by rows; the small
/// matrix is factorised on every rank.
class WoodburyInverse {
public:
  /// `shift` s > 0. Throws std::domain_error when U is not finite. @note Collective
  WoodburyInverse(const parallel::Communicator& comm, const LowRankPreconditioner& low_rank, double shift);
  /// y = (s I + U U^T)^{-1} x for `columns` vectors, this rank's rows, column-major: 4 local_size rank
  /// columns flop and one reduction of rank x columns numbers. @note Collective
  void apply(std::span<const double> x, std::span<double> y, std::int64_t columns = 1) const;

private:
  const parallel::Communicator& comm_;
  const LowRankPreconditioner& low_rank_;
  double shift_;
  std::vector<double> inner_factor_; // Cholesky factor of s I + U^T U, lower triangle
};

} // namespace pastur::linalg
