// SPDX-License-Identifier: BSD-3-Clause
#include "krylov_options.hpp"

#include <petscsys.h>

#include <algorithm>
#include <cstdint>

namespace pastur::linalg {

KrylovOptions steered(KrylovOptions given) {
  PetscReal tolerance = given.tolerance;
  auto most = static_cast<PetscInt>(std::min<std::int64_t>(given.max_iterations, PETSC_MAX_INT));
  PetscOptionsGetReal(nullptr, given.prefix, "-ksp_rtol", &tolerance, nullptr);
  PetscOptionsGetInt(nullptr, given.prefix, "-ksp_max_it", &most, nullptr);
  given.tolerance = tolerance;
  given.max_iterations = most;
  return given;
}

} // namespace pastur::linalg
