// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "benign_overfitting_sample.hpp"

#include <pastur/study/recorder.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace pastur::studies::benign_overfitting {

/// Errors of one sample at every ridge of a path; NaN where the ridge is not admissible.
struct RidgeErrors {
  std::vector<double> bias, variance, test_error, train_error;
};

struct SampleOptimum {
  double ridge = 0.0;
  double test_error = 0.0; ///< bias + variance there
};

/// The exact conditional risk of ridge regression on one sample, from one eigendecomposition X X^T = U D U^T.
/// With c = w o U^T X theta*, w = 1/(D + ridge), P = U^T X Sigma X^T U and g = U^T X Sigma theta*:
///   bias = c^T P c - 2 g^T c + theta*' Sigma theta*,  variance = noise_variance sum P_ii w_i^2,
/// O(n^2) for each ridge.
class ConditionalRisk {
public:
  /// `noise`: the label noise, the same on every rank. @note Collective
  ConditionalRisk(const Sample& sample, double noise_variance, std::span<const double> noise,
                  const parallel::Communicator& team);

  /// How X X^T was decomposed.
  const study::MethodUse& decomposition() const { return decomposition_; }
  double lambda_min() const { return values_.front(); } ///< exactly 0 when p < n
  double lambda_max() const { return values_.back(); }
  bool admissible(double ridge) const { return ridge == 0.0 || ridge > -lambda_min(); }
  /// @note Collective
  RidgeErrors errors(std::span<const double> ridges) const;
  /// The ridge above -lambda_min with the least bias + variance; `expected`: where theory puts it. @note
  /// Collective
  SampleOptimum optimum(double expected) const;

private:
  /// A ridge where the bias is known to full relative accuracy, with x = c - (c there) elsewhere:
  ///   bias = value - 2 g^T x + x^T P x.
  /// An infinite ridge has c = 0 and value theta*' Sigma theta* = 1. With full rank and p <= n, ridge 0 has
  /// value 0 and g = 0, so that no bias cancels. Other ridges take a pass over the columns of X.
  struct Reference {
    double ridge = 0.0;
    double distance = 0.0; // ridge + lambda_min
    std::vector<double> weights;
    std::vector<double> g;
    double value = 0.0;
  };
  struct Evaluation {
    std::vector<double> bias, variance;
  };

  std::size_t n() const { return values_.size(); }
  std::vector<double> weights(double ridge) const;
  std::vector<double> weights_above_edge(double distance) const;
  std::vector<double> shift(const Reference& reference, double difference,
                            std::span<const double> weights) const;
  std::vector<double> quadratic(const Reference& reference, std::span<const double> shifts) const;
  double noise_part(std::span<const double> weights) const;
  bool uncertain(double value, std::span<const double> coefficients) const;
  void repeat_uncertain(std::span<const double> coefficients, std::vector<double>& errors) const;
  Reference reference_at(double distance) const;
  Evaluation evaluate(const Reference& reference, std::span<const double> log_distances) const;
  double slope(const Reference& reference, double log_distance) const;
  double refined(const Reference& reference, double log_distance) const;

  const Sample& sample_;
  const parallel::Communicator& team_;
  double noise_variance_;
  std::size_t nulls_; // leading modes with eigenvalue exactly 0: n - p where p < n
  study::MethodUse decomposition_;
  bool determined_ = false;            // p <= n and the other modes have full rank
  std::vector<double> values_;         // D, ascending
  linalg::BlockCyclicMatrix vectors_;  // U
  linalg::BlockCyclicMatrix weighted_; // P
  std::vector<double> signal_;         // U^T X theta*, 0 on the null modes
  std::vector<double> labels_;         // U^T y
  std::vector<double> weighted_diagonal_;
  Reference origin_; // at ridge 0 where determined, else at an infinite ridge
};

} // namespace pastur::studies::benign_overfitting
