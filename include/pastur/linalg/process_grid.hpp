// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <memory>

namespace pastur::linalg {

/// The BLACS process grid of a team: as square as the team's size allows, row-major. Shared by the matrices
/// that live on it.
class ProcessGrid {
public:
  /// The grid keeps a duplicate of `team`. @note Collective over the team
  static std::shared_ptr<const ProcessGrid> create(const parallel::Communicator& team);
  /// The same with a given number of rows. Throws std::invalid_argument when it does not divide the team's
  /// size. @note Collective over the team
  static std::shared_ptr<const ProcessGrid> create(const parallel::Communicator& team, int rows);
  ProcessGrid(const ProcessGrid&) = delete;
  ProcessGrid& operator=(const ProcessGrid&) = delete;
  ~ProcessGrid();

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  int row() const { return row_; }
  int col() const { return col_; }
  int context() const { return context_; }
  const parallel::Communicator& team() const { return team_; }

private:
  ProcessGrid(const parallel::Communicator& team, int rows);
  parallel::Communicator team_;
  int handle_ = -1;
  int context_ = -1;
  int rows_ = 1, cols_ = 1, row_ = 0, col_ = 0;
};

} // namespace pastur::linalg
