// SPDX-License-Identifier: BSD-3-Clause
#include "bivariate_tail.hpp"

#include <pastur/theory/gegenbauer.hpp>
#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace pastur::theory {
namespace {

using std::numbers::pi;

double clipped(double t) {
  return std::min(1.0, std::max(-1.0, t));
}

bool is_series(ActivationKind kind) {
  switch (kind) {
  case ActivationKind::relu:
  case ActivationKind::shifted_relu:
  case ActivationKind::leaky:
  case ActivationKind::abs:
  case ActivationKind::erf:
    return false;
  default:
    return true;
  }
}

constexpr std::size_t block = 64;

/// sum_k a_k x^k over a block at a time, so that the inner loop vectorises.
void horner(std::span<const double> a, const std::array<double, block>& x, std::array<double, block>& sum) {
  sum.fill(0.0);
  for (std::size_t k = a.size(); k-- > 0;) {
    const double next = a[k];
    for (std::size_t i = 0; i < block; ++i) sum[i] = sum[i] * x[i] + next;
  }
}

/// E(t^2) + t O(t^2) at many t, clipped to [-1, 1]; `finish` maps (t, sum) to what is stored.
template <class Finish>
void series_in_place(std::span<const double> even, std::span<const double> odd, std::span<double> t,
                     Finish finish) {
  std::array<double, block> x{};
  std::array<double, block> square{};
  std::array<double, block> even_sum;
  std::array<double, block> odd_sum;
  for (std::size_t begin = 0; begin < t.size(); begin += block) {
    const std::size_t size = std::min(block, t.size() - begin);
    for (std::size_t i = 0; i < size; ++i) x[i] = clipped(t[begin + i]);
    for (std::size_t i = 0; i < size; ++i) square[i] = x[i] * x[i];
    horner(even, square, even_sum);
    horner(odd, square, odd_sum);
    for (std::size_t i = 0; i < size; ++i) t[begin + i] = finish(x[i], even_sum[i] + x[i] * odd_sum[i]);
  }
}

} // namespace

NeuralTangentKernel::NeuralTangentKernel(const Activation& sigma)
    : sigma_(sigma), at_one_(sigma.has_derivative() ? derivative_second_moment(sigma) : 0.0) {
  if (!sigma.has_derivative()) {
    throw std::invalid_argument(
        "the neural-tangent kernel needs an activation with a derivative, which sign and step have not");
  }
  // Jumps of sigma' leave c_k^2 ~ k^{-3/2}, of no use for K itself, but the sums over the sphere converge
  // like k^{-d/2}.
  squared_coefficients_ = derivative_hermite_coefficients(sigma, sigma.has_two_slopes() ? 4001 : 201);
  for (double& c : squared_coefficients_) c *= c;
  if (!is_series(sigma.kind())) return;
  double tail = 0.0;
  while (squared_coefficients_.size() > 1 && tail + squared_coefficients_.back() < 1e-18 * at_one_) {
    tail += squared_coefficients_.back();
    squared_coefficients_.pop_back();
  }
  // g(t) = E(t^2) + t O(t^2): parity empties one of the two, which halves the work.
  for (std::size_t k = 0; k < squared_coefficients_.size(); ++k) {
    std::vector<double>& half = k % 2 == 0 ? even_ : odd_;
    half.push_back(squared_coefficients_[k]);
  }
  for (std::vector<double>* half : {&even_, &odd_}) {
    while (!half->empty() && half->back() == 0.0) half->pop_back();
  }
}

double NeuralTangentKernel::g(double t) const {
  switch (sigma_.kind()) {
  case ActivationKind::relu:
    return (pi - std::acos(t)) / (2.0 * pi);
  case ActivationKind::shifted_relu:
    return joint_tail(sigma_.parameter(), t);
  case ActivationKind::leaky: {
    const double c = sigma_.parameter();
    return (1.0 - c) * (1.0 - c) * (pi - std::acos(t)) / (2.0 * pi) + c;
  }
  case ActivationKind::abs:
    return 2.0 / pi * std::asin(t);
  case ActivationKind::erf:
    return 4.0 / (pi * std::sqrt(9.0 - 4.0 * t * t));
  default: {
    std::array<double, 1> value{t};
    series_in_place(even_, odd_, value, [](double, double sum) { return sum; });
    return value[0];
  }
  }
}

double NeuralTangentKernel::operator()(double t) const {
  const double x = clipped(t);
  return x == 1.0 ? at_one_ : x * g(x);
}

void NeuralTangentKernel::apply(std::span<double> t) const {
  if (!is_series(sigma_.kind())) {
    for (double& x : t) x = (*this)(x);
    return;
  }
  series_in_place(even_, odd_, t, [one = at_one_](double x, double sum) { return x == 1.0 ? one : x * sum; });
}

std::vector<double> NeuralTangentKernel::eigenvalues(int d, int max_degree) const {
  // K(t) = t g(t): the coefficient of t^j is c_{j-1}^2.
  std::vector<double> coefficients{0.0};
  coefficients.insert(coefficients.end(), squared_coefficients_.begin(), squared_coefficients_.end());
  if (!sigma_.has_two_slopes() || d >= 20) return funk_hecke_from_series(coefficients, d, max_degree);
  std::vector<double> xi = funk_hecke_by_quadrature([this](double t) { return (*this)(t); }, d, max_degree);
  // Degrees whose every coefficient vanishes are 0 exactly, not rounding.
  const std::vector<double> sums = funk_hecke_from_series(coefficients, d, max_degree);
  for (std::size_t k = 0; k < xi.size(); ++k) {
    if (sums[k] == 0.0) xi[k] = 0.0;
  }
  return xi;
}

void NeuralTangentKernel::apply_truncated(int d, int degree, std::span<double> t) const {
  const std::vector<double> xi = eigenvalues(d, degree);
  std::vector<double> weight(xi.size());
  for (std::size_t k = 0; k < xi.size(); ++k) weight[k] = harmonic_count(d, static_cast<int>(k)) * xi[k];
  for (double& x : t) {
    const double u = clipped(x);
    double previous = 1.0;
    double current = u;
    double sum = weight[0] + (weight.size() > 1 ? weight[1] * u : 0.0);
    for (std::size_t k = 1; k + 1 < weight.size(); ++k) {
      const double order = static_cast<double>(k);
      const double next = ((2.0 * order + d - 2.0) * u * current - order * previous) / (order + d - 2.0);
      sum += weight[k + 1] * next;
      previous = current;
      current = next;
    }
    x = sum;
  }
}

double NeuralTangentKernel::tail(int d, int degree) const {
  const std::vector<double> xi = eigenvalues(d, degree);
  double kept = 0.0;
  for (std::size_t k = 0; k < xi.size(); ++k) kept += harmonic_count(d, static_cast<int>(k)) * xi[k];
  return std::max(0.0, at_one_ - kept);
}

} // namespace pastur::theory
