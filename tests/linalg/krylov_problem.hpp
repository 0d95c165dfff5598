// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/replicated_operator.hpp"

#include <pastur/linalg/linear_operator.hpp>
#include <pastur/parallel/communicator.hpp>

#include <vector>

namespace pastur::linalg {

inline const parallel::Communicator& world() {
  static const parallel::Communicator& comm = *new parallel::Communicator(parallel::Communicator::world());
  return comm;
}

/// This rank's rows of a vector.
inline std::vector<double> piece(const Eigen::VectorXd& whole) {
  const auto [first, last] = even_range(whole.size(), world().rank(), world().size());
  return {whole.data() + first, whole.data() + last};
}

inline Eigen::VectorXd labels(Eigen::Index n) {
  return test::normal_matrix("labels", n, 1);
}

} // namespace pastur::linalg
