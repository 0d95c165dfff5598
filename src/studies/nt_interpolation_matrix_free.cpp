// SPDX-License-Identifier: BSD-3-Clause
#include "nt_interpolation_matrix_free.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge.hpp>

#include <vector>

namespace pastur::studies::nt_interpolation {

namespace {

/// One system (K_N + ridge) alpha = y after another, on the same operator and preconditioner.
class Solver {
public:
  Solver(const learning::NeuralTangentFeatures& features, std::span<const double> y,
         const parallel::Communicator& team)
      : team_(team), operator_(features.linear_operator(team)),
        preconditioner_(features.preconditioner(team)) {
    const auto [begin, end] = linalg::even_range(operator_.global_size, team.rank(), team.size());
    local_y_.assign(y.begin() + begin, y.begin() + end);
  }

  const linalg::LinearOperator& kernel() const { return operator_; }

  struct Solution {
    std::vector<double> coefficients; ///< all n, on every rank
    double train_error;               ///< (1/n) |K alpha - y|^2
  };

  /// The ridge must exceed -lambda_min.
  Solution solve(double ridge) const {
    // The preconditioner's bulk may stand below |ridge|: then there is none.
    const bool preconditioned = preconditioner_.shift + ridge > 0.0;
    const linalg::KrylovSolution solution = linalg::krylov_ridge(
        operator_, local_y_, ridge, preconditioned ? preconditioner_ : linalg::LowRankPreconditioner{},
        {.tolerance = 1e-12, .max_iterations = 100000});
    return {team_.all_gather(std::span<const double>(solution.coefficients)),
            train_error(solution.coefficients, ridge)};
  }

private:
  /// K alpha - y = -ridge alpha at the solution: without cancellation for small ridges.
  double train_error(std::span<const double> alpha, double ridge) const {
    std::vector<double> residual(alpha.begin(), alpha.end());
    if (ridge == 0.0) {
      operator_.apply(alpha, residual);
      for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= local_y_[i];
    } else {
      for (double& value : residual) value *= -ridge;
    }
    double sum = 0.0;
    for (const double value : residual) sum += value * value;
    return team_.sum(sum) / static_cast<double>(operator_.global_size);
  }

  const parallel::Communicator& team_;
  linalg::LinearOperator operator_;
  linalg::LowRankPreconditioner preconditioner_;
  std::vector<double> local_y_;
};

} // namespace

double mean_squared_difference(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

void fit_matrix_free(const learning::NeuralTangentFeatures& features, std::span<const double> ridges,
                     const learning::Labels& labels, const parallel::Communicator& team,
                     study::Recorder& record) {
  const Solver solver(features, labels.train, team);
  const linalg::ExtremeEigenvalues extremes = linalg::extreme_eigenvalues(solver.kernel());
  const bool definite = extremes.lambda_min > 1e-11 * extremes.lambda_max;
  const double lambda_min = definite ? extremes.lambda_min : 0.0;
  record.set("lambda_min", lambda_min);

  const char* singular = "K_N is not positive definite: the pseudo-inverse fit needs solver = dense";
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    if (ridges[i] <= -lambda_min) {
      const char* reason = ridges[i] == 0.0 ? singular : ridge_too_low;
      for (const char* name : {"train_error", "test_error"}) record.missing_at(name, i, reason);
      continue;
    }
    const Solver::Solution solution = solver.solve(ridges[i]);
    record.set_at("train_error", i, solution.train_error);
    record.set_at("test_error", i,
                  mean_squared_difference(features.predict(solution.coefficients, 1, team), labels.test));
  }

  if (!definite) {
    for (const char* name : {"interpolation_error", "parameter_norm_squared"}) record.missing(name, singular);
    return;
  }
  const Solver::Solution interpolation = solver.solve(0.0);
  double norm_squared = 0.0;
  for (std::size_t i = 0; i < labels.train.size(); ++i)
    norm_squared += labels.train[i] * interpolation.coefficients[i];
  record.set("interpolation_error", interpolation.train_error);
  record.set("parameter_norm_squared", norm_squared / static_cast<double>(labels.train.size()));
}

} // namespace pastur::studies::nt_interpolation
