// SPDX-License-Identifier: BSD-3-Clause
#include "petsc_shell.hpp"
#include "triangular_product.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/factorisation.hpp>
#include <pastur/random/fill.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace pastur::linalg {
namespace {

/// An eigenvalue below this fraction of the norm is measured against the norm: rounding in A alone moves it
/// by 1e-16 of the norm.
constexpr double relative_floor = 1e-5;

struct OneEnd {
  double value;
  double residual;
};

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

OneEnd one_end(const LinearOperator& a, EPSWhich which, double floor, const ExtremeOptions& options,
               std::int64_t& applications) {
  const QuietPetscErrors quiet;
  CallbackErrors errors(a.comm, AfterFailure::success);
  const ShellMatrix matrix(a, 0.0, errors);
  const VecHandle start = matrix.create_vector();
  fill_start(start.get());
  Vec space = start.get();
  EpsHandle eps;
  errors.require(EPSCreate(a.comm.get(), eps.put()), "EPSCreate");
  errors.require(EPSSetOptionsPrefix(eps.get(), options.prefix), "EPSSetOptionsPrefix");
  errors.require(EPSSetOperators(eps.get(), matrix.get(), nullptr), "EPSSetOperators");
  errors.require(EPSSetProblemType(eps.get(), EPS_HEP), "EPSSetProblemType");
  errors.require(EPSSetType(eps.get(), EPSKRYLOVSCHUR), "EPSSetType");
  errors.require(EPSSetWhichEigenpairs(eps.get(), which), "EPSSetWhichEigenpairs");
  const auto basis = static_cast<PetscInt>(std::min(std::max<std::int64_t>(options.basis, 3), a.global_size));
  errors.require(EPSSetDimensions(eps.get(), 1, basis, PETSC_DEFAULT), "EPSSetDimensions");
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
  if (converged < 1) {
    PetscInt iterations = 0;
    errors.require(EPSGetIterationNumber(eps.get(), &iterations), "EPSGetIterationNumber");
    throw std::runtime_error(fmt::format("the {} eigenvalue of an operator of size {} did not converge to "
                                         "{:g} in {} restarts of a Krylov basis of {}",
                                         which == EPS_SMALLEST_REAL ? "least" : "greatest", a.global_size,
                                         options.tolerance, iterations, basis));
  }
  PetscScalar value = 0.0;
  PetscReal residual = 0.0;
  errors.require(EPSGetEigenvalue(eps.get(), 0, &value, nullptr), "EPSGetEigenvalue");
  errors.require(EPSComputeError(eps.get(), 0, EPS_ERROR_ABSOLUTE, &residual), "EPSComputeError");
  applications += matrix.applications();
  // The projected problem is solved on every rank; one answer for all.
  std::array<double, 2> result = {value, relative(residual, value, floor)};
  a.comm.broadcast(result);
  return {result[0], result[1]};
}

/// `multiply` works in place on a whole vector that every rank holds.
LinearOperator on_whole_vectors(const BlockCyclicMatrix& matrix,
                                std::function<void(std::span<double>)> multiply) {
  const parallel::Communicator& team = matrix.grid().team();
  const auto range = even_range(matrix.rows(), team.rank(), team.size());
  return {team, matrix.rows(), range.second - range.first,
          [&team, range, multiply = std::move(multiply)](std::span<const double> x, std::span<double> y) {
            std::vector<double> whole = team.all_gather(x);
            multiply(whole);
            std::copy(whole.begin() + range.first, whole.begin() + range.second, y.begin());
          }};
}

} // namespace

ExtremeEigenvalues extreme_eigenvalues(const LinearOperator& a, const ExtremeOptions& options) {
  ExtremeEigenvalues result;
  // The end that is farther from zero first: its magnitude is the norm.
  const OneEnd far = one_end(a, EPS_LARGEST_MAGNITUDE, 0.0, options, result.applications);
  const EPSWhich which = far.value >= 0.0 ? EPS_SMALLEST_REAL : EPS_LARGEST_REAL;
  const OneEnd near = one_end(a, which, relative_floor * std::abs(far.value), options, result.applications);
  // With one distinct eigenvalue both runs find it, in either order up to rounding.
  result.lambda_min = std::min(far.value, near.value);
  result.lambda_max = std::max(far.value, near.value);
  result.residual = std::max(far.residual, near.residual);
  return result;
}

ExtremeEigenvalues extreme_eigenvalues(BlockCyclicMatrix&& a, const ExtremeOptions& options) {
  BlockCyclicMatrix factor = std::move(a);
  if (!cholesky(factor)) {
    throw std::domain_error(
        fmt::format("extreme_eigenvalues: the matrix of size {} is not positive definite", factor.rows()));
  }
  ExtremeEigenvalues result;
  const LinearOperator inverse =
      on_whole_vectors(factor, [&](std::span<double> x) { cholesky_solve(factor, x); });
  const OneEnd least = one_end(inverse, EPS_LARGEST_MAGNITUDE, 0.0, options, result.applications);
  // A itself is gone; its product is that of its two factors.
  const LinearOperator itself =
      on_whole_vectors(factor, [&](std::span<double> x) { multiply_by_factors(factor, x); });
  const OneEnd greatest = one_end(itself, EPS_LARGEST_MAGNITUDE, 0.0, options, result.applications);
  result.lambda_min = 1.0 / least.value;
  result.lambda_max = greatest.value;
  result.residual = std::max(least.residual, greatest.residual);
  return result;
}

} // namespace pastur::linalg
