// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "symmetric_band.hpp"

#include <pastur/linalg/block_cyclic_matrix.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::linalg {

/// K = Q B Q^T with B banded on every rank and Q as blocks of Householder vectors in K's lower triangle,
/// below the band. Panel after panel, the columns outside the band are reduced by a QR factorisation V, T,
/// and with W = K V T - V (T^T V^T K V T) / 2 the rest becomes K - V W^T - W V^T: 4/3 n^3 flop, all in matrix
/// products but the panels' n^2 width (Dongarra, Sorensen, Hammarling, Block reduction of matrices to
/// condensed forms, 1989).
class BandReduction {
public:
  /// `k`: lower triangle, square and finite (not checked here), on one rank or many. @note Collective
  explicit BandReduction(BlockCyclicMatrix&& k);

  const SymmetricBand& band() const { return band_; }
  const BlockCyclicMatrix& matrix() const { return matrix_; }
  /// c = Q c, or Q^T c, for `columns` columns, column-major, that every rank holds. 2 n^2 flop a column.
  /// @note Collective
  void apply(std::span<double> c, std::int64_t columns, bool transpose) const;

  /// From this size on eigenvalues come faster in two stages than in one, on one rank and on teams
  /// (docs/performance.md).
  static constexpr std::int64_t worthwhile(bool alone) { return alone ? 1200 : 300; }
  /// B's width for a matrix of n rows in blocks of `block`: on several ranks panels are whole blocks.
  static std::int32_t width(std::int64_t n, std::int32_t block, bool alone);

private:
  void reduce_alone();
  void reduce_on_team();
  void apply_alone(double* c, std::int64_t columns, bool transpose) const;
  void apply_on_team(BlockCyclicMatrix& c, bool transpose) const;
  void copy_band();
  bool alone() const { return matrix_.grid().team().size() == 1; }

  BlockCyclicMatrix matrix_;
  SymmetricBand band_;
  std::vector<double> t_;   // alone: the panels' triangular factors T, width x n
  std::vector<double> tau_; // team: the reflectors' scales, by local column
};

} // namespace pastur::linalg
