// SPDX-License-Identifier: BSD-3-Clause
#include "krylov_ends.hpp"

#include "petsc_shell.hpp"

#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace pastur::linalg {
namespace {

/// residual / max(|lambda|, floor); the zero matrix has residual 0.
double relative(double residual, double lambda, double floor) {
  return residual == 0.0 ? 0.0 : residual / std::max(std::abs(lambda), floor);
}

PetscErrorCode convergence_test(EPS, PetscScalar value, PetscScalar, PetscReal residual, PetscReal* estimate,
                                void* floor) {
  *estimate = relative(residual, value, *static_cast<const double*>(floor));
  return 0;
}

/// The usual test, and an end to a solve whose operator has failed.
PetscErrorCode stopping_test(EPS eps, PetscInt restarts, PetscInt most, PetscInt converged, PetscInt wanted,
                             EPSConvergedReason* reason, void* errors) {
  if (static_cast<const CallbackErrors*>(errors)->failed()) {
    *reason = EPS_DIVERGED_BREAKDOWN;
    return 0;
  }
  return EPSStoppingBasic(eps, restarts, most, converged, wanted, reason, nullptr);
}

/// A start vector that does not depend on the number of ranks, as SLEPc's own does.
void fill_start(Vec vector) {
  PetscInt first = 0;
  VecGetOwnershipRange(vector, &first, nullptr);
  const LocalWrite local(vector);
  const auto count = static_cast<std::int64_t>(local.values().size());
  random::fill_normal(random::Streams("extreme eigenvalues").stream("start"), {first, count, 0, 1},
                      local.values().data(), count);
}

EPSWhich which_of(End end) {
  if (end == End::greatest) return EPS_LARGEST_REAL;
  return end == End::least ? EPS_SMALLEST_REAL : EPS_LARGEST_MAGNITUDE;
}

const char* name_of(End end) {
  return end == End::least ? "least" : "greatest";
}

} // namespace

KrylovEnd krylov_end(const LinearOperator& a, End end, std::int64_t count, double floor,
                     const ExtremeOptions& options) {
  const QuietPetscErrors quiet;
  CallbackErrors errors(a.comm, AfterFailure::success);
  const ShellMatrix matrix(a, 0.0, errors);
  const VecHandle start = matrix.create_vector();
  fill_start(start.get());
  Vec space = start.get();
  const std::int64_t wanted = std::clamp<std::int64_t>(count, 1, a.global_size);
  const auto basis =
      static_cast<PetscInt>(std::min(std::max({options.basis, 2 * wanted, std::int64_t{3}}), a.global_size));
  EpsHandle eps;
  errors.require(EPSCreate(a.comm.get(), eps.put()), "EPSCreate");
  errors.require(EPSSetOptionsPrefix(eps.get(), options.prefix), "EPSSetOptionsPrefix");
  errors.require(EPSSetOperators(eps.get(), matrix.get(), nullptr), "EPSSetOperators");
  errors.require(EPSSetProblemType(eps.get(), EPS_HEP), "EPSSetProblemType");
  errors.require(EPSSetType(eps.get(), EPSKRYLOVSCHUR), "EPSSetType");
  errors.require(EPSSetWhichEigenpairs(eps.get(), which_of(end)), "EPSSetWhichEigenpairs");
  errors.require(EPSSetDimensions(eps.get(), static_cast<PetscInt>(wanted), basis, PETSC_DEFAULT),
                 "EPSSetDimensions");
  const auto restarts =
      static_cast<PetscInt>(std::clamp<std::int64_t>(options.max_restarts, 1, PETSC_MAX_INT));
  errors.require(EPSSetTolerances(eps.get(), options.tolerance, restarts), "EPSSetTolerances");
  errors.require(EPSSetConvergenceTestFunction(eps.get(), convergence_test, &floor, nullptr),
                 "EPSSetConvergenceTestFunction");
  errors.require(EPSSetStoppingTestFunction(eps.get(), stopping_test, &errors, nullptr),
                 "EPSSetStoppingTestFunction");
  errors.require(EPSSetInitialSpace(eps.get(), 1, &space), "EPSSetInitialSpace");
  errors.require(EPSSetFromOptions(eps.get()), "EPSSetFromOptions");
  errors.require(EPSSolve(eps.get()), "EPSSolve");

  PetscInt converged = 0;
  errors.require(EPSGetConverged(eps.get(), &converged), "EPSGetConverged");
  if (converged < wanted) {
    PetscInt iterations = 0;
    errors.require(EPSGetIterationNumber(eps.get(), &iterations), "EPSGetIterationNumber");
    throw std::runtime_error(fmt::format("{} of the {} {} eigenvalues of an operator of size {} converged to "
                                         "{:g} in {} restarts of a Krylov basis of {}",
                                         converged, wanted, name_of(end), a.global_size, options.tolerance,
                                         iterations, basis));
  }
  // The projected problem is solved on every rank; one answer for all. Last: the residual.
  std::vector<double> answer(static_cast<std::size_t>(wanted) + 1, 0.0);
  for (PetscInt i = 0; i < static_cast<PetscInt>(wanted); ++i) {
    PetscScalar value = 0.0;
    PetscReal residual = 0.0;
    errors.require(EPSGetEigenvalue(eps.get(), i, &value, nullptr), "EPSGetEigenvalue");
    errors.require(EPSComputeError(eps.get(), i, EPS_ERROR_ABSOLUTE, &residual), "EPSComputeError");
    answer[static_cast<std::size_t>(i)] = value;
    answer.back() = std::max(answer.back(), relative(residual, value, floor));
  }
  a.comm.broadcast(std::span<double>(answer));
  KrylovEnd result{.values = std::move(answer), .applications = matrix.applications()};
  result.residual = result.values.back();
  result.values.pop_back();
  return result;
}

} // namespace pastur::linalg
