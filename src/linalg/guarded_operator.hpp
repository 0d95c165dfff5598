// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "petsc_shell.hpp"

#include <pastur/linalg/linear_operator.hpp>

#include <cstdint>
#include <span>

namespace pastur::linalg {

/// Products with an operator in which a failure on one rank is everyone's, so that no rank is left behind in
/// the next reduction (CallbackErrors). One for a whole solve: it holds a communicator.
class GuardedOperator {
public:
  /// The operator must outlive the object. @note Collective
  explicit GuardedOperator(const LinearOperator& a) : a_(a), errors_(a.comm) {}

  /// y = A x for `columns` vectors, column-major. Throws what the operator throws. @note Collective
  void multiply(std::span<const double> x, std::span<double> y, std::int64_t columns) {
    const PetscErrorCode code = errors_.run([&] { a_.multiply(x, y, columns); });
    errors_.require(code, "the operator");
  }

private:
  const LinearOperator& a_;
  CallbackErrors errors_;
};

} // namespace pastur::linalg
