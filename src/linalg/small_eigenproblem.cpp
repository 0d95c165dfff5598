// SPDX-License-Identifier: BSD-3-Clause
#include "small_eigenproblem.hpp"

#include "blas.hpp"
#include "dense_checks.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace pastur::linalg {

std::vector<double> small_eigenvectors(const parallel::Communicator& comm, std::vector<double>& matrix,
                                       std::int64_t order) {
  std::vector<double> values(static_cast<std::size_t>(order), 0.0);
  int info = 0;
  if (comm.rank() == 0 && order > 0) {
    const int n = checked_int(order, "small eigenproblem");
    const int query = -1;
    double wanted = 0.0;
    int iwanted = 0;
    dsyevd_("V", "U", &n, matrix.data(), &n, values.data(), &wanted, &query, &iwanted, &query, &info);
    const int lwork = work_size(wanted);
    std::vector<double> work(static_cast<std::size_t>(lwork));
    std::vector<int> iwork(static_cast<std::size_t>(iwanted));
    dsyevd_("V", "U", &n, matrix.data(), &n, values.data(), work.data(), &lwork, iwork.data(), &iwanted,
            &info);
  }
  if (!comm.all(info == 0))
    throw std::runtime_error(fmt::format("the eigenvalues of a matrix of order {} did not converge", order));
  if (comm.size() > 1) {
    comm.broadcast(std::span<double>(values));
    comm.broadcast(std::span<double>(matrix));
  }
  return values;
}

} // namespace pastur::linalg
