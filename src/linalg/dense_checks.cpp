// SPDX-License-Identifier: BSD-3-Clause
#include "dense_checks.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace pastur::linalg {

void require_square(const BlockCyclicMatrix& a, const std::string& caller) {
  if (a.rows() != a.cols()) {
    throw std::invalid_argument(caller + ": the matrix is " + std::to_string(a.rows()) + " x " +
                                std::to_string(a.cols()) + ", not square");
  }
}

void require_finite(const BlockCyclicMatrix& a, const std::string& caller) {
  if (!a.all_finite()) throw std::domain_error(caller + ": the matrix holds NaN or infinite elements");
}

void require_all_finite(const BlockCyclicMatrix& a, const std::string& caller) {
  bool finite = true;
  for (std::int32_t j = 0; j < a.local_cols() && finite; ++j) {
    for (std::int32_t i = 0; i < a.local_rows(); ++i) finite = finite && std::isfinite(a.local(i, j));
  }
  if (!a.grid().team().all(finite))
    throw std::domain_error(caller + ": the matrix holds NaN or infinite elements");
}

int checked_int(std::int64_t value, const std::string& what) {
  if (value < 0 || value > std::numeric_limits<int>::max()) {
    throw std::length_error("a " + what + " of " + std::to_string(value) +
                            " does not fit LAPACK's 32-bit integers");
  }
  return static_cast<int>(value);
}

int work_size(double wanted) {
  // A query that overflowed inside LAPACK comes back negative.
  if (!(wanted >= 0.0 && wanted < 2.0e9))
    throw std::length_error("LAPACK's workspace does not fit 32-bit integers: use more ranks");
  return static_cast<int>(wanted * (1.0 + 1e-9)) + 64;
}

} // namespace pastur::linalg
