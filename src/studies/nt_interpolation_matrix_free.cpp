// SPDX-License-Identifier: BSD-3-Clause
#include "nt_interpolation_matrix_free.hpp"

#include "nt_interpolation_products.hpp"

#include <pastur/linalg/extreme_eigenvalues.hpp>
#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/linalg/krylov_ridge_path.hpp>
#include <pastur/parallel/stopwatch.hpp>

#include <vector>

namespace pastur::studies::nt_interpolation {

namespace {

/// The systems (K_N + ridge) alpha = y of one operator.
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

  struct Solutions {
    std::vector<double> coefficients; ///< n x ridges, column-major, on every rank
    std::vector<double> train_errors; ///< (1/n) |K alpha - y|^2
  };

  /// Every ridge must exceed -lambda_min.
  Solutions solve(std::span<const double> ridges, double lambda_min) const {
    const std::vector<double> local =
        separate_solves_pay(ridges, lambda_min) ? solve_separately(ridges) : solve_together(ridges);
    Solutions solutions;
    const std::size_t rows = local_y_.size();
    for (std::size_t r = 0; r < ridges.size(); ++r) {
      const std::span<const double> alpha = std::span(local).subspan(r * rows, rows);
      const std::vector<double> whole = team_.all_gather(alpha);
      solutions.coefficients.insert(solutions.coefficients.end(), whole.begin(), whole.end());
      solutions.train_errors.push_back(train_error(alpha, ridges[r]));
    }
    return solutions;
  }

private:
  static constexpr linalg::KrylovOptions options{.tolerance = 1e-12, .max_iterations = 100000};

  /// n x ridges, this rank's rows.
  std::vector<double> solve_together(std::span<const double> ridges) const {
    return linalg::krylov_ridge_path(operator_, local_y_, ridges, preconditioner_, options).coefficients;
  }
  std::vector<double> solve_separately(std::span<const double> ridges) const {
    std::vector<double> all;
    for (const double ridge : ridges) {
      // The preconditioner's bulk may stand below |ridge|: then there is none.
      const bool preconditioned = preconditioner_.shift + ridge > 0.0;
      const linalg::KrylovSolution one =
          linalg::krylov_ridge(operator_, local_y_, ridge,
                               preconditioned ? preconditioner_ : linalg::LowRankPreconditioner{}, options);
      all.insert(all.end(), one.coefficients.begin(), one.coefficients.end());
    }
    return all;
  }

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

void fit_matrix_free(const learning::NeuralTangentFeatures& features, const study::Parameters& point,
                     const learning::Labels& labels, const parallel::Communicator& team,
                     study::Recorder& record) {
  const std::vector<double>& ridges = point.reals("ridge");
  const Solver solver(features, labels.train, team);
  const ExpectedWork expected = expected_work(point);
  parallel::Stopwatch watch;
  const linalg::ExtremeEigenvalues extremes = linalg::extreme_eigenvalues(solver.kernel());
  record.used({.step = "ends of the spectrum",
               .how = "Lanczos",
               .expected_product_flops = expected.extremes,
               .seconds = watch.seconds()});
  const bool definite = extremes.lambda_min > 1e-11 * extremes.lambda_max;
  const double lambda_min = definite ? extremes.lambda_min : 0.0;
  record.set("lambda_min", lambda_min);

  const char* singular = "K_N is not positive definite: the pseudo-inverse fit needs solver = dense";
  std::vector<double> solved; // the admissible ridges, then the interpolation
  std::vector<std::size_t> entries;
  for (std::size_t i = 0; i < ridges.size(); ++i) {
    if (ridges[i] > -lambda_min) {
      solved.push_back(ridges[i]);
      entries.push_back(i);
      continue;
    }
    const char* reason = ridges[i] == 0.0 ? singular : ridge_too_low;
    for (const char* name : {"train_error", "test_error"}) record.missing_at(name, i, reason);
  }
  if (definite) solved.push_back(0.0);
  watch = {};
  const Solver::Solutions solutions = solver.solve(solved, lambda_min);
  record.used({.step = "ridge path",
               .how = separate_solves_pay(solved, lambda_min)
                          ? "preconditioned conjugate gradients for each ridge"
                          : "conjugate gradients, one Krylov space for all ridges",
               .expected_product_flops = expected.solves,
               .seconds = watch.seconds()});
  const std::size_t n = labels.train.size();
  const std::size_t m = labels.test.size();
  std::vector<double> predictions; // m x ridges
  if (!entries.empty()) {
    predictions = features.predict(std::span(solutions.coefficients).first(n * entries.size()),
                                   static_cast<std::int64_t>(entries.size()), team);
  }
  for (std::size_t k = 0; k < entries.size(); ++k) {
    record.set_at("train_error", entries[k], solutions.train_errors[k]);
    record.set_at("test_error", entries[k],
                  mean_squared_difference(std::span(predictions).subspan(k * m, m), labels.test));
  }

  if (!definite) {
    for (const char* name : {"interpolation_error", "parameter_norm_squared"}) record.missing(name, singular);
    return;
  }
  const std::span<const double> interpolation = std::span(solutions.coefficients).last(n);
  double norm_squared = 0.0;
  for (std::size_t i = 0; i < n; ++i) norm_squared += labels.train[i] * interpolation[i];
  record.set("interpolation_error", solutions.train_errors.back());
  record.set("parameter_norm_squared", norm_squared / static_cast<double>(n));
}

} // namespace pastur::studies::nt_interpolation
