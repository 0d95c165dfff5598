// SPDX-License-Identifier: BSD-3-Clause
#include "scalapack.hpp"

#include <pastur/linalg/process_grid.hpp>

#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

/// The largest divisor of `size` that is not above its square root.
int square_rows(int size) {
  int rows = 1;
  for (int r = 1; r * r <= size; ++r) {
    if (size % r == 0) rows = r;
  }
  return rows;
}

} // namespace

std::shared_ptr<const ProcessGrid> ProcessGrid::create(const parallel::Communicator& team) {
  return create(team, square_rows(team.size()));
}

std::shared_ptr<const ProcessGrid> ProcessGrid::create(const parallel::Communicator& team, int rows) {
  if (rows < 1 || team.size() % rows != 0) {
    throw std::invalid_argument("a process grid of " + std::to_string(rows) + " rows does not divide " +
                                std::to_string(team.size()) + " ranks");
  }
  return std::shared_ptr<const ProcessGrid>(new ProcessGrid(team, rows));
}

ProcessGrid::ProcessGrid(const parallel::Communicator& team, int rows)
    : team_(team.split(0)), rows_(rows), cols_(team.size() / rows) {
  handle_ = Csys2blacs_handle(team_.get());
  context_ = handle_;
  Cblacs_gridinit(&context_, "Row", rows_, cols_);
  Cblacs_gridinfo(context_, &rows_, &cols_, &row_, &col_);
}

ProcessGrid::~ProcessGrid() {
  // Both: the context and the handle each hold communicators, and a long run makes a grid per team and phase.
  Cblacs_gridexit(context_);
  Cfree_blacs_system_handle(handle_);
}

} // namespace pastur::linalg
