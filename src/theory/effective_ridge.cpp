// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/compensated_sum.hpp>
#include <pastur/theory/effective_ridge.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace pastur::theory {
namespace {

constexpr std::size_t lanes = 4;
constexpr std::size_t chunk = 256;

} // namespace

/// With a = s/(s + kappa), b = 1 - a = kappa/(s + kappa): the four sums from which every quantity follows
/// without cancellation.
struct EffectiveRidge::Sums {
  double ma;  // df1
  double maa; // df2
  double mb;  // p - df1
  double mab; // df1 - df2
};

EffectiveRidge::EffectiveRidge(double samples, std::vector<double> eigenvalues,
                               std::vector<double> multiplicities)
    : samples_(samples), eigenvalues_(std::move(eigenvalues)), multiplicities_(std::move(multiplicities)) {
  if (!(samples_ > 0.0) || !std::isfinite(samples_))
    throw std::invalid_argument("the number of samples must be positive");
  if (eigenvalues_.size() != multiplicities_.size()) {
    throw std::invalid_argument("population eigenvalues and multiplicities differ in number");
  }
  CompensatedSum rank;
  CompensatedSum trace;
  for (std::size_t j = 0; j < eigenvalues_.size(); ++j) {
    const double s = eigenvalues_[j];
    const double m = multiplicities_[j];
    if (!(s > 0.0) || !std::isfinite(s))
      throw std::invalid_argument("a population eigenvalue must be positive and finite");
    if (!(m >= 0.0) || !std::isfinite(m))
      throw std::invalid_argument("a multiplicity must be finite and >= 0");
    rank.add(m);
    trace.add(m * s);
  }
  rank_ = rank.value();
  trace_ = trace.value();
  if (!std::isfinite(trace_)) throw std::invalid_argument("the trace of the population covariance overflows");
}

bool EffectiveRidge::square() const {
  return std::abs(rank_ - samples_) <= 1e-12 * samples_;
}

EffectiveRidge::Sums EffectiveRidge::sums(double kappa) const {
  std::array<CompensatedSum, 4> total;
  const std::size_t size = eigenvalues_.size();
  const double* s = eigenvalues_.data();
  const double* m = multiplicities_.data();
  for (std::size_t begin = 0; begin < size; begin += chunk) {
    const std::size_t end = std::min(begin + chunk, size);
    std::array<double, lanes> ma{};
    std::array<double, lanes> maa{};
    std::array<double, lanes> mb{};
    std::array<double, lanes> mab{};
    std::size_t j = begin;
    for (; j + lanes <= end; j += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) {
        const double inverse = 1.0 / (s[j + l] + kappa);
        const double a = s[j + l] * inverse;
        const double b = kappa * inverse;
        const double weighted = m[j + l] * a;
        ma[l] += weighted;
        maa[l] += weighted * a;
        mb[l] += m[j + l] * b;
        mab[l] += weighted * b;
      }
    }
    for (; j < end; ++j) {
      const double inverse = 1.0 / (s[j] + kappa);
      const double a = s[j] * inverse;
      const double b = kappa * inverse;
      ma[0] += m[j] * a;
      maa[0] += m[j] * a * a;
      mb[0] += m[j] * b;
      mab[0] += m[j] * a * b;
    }
    const auto fold = [](const std::array<double, lanes>& x) { return (x[0] + x[1]) + (x[2] + x[3]); };
    total[0].add(fold(ma));
    total[1].add(fold(maa));
    total[2].add(fold(mb));
    total[3].add(fold(mab));
  }
  return {total[0].value(), total[1].value(), total[2].value(), total[3].value()};
}

// n - df1 and n - df2 directly cancel when p is near n, through p - df they cancel when p is far above n.
double EffectiveRidge::deficit(const Sums& s) const {
  return rank_ <= 2.0 * samples_ ? (samples_ - rank_) + s.mb : samples_ - s.ma;
}

EffectiveRidgePoint EffectiveRidge::point(double kappa, const Sums& s) const {
  EffectiveRidgePoint result;
  result.kappa = kappa;
  result.df1 = s.ma;
  result.df2 = s.maa;
  result.slope = rank_ <= 2.0 * samples_ ? (samples_ - rank_) + (s.mb + s.mab) : samples_ - s.maa;
  result.exists = true;
  return result;
}

double EffectiveRidge::ridge(double kappa) const {
  if (!(kappa >= 0.0)) throw std::invalid_argument("kappa must be >= 0");
  return kappa == 0.0 ? 0.0 : kappa * deficit(sums(kappa));
}

EffectiveRidgePoint EffectiveRidge::at(double kappa) const {
  if (!(kappa > 0.0) || !std::isfinite(kappa))
    throw std::invalid_argument("kappa must be positive and finite");
  return point(kappa, sums(kappa));
}

EffectiveRidgePoint EffectiveRidge::solve(double ridge, double start) const {
  if (!std::isfinite(ridge)) throw std::invalid_argument("a ridge must be finite");
  EffectiveRidgePoint none;
  none.kappa = none.df1 = none.df2 = none.slope = none.residual = std::numeric_limits<double>::quiet_NaN();
  const bool full_rank = rank_ <= samples_ || square();
  if (ridge <= 0.0 && full_rank) {
    if (ridge < 0.0) return none; // F >= 0 everywhere
    EffectiveRidgePoint result;
    result.df1 = result.df2 = rank_;
    result.slope = square() ? 0.0 : samples_ - rank_;
    result.exists = true;
    return result;
  }
  // Right of every root: n kappa = ridge + sum m s kappa/(s + kappa) < ridge + sum m s.
  double kappa = (std::max(ridge, 0.0) + trace_) / samples_;
  if (start > 0.0) kappa = std::min(kappa, start);
  Sums current = sums(kappa);
  EffectiveRidgePoint result = point(kappa, current);
  // Convex F: Newton from the right descends to the greatest root, and passes the minimum only if there is
  // none. In the form kappa' = (ridge + kappa sum m a b) / F' nothing cancels for ridge >= 0, so small roots
  // keep their relative accuracy.
  constexpr int max_steps = 500;
  for (int step = 1; step <= max_steps; ++step) {
    const double next = (ridge + kappa * current.mab) / result.slope;
    if (!(next > 0.0)) return none;
    const double move = kappa - next;
    // Rounding has stopped the descent; one more step from here would only wander.
    const bool done = move <= 4e-16 * kappa;
    kappa = next;
    current = sums(kappa);
    result = point(kappa, current);
    result.steps = step;
    if (!(result.slope > 0.0)) return none;
    if (done) break;
    if (step == max_steps) return none;
  }
  result.residual = std::abs(deficit(current) - ridge / kappa) / samples_;
  return result;
}

double EffectiveRidge::critical_kappa() const {
  if (rank_ <= samples_ || square()) return 0.0;
  // df2^{-1/2} is a power mean of the 1 + kappa/s_j, hence concave and increasing in kappa: Newton on it
  // overshoots never after the first step, and climbs to the root monotonically. For a single group it is
  // linear: one step.
  double kappa = 0.0;
  for (int step = 0; step < 500; ++step) {
    CompensatedSum square_sum;
    CompensatedSum slope_sum;
    for (std::size_t j = 0; j < eigenvalues_.size(); ++j) {
      const double inverse = 1.0 / (eigenvalues_[j] + kappa);
      const double a = eigenvalues_[j] * inverse;
      square_sum.add(multiplicities_[j] * a * a);
      slope_sum.add(multiplicities_[j] * a * a * inverse);
    }
    const double df2 = square_sum.value();
    const double log_slope = slope_sum.value() / df2; // -(1/2) d log df2 / d kappa
    const double move = (std::sqrt(df2 / samples_) - 1.0) / log_slope;
    const double next = kappa + move;
    if (!(move > 4e-16 * kappa)) return next > 0.0 ? next : kappa;
    kappa = next;
  }
  throw std::runtime_error("the minimum of the effective-ridge equation was not found");
}

double EffectiveRidge::ridge_edge() const {
  return std::min(0.0, ridge(critical_kappa()));
}

} // namespace pastur::theory
