// SPDX-License-Identifier: BSD-3-Clause
#include "petsc_shell.hpp"
#include "woodbury.hpp"

#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/parallel/agree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace pastur::linalg {
namespace {

/// What the preconditioner's callback needs.
struct Preconditioner {
  WoodburyInverse inverse;
  CallbackErrors& errors;
};

PetscErrorCode precondition(PC pc, Vec x, Vec y) {
  void* context = nullptr;
  const PetscErrorCode code = PCShellGetContext(pc, static_cast<void*>(&context));
  if (code != 0) return code;
  const Preconditioner& self = *static_cast<const Preconditioner*>(context);
  return self.errors.run([&] {
    const LocalRead input(x);
    const LocalWrite output(y);
    self.inverse.apply(input.values(), output.values());
  });
}

void require_valid(const LinearOperator& k, std::span<const double> y, double ridge,
                   const LowRankPreconditioner& preconditioner) {
  if (static_cast<std::int64_t>(y.size()) != k.local_size) {
    throw std::invalid_argument(
        fmt::format("krylov_ridge: {} labels for {} local rows", y.size(), k.local_size));
  }
  if (!std::isfinite(ridge) || !std::ranges::all_of(y, [](double value) { return std::isfinite(value); })) {
    throw std::domain_error("krylov_ridge: the ridge or a label is not finite");
  }
  require_valid(preconditioner, k.local_size, ridge);
}

/// The shell system, its solver and its vectors for one right-hand side.
class Solver {
public:
  Solver(const LinearOperator& k, double ridge, const LowRankPreconditioner& preconditioner,
         const KrylovOptions& options)
      : errors_(k.comm), matrix_(k, ridge, errors_), y_(matrix_.create_vector()),
        alpha_(matrix_.create_vector()), work_(matrix_.create_vector()) {
    require(KSPCreate(k.comm.get(), ksp_.put()), "KSPCreate");
    require(KSPSetOptionsPrefix(ksp_.get(), options.prefix), "KSPSetOptionsPrefix");
    require(KSPSetOperators(ksp_.get(), matrix_.get(), matrix_.get()), "KSPSetOperators");
    require(KSPSetType(ksp_.get(), KSPCG), "KSPSetType");
    require(KSPSetNormType(ksp_.get(), KSP_NORM_UNPRECONDITIONED), "KSPSetNormType");
    // The residual of conjugate gradients may grow by the root of the condition number before it falls: no
    // test for divergence.
    const auto most =
        static_cast<PetscInt>(std::clamp<std::int64_t>(options.max_iterations, 1, PETSC_MAX_INT));
    require(KSPSetTolerances(ksp_.get(), options.tolerance, 0.0, 1e100, most), "KSPSetTolerances");
    PC pc = nullptr;
    require(KSPGetPC(ksp_.get(), &pc), "KSPGetPC");
    if (preconditioner.rank > 0) {
      const double shift = preconditioner.shift + ridge;
      preconditioner_ = std::make_unique<Preconditioner>(
          Preconditioner{WoodburyInverse(k.comm, preconditioner, shift), errors_});
      require(PCSetType(pc, PCSHELL), "PCSetType");
      require(PCShellSetContext(pc, preconditioner_.get()), "PCShellSetContext");
      require(PCShellSetApply(pc, precondition), "PCShellSetApply");
    } else {
      require(PCSetType(pc, PCNONE), "PCSetType");
    }
    require(KSPSetFromOptions(ksp_.get()), "KSPSetFromOptions");
    require(KSPGetTolerances(ksp_.get(), &tolerance_, nullptr, nullptr, &most_iterations_),
            "KSPGetTolerances");
  }

  /// Conjugate gradients, restarted from their own solution while the true residual, which drifts away from
  /// the one of the recursion, is above the tolerance and still falls.
  KrylovSolution solve(std::span<const double> local_y) {
    std::ranges::copy(local_y, LocalWrite(y_.get()).values().begin());
    require(VecSet(alpha_.get(), 0.0), "VecSet");
    PetscReal norm = 0.0;
    require(VecNorm(y_.get(), NORM_2, &norm), "VecNorm");
    KrylovSolution solution;
    double previous = 1.0;
    solution.residual = norm > 0.0 ? 1.0 : 0.0;
    while (solution.residual > tolerance_) {
      const KSPConvergedReason reason = iterate(solution.iterations);
      solution.residual = true_residual() / norm;
      if (solution.residual <= tolerance_) break;
      if (reason < 0 || !(solution.residual < 0.5 * previous)) {
        throw std::runtime_error(
            fmt::format("conjugate gradients reached the relative residual {:.2g} instead of {:.2g} after {} "
                        "iterations ({})",
                        solution.residual, tolerance_, solution.iterations,
                        reason < 0 ? KSPConvergedReasons[reason] : "the limit of rounding"));
      }
      previous = solution.residual;
    }
    const LocalRead values(alpha_.get());
    solution.coefficients.assign(values.values().begin(), values.values().end());
    return solution;
  }

private:
  void require(PetscErrorCode code, const char* call) const { errors_.require(code, call); }

  KSPConvergedReason iterate(std::int64_t& done) {
    const std::int64_t left = std::max<std::int64_t>(most_iterations_ - done, 1);
    const double keep = PETSC_DEFAULT;
    require(KSPSetTolerances(ksp_.get(), keep, keep, keep, static_cast<PetscInt>(left)), "KSPSetTolerances");
    require(KSPSetInitialGuessNonzero(ksp_.get(), done > 0 ? PETSC_TRUE : PETSC_FALSE),
            "KSPSetInitialGuessNonzero");
    require(KSPSolve(ksp_.get(), y_.get(), alpha_.get()), "KSPSolve");
    PetscInt iterations = 0;
    KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
    require(KSPGetIterationNumber(ksp_.get(), &iterations), "KSPGetIterationNumber");
    require(KSPGetConvergedReason(ksp_.get(), &reason), "KSPGetConvergedReason");
    done += iterations;
    return reason;
  }

  /// |(K + ridge) alpha - y|
  double true_residual() {
    PetscReal norm = 0.0;
    require(MatMult(matrix_.get(), alpha_.get(), work_.get()), "MatMult");
    require(VecAXPY(work_.get(), -1.0, y_.get()), "VecAXPY");
    require(VecNorm(work_.get(), NORM_2, &norm), "VecNorm");
    return norm;
  }

  QuietPetscErrors quiet_;
  CallbackErrors errors_;
  ShellMatrix matrix_;
  VecHandle y_;
  VecHandle alpha_;
  VecHandle work_;
  std::unique_ptr<Preconditioner> preconditioner_;
  KspHandle ksp_;
  double tolerance_ = 0.0;
  PetscInt most_iterations_ = 0;
};

} // namespace

KrylovSolution krylov_ridge(const LinearOperator& k, std::span<const double> local_y, double ridge,
                            const LowRankPreconditioner& preconditioner, const KrylovOptions& options) {
  parallel::agree(k.comm, [&] { require_valid(k, local_y, ridge, preconditioner); });
  Solver solver(k, ridge, preconditioner, options);
  return solver.solve(local_y);
}

} // namespace pastur::linalg
