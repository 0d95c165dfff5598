// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/studies/skip_connections.hpp>
#include <pastur/study/recorder.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace pastur::studies::skip_connections {

/// Squared extreme singular values of a batch's Jacobian, and what bounds them.
struct BatchBounds {
  double greatest = 0.0;
  double least = 0.0;
  double greatest_from_below = 0.0;
  double greatest_from_above = 0.0;
  double least_from_below = 0.0;
};

/// The inequalities that hold for every draw, each checked to 1e-10 of the greatest singular value. All
/// spectra are descending. Numbers are those of the documentation.
class Inequalities {
public:
  /// 1: values of M_0 + skip I and of M_0 + other I.
  void shift(std::span<const double> values, std::span<const double> others, double skip, double other);
  /// 1: values of M_0 + skip I against those of M_0.
  void block(std::span<const double> values, std::span<const double> block, double skip);
  /// 2: the extreme eigenvalues of the symmetric part of M_0.
  void symmetric_part(std::span<const double> values, std::span<const double> block, double skip,
                      double lowest, double greatest);
  /// 3: derivatives lie in [-1, 1].
  void derivatives(std::span<const double> overlaps);
  /// 3: they agree with central differences of step `step` to 1e-4 where neighbours are 1e-4 apart.
  void differences(std::span<const double> values, std::span<const double> overlaps,
                   std::span<const double> above, std::span<const double> below, double step);
  /// 3: a block of rank q < n/2 leaves the value |skip| n - 2 q times.
  void degeneracy(std::span<const double> values, std::span<const double> block, double skip);
  /// 4, 5 or 6: values of M D against those of M, D with `nonzero` (5: equal to 1) slopes and the others
  /// `off`.
  void slopes(std::span<const double> values, std::span<const double> without, std::int64_t on, double off);
  /// 7: one slope changed moves no value by more than `bound`.
  void switched(std::span<const double> values, std::span<const double> others, double bound);
  /// 8: values of [skip I; D W] against those of D W.
  void densenet(std::span<const double> values, std::span<const double> layer, double skip);
  /// 9: a submatrix has smaller values than its matrix.
  void submatrix(std::span<const double> values, std::span<const double> whole);

  /// 10: the batch's Jacobian between its samples' and the product of extremes.
  void batch(const BatchBounds& bounds);
  /// 10: a finite difference is as exact as that of a quadratic.
  void quadratic(double difference, double allowed);

  /// Sets `violations`; numbers that were not checked are missing.
  void record(study::Recorder& record) const;

private:
  void check(std::size_t number, bool holds);
  /// left <= right + 1e-10 scale.
  void at_most(std::size_t number, double left, double right, double scale);
  std::array<std::int64_t, inequality_count> checked_{};
  std::array<std::int64_t, inequality_count> failed_{};
};

} // namespace pastur::studies::skip_connections
