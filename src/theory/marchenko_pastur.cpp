// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/theory/marchenko_pastur.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace pastur::theory {
namespace {

using Complex = std::complex<double>;

void require_positive(double value, const char* message) {
  if (!(value > 0.0) || !std::isfinite(value)) throw std::invalid_argument(message);
}

/// Equal eigenvalues merged, ascending, those at 0 left out.
PopulationSpectrum positive_part(const PopulationSpectrum& population) {
  if (population.eigenvalues.size() != population.weights.size()) {
    throw std::invalid_argument("population eigenvalues and weights differ in number");
  }
  double total = 0.0;
  for (std::size_t i = 0; i < population.weights.size(); ++i) {
    const double t = population.eigenvalues[i];
    if (!(t >= 0.0) || !std::isfinite(t))
      throw std::invalid_argument("a population eigenvalue must be finite and >= 0");
    require_positive(population.weights[i], "a population weight must be positive");
    total += population.weights[i];
  }
  if (std::abs(total - 1.0) > 1e-9) throw std::invalid_argument("population weights must sum to one");
  std::vector<std::size_t> order(population.weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return population.eigenvalues[i] < population.eigenvalues[j];
  });
  PopulationSpectrum result;
  for (std::size_t i : order) {
    const double t = population.eigenvalues[i];
    if (t == 0.0) continue;
    if (!result.eigenvalues.empty() && result.eigenvalues.back() == t) {
      result.weights.back() += population.weights[i];
    } else {
      result.eigenvalues.push_back(t);
      result.weights.push_back(population.weights[i]);
    }
  }
  if (result.eigenvalues.empty())
    throw std::invalid_argument("a population spectrum needs a positive eigenvalue");
  return result;
}

/// Zero of a function with a sign change on [low, high]; `high_positive`: the sign it has at high.
template <class Function>
double bisect(double low, double high, bool high_positive, Function function) {
  for (int step = 0; step < 200; ++step) {
    const double middle = 0.5 * (low + high);
    if (!(middle > std::min(low, high)) || !(middle < std::max(low, high))) break;
    if ((function(middle) > 0.0) == high_positive) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return 0.5 * (low + high);
}

/// With n = 1 and m = gamma w the equation of every ridge regression is the one of the law.
EffectiveRidge scalar_equation(const PopulationSpectrum& positive, double gamma) {
  std::vector<double> multiplicities = positive.weights;
  for (double& m : multiplicities) m *= gamma;
  return EffectiveRidge(1.0, positive.eigenvalues, std::move(multiplicities));
}

} // namespace

double isotropic_companion(double ridge, double gamma) {
  require_positive(ridge, "the closed Marchenko-Pastur form needs a positive ridge");
  require_positive(gamma, "the aspect ratio must be positive");
  // Positive root of ridge v^2 + B v - 1 = 0; B formed from gamma - 1, which is exact near gamma = 1.
  const double B = ridge + (gamma - 1.0);
  const double root = std::sqrt(B * B + 4.0 * ridge);
  return B < 0.0 ? (root - B) / (2.0 * ridge) : 2.0 / (B + root);
}

double isotropic_stieltjes(double ridge, double gamma) {
  return 1.0 / (ridge * (1.0 + isotropic_companion(ridge, gamma)));
}

double isotropic_density(double x, double gamma) {
  require_positive(gamma, "the aspect ratio must be positive");
  const double root = std::sqrt(gamma);
  const double inside = ((1.0 + root) * (1.0 + root) - x) * (x - (1.0 - root) * (1.0 - root));
  return inside > 0.0 && x > 0.0 ? std::sqrt(inside) / (2.0 * std::numbers::pi * gamma * x) : 0.0;
}

MarchenkoPastur::MarchenkoPastur(const PopulationSpectrum& population, double gamma)
    : gamma_(gamma), equation_(scalar_equation(positive_part(population), gamma)) {
  require_positive(gamma, "the aspect ratio must be positive");
  PopulationSpectrum positive = positive_part(population);
  t_ = std::move(positive.eigenvalues);
  w_ = std::move(positive.weights);
  positive_mass_ = std::accumulate(w_.begin(), w_.end(), 0.0);
}

EffectiveRidgePoint MarchenkoPastur::effective_ridge(double ridge) const {
  EffectiveRidgePoint point = equation_.solve(ridge);
  point.df1 /= gamma_;
  point.df2 /= gamma_;
  return point;
}

Complex MarchenkoPastur::equation(Complex v, Complex z) const {
  Complex sum = 0.0;
  for (std::size_t i = 0; i < t_.size(); ++i) sum += w_[i] * t_[i] / (1.0 + t_[i] * v);
  return -1.0 / v + gamma_ * sum - z;
}

Complex MarchenkoPastur::equation_slope(Complex v) const {
  Complex sum = 0.0;
  for (std::size_t i = 0; i < t_.size(); ++i) {
    const Complex factor = t_[i] / (1.0 + t_[i] * v);
    sum += w_[i] * factor * factor;
  }
  return 1.0 / (v * v) - gamma_ * sum;
}

CompanionValue MarchenkoPastur::companion(Complex z) const {
  if (!(z.imag() > 0.0) || !std::isfinite(z.real()) || !std::isfinite(z.imag())) {
    throw std::invalid_argument("the companion transform needs Im z > 0");
  }
  const auto damped = [this](Complex v, Complex at) {
    return 0.5 * (v - 1.0 / (at - (equation(v, 0.0) + 1.0 / v)));
  };
  // Down from far above the axis, where -1/z is close, geometrically to z; Newton at each height, the damped
  // map where Newton leaves the half plane.
  const double top = std::max(1.0, std::abs(z) + 2.0 * gamma_ * t_.back());
  constexpr int heights = 40;
  CompanionValue result;
  Complex v = -1.0 / Complex(z.real(), top);
  for (int height = 0; height <= heights; ++height) {
    const double imaginary =
        z.imag() >= top ? z.imag() : top * std::pow(z.imag() / top, static_cast<double>(height) / heights);
    const Complex at = height == heights ? z : Complex(z.real(), imaginary);
    result.converged = false;
    for (int step = 0; step < 2000; ++step) {
      Complex next = v - equation(v, at) / equation_slope(v);
      if (!(next.imag() > 0.0) || !std::isfinite(next.real())) next = damped(v, at);
      const double move = std::abs(next - v);
      v = next;
      if (move <= 1e-15 * std::abs(v)) {
        result.converged = true;
        break;
      }
      // Rounding may keep the last digit moving; the residual decides.
      if (step > 20 && std::abs(equation(v, at)) <= 1e-13 * std::abs(at)) {
        result.converged = true;
        break;
      }
    }
  }
  result.v = v;
  result.residual = std::abs(equation(v, z)) / std::abs(z);
  return result;
}

Complex MarchenkoPastur::stieltjes(Complex z) const {
  const CompanionValue value = companion(z);
  if (!value.converged)
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  return (value.v + (1.0 - gamma_) / z) / gamma_;
}

double MarchenkoPastur::density(double x) const {
  require_positive(x, "the density is defined for x > 0");
  const CompanionValue near = companion({x, 1e-8 * x});
  if (!near.converged) return std::numeric_limits<double>::quiet_NaN();
  // Newton on the axis itself removes the error of order Im z. Outside the support it runs into the real
  // axis.
  Complex v = near.v;
  for (int step = 0; step < 50; ++step) {
    const Complex move = equation(v, x) / equation_slope(v);
    v -= move;
    if (std::abs(move) <= 1e-15 * std::abs(v)) break;
  }
  return v.imag() > 1e-7 * std::abs(v) ? v.imag() / (std::numbers::pi * gamma_) : 0.0;
}

double MarchenkoPastur::position(double x) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < t_.size(); ++i) sum += w_[i] * t_[i] / (x - t_[i]);
  return x * (1.0 + gamma_ * sum);
}

double MarchenkoPastur::increase(double x) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < t_.size(); ++i) {
    const double factor = t_[i] / (t_[i] - x);
    sum += w_[i] * factor * factor;
  }
  return 1.0 - gamma_ * sum;
}

std::vector<double> MarchenkoPastur::edges() const {
  // In x = -1/v the edges are z at the zeros of h(x) = 1 - gamma sum w t^2/(t-x)^2, which is concave between
  // two poles t_i and tends to -infinity at each: no zero or two. All brackets are proven by comparing the
  // sum with one of its terms or with all of them at one pole.
  const auto h = [this](double x) { return increase(x); };
  std::vector<double> ends;
  const double filling = gamma_ * positive_mass_;
  const double root = std::sqrt(filling);
  if (std::abs(filling - 1.0) <= 1e-12) {
    ends.push_back(0.0);
  } else if (filling < 1.0) {
    ends.push_back(position(
        bisect(t_.front() * (1.0 - std::sqrt(gamma_ * w_.front())), t_.front() * (1.0 - root), true, h)));
  } else {
    ends.push_back(position(bisect(-t_.front() * (root - 1.0), -t_.back() * (root - 1.0), true, h)));
  }
  const auto slope = [this](double x) { // -h'/(2 gamma)
    double sum = 0.0;
    for (std::size_t i = 0; i < t_.size(); ++i) sum += w_[i] * t_[i] * t_[i] / std::pow(t_[i] - x, 3);
    return sum;
  };
  for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
    const double low = t_[i] * (1.0 + std::sqrt(gamma_ * w_[i]));
    const double high = t_[i + 1] * (1.0 - std::sqrt(gamma_ * w_[i + 1]));
    if (low >= high) continue;
    const double summit = bisect(low, high, true, slope);
    if (!(h(summit) > 0.0)) continue;
    ends.push_back(position(bisect(low, summit, true, h)));
    ends.push_back(position(bisect(high, summit, true, h)));
  }
  ends.push_back(
      position(bisect(t_.back() * (1.0 + std::sqrt(gamma_ * w_.back())), t_.back() * (1.0 + root), true, h)));
  return ends;
}

double MarchenkoPastur::mass_at_zero() const {
  return std::max(1.0 - positive_mass_, 1.0 - 1.0 / gamma_);
}

UpperEdge MarchenkoPastur::upper_edge() const {
  const double x = bisect(t_.back() * (1.0 + std::sqrt(gamma_ * w_.back())),
                          t_.back() * (1.0 + std::sqrt(gamma_ * positive_mass_)), true,
                          [this](double y) { return increase(y); });
  // scale^3 = z''(v)/2 = -1/v^3 + gamma sum w t^3/(1+tv)^3 = x^3 (1 + gamma sum w t^3/(x-t)^3).
  double sum = 0.0;
  for (std::size_t i = 0; i < t_.size(); ++i) sum += w_[i] * std::pow(t_[i] / (x - t_[i]), 3);
  return {position(x), x * std::cbrt(1.0 + gamma_ * sum)};
}

} // namespace pastur::theory
