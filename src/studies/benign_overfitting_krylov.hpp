// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "benign_overfitting_risk.hpp"

#include <pastur/linalg/krylov_ridge.hpp>
#include <pastur/linalg/linear_operator.hpp>
#include <pastur/study/recorder.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace pastur::studies::benign_overfitting {

struct KrylovErrors {
  RidgeErrors path;                   ///< the variance is an estimate
  std::vector<double> variance_error; ///< its standard error over the probes
  study::MethodUse solves;            ///< how every ridge was solved
};

/// The conditional risk of one large sample without a factorisation: X X^T is formed (n^2 over the team),
/// alpha = (X X^T + ridge)^{-1} y comes by block conjugate gradients, and
///   bias, test_error = r' Sigma r with r = theta* - X^T alpha,
///   variance = noise_variance E z' W X Sigma X^T W z over sign vectors z, W = (X X^T + ridge)^{-1}
/// by one pass over the columns of X for all ridges, so that nothing cancels.
class KrylovRisk {
public:
  /// `noise`: the label noise, the same on every rank. Throws std::runtime_error when SLEPc does not converge
  /// to the ends of the spectrum. @note Collective
  KrylovRisk(const Sample& sample, double noise_variance, std::span<const double> noise,
             const parallel::Communicator& team);
  KrylovRisk(const KrylovRisk&) = delete;
  KrylovRisk& operator=(const KrylovRisk&) = delete;

  double lambda_min() const { return lambda_min_; } ///< 0 when p < n or not above rounding
  double lambda_max() const { return lambda_max_; }
  /// Ridge 0 is no exception: a singular X X^T has no solve.
  bool admissible(double ridge) const { return ridge > -lambda_min_; }
  /// With `probes` sign vectors, the same for every ridge; `sketch`: the normal vectors of a Nystrom
  /// preconditioner for all ridges, where that pays. Throws std::runtime_error when conjugate gradients do
  /// not converge. @note Collective
  KrylovErrors errors(std::span<const double> ridges, std::int64_t probes, const random::Stream& signs,
                      const random::Stream& sketch) const;

private:
  bool sketch_pays(std::span<const double> ridges) const;
  /// This rank's rows of X theta*, and where there is noise of y and of `probes` sign vectors.
  std::vector<double> right_hand_sides(std::int64_t probes, const random::Stream& signs) const;
  /// (X X^T + ridge)^{-1} of `columns` vectors, given by this rank's rows, on every rank. @note Collective
  std::vector<double> solve(std::span<const double> local, std::int64_t columns, double ridge,
                            const linalg::LowRankPreconditioner& preconditioner) const;
  /// Vectors of length n, column-major, from this rank's rows of them. @note Collective
  std::vector<double> whole(std::span<const double> local, std::int64_t columns) const;

  const Sample& sample_;
  const parallel::Communicator& team_;
  double noise_variance_;
  linalg::BlockCyclicMatrix gram_; // X X^T in full
  std::int64_t begin_ = 0, end_ = 0;
  linalg::LinearOperator operator_;     // X X^T on this rank's entries [begin, end) of a vector
  std::vector<double> signal_, labels_; // X theta*, y
  double lambda_min_ = 0.0, lambda_max_ = 0.0;
};

} // namespace pastur::studies::benign_overfitting
