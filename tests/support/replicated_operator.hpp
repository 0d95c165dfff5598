// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Small symmetric matrices that every rank holds, as the distributed operators that the Krylov solvers take.
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/random/fill.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <string_view>
#include <vector>

namespace pastur::test {

inline Eigen::MatrixXd normal_matrix(std::string_view name, Eigen::Index rows, Eigen::Index columns) {
  Eigen::MatrixXd values(rows, columns);
  random::fill_normal(random::Streams("test matrices").stream(name), {0, rows, 0, columns}, values.data(),
                      rows);
  return values;
}

/// Q diag(spectrum) Q^T for a random rotation Q.
inline Eigen::MatrixXd symmetric_with(const Eigen::VectorXd& spectrum, std::string_view name = "rotation") {
  const Eigen::Index n = spectrum.size();
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(normal_matrix(name, n, n)).householderQ();
  return q * spectrum.asDiagonal() * q.transpose();
}

/// Both the matrix and the communicator must outlive the operator.
inline linalg::LinearOperator replicated_operator(const parallel::Communicator& comm,
                                                  const Eigen::MatrixXd& matrix) {
  const auto [first, last] = linalg::even_range(matrix.rows(), comm.rank(), comm.size());
  return {comm, matrix.rows(), last - first,
          [&comm, &matrix, first = first, last = last](std::span<const double> x, std::span<double> y) {
            const std::vector<double> whole = comm.all_gather(x);
            const Eigen::Map<const Eigen::VectorXd> v(whole.data(), matrix.rows());
            Eigen::Map<Eigen::VectorXd>(y.data(), last - first) = matrix.middleRows(first, last - first) * v;
          }};
}

} // namespace pastur::test
