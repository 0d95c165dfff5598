// SPDX-License-Identifier: BSD-3-Clause
#include "nt_interpolation_products.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/studies/nt_interpolation.hpp>
#include <pastur/theory/hermite.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pastur::studies::nt_interpolation {

namespace {

/// Of the products of a solve, that it takes with the kernel's linear part as a preconditioner.
constexpr double preconditioned = 0.5;

/// Where the spectrum of K_N lies, roughly: eigenvalues c_{l-1}^2 n / B_l of multiplicity B_l for the degrees
/// l that n samples resolve, then what is left of E sigma'^2, all spread by (1 +- sqrt(n / (N d)))^2.
struct SpectrumGuess {
  struct Level {
    double top;   ///< upper edge of what is left
    double above; ///< eigenvalues above it
  };
  std::vector<Level> levels; ///< with the degrees up to 0, 1, 2 taken away
  double tail;               ///< what is left of E sigma'^2
  double room;               ///< 1 - sqrt(n / (N d)), 0 where K_N is singular
};

SpectrumGuess guess_spectrum(const study::Parameters& p) {
  const auto n = static_cast<double>(p.integer("n"));
  const auto d = static_cast<double>(p.integer("d"));
  const double spread = std::sqrt(n / (static_cast<double>(p.integer("N")) * d));
  const theory::Activation sigma = activation(p);
  const std::vector<double> c = theory::derivative_hermite_coefficients(sigma, 2);
  const double multiplicities[] = {d, d * (d + 1.0) / 2.0 - 1.0};
  SpectrumGuess guess{.levels = {}, .tail = theory::derivative_second_moment(sigma), .room = 1.0 - spread};
  guess.room = std::max(guess.room, 0.0);
  double above = 0.0;
  for (std::size_t degree = 0; degree < 2 && n >= 2.0 * multiplicities[degree]; ++degree) {
    const double energy = c[degree] * c[degree];
    if (energy <= 0.0) continue;
    guess.tail -= energy;
    guess.levels.push_back({energy * n / multiplicities[degree] + guess.tail, above});
    above += multiplicities[degree];
  }
  guess.levels.push_back({guess.tail, above});
  // Few neurons spread what has many dimensions, not the first degree.
  for (SpectrumGuess::Level& level : guess.levels) {
    if (level.above > 0.0 || guess.levels.size() == 1) level.top *= (1.0 + spread) * (1.0 + spread);
  }
  return guess;
}

/// Conjugate gradients to 1e-12: each eigenvalue above a level takes some three products, the rest the root
/// of its condition number times ln(2 / tolerance) / 2.
double solve_products(const SpectrumGuess& spectrum, double least, double ridge) {
  constexpr double per_outlier = 3.0;
  const double per_root = 0.5 * std::log(2e12);
  double fewest = std::numeric_limits<double>::infinity();
  for (const SpectrumGuess::Level& level : spectrum.levels)
    fewest = std::min(fewest, per_outlier * level.above +
                                  per_root * std::sqrt((level.top + ridge) / (least + ridge)));
  return fewest;
}

} // namespace

bool separate_solves_pay(std::span<const double> ridges, double lambda_min) {
  const auto cost = [lambda_min](double ridge) { return 1.0 / std::sqrt(lambda_min + ridge); };
  double each = 0.0, hardest = 0.0;
  for (const double ridge : ridges) {
    each += cost(ridge);
    hardest = std::max(hardest, cost(ridge));
  }
  return preconditioned * each < hardest;
}

ExpectedProducts expected_products(const study::Parameters& p) {
  const SpectrumGuess spectrum = guess_spectrum(p);
  const auto n = static_cast<double>(p.integer("n"));
  const double least = spectrum.tail * spectrum.room * spectrum.room;
  std::vector<double> ridges;
  for (const double ridge : p.reals("ridge")) {
    if (ridge > -least) ridges.push_back(ridge);
  }
  if (least > 0.0) ridges.push_back(0.0);

  ExpectedProducts expected;
  // The spacing at the lower edge of a Marchenko-Pastur bulk against the width of the spectrum.
  constexpr double fewest = 300.0, at_the_edge = 1.3;
  expected.extremes = fewest;
  if (least > 0.0)
    expected.extremes =
        std::max(fewest, at_the_edge * std::sqrt(spectrum.levels.front().top / spectrum.tail) * std::cbrt(n) *
                             std::pow(spectrum.room, -2.0 / 3.0));
  if (ridges.empty()) return expected;
  if (separate_solves_pay(ridges, least)) {
    for (const double ridge : ridges)
      expected.solves += preconditioned * solve_products(spectrum, least, ridge);
  } else {
    expected.solves =
        solve_products(spectrum, least, std::ranges::min(ridges)) + static_cast<double>(ridges.size());
  }
  return expected;
}

ExpectedWork expected_work(const study::Parameters& p) {
  constexpr double single_vector = 0.6;        // of the rate of matrix products
  constexpr double flops_per_byte = 5.0;       // read from memory meanwhile
  constexpr double basis = 250.0, reads = 4.0; // vectors, on average
  const double product = learning::neural_tangent_cost(p.integer("n"), p.integer("n_test"), p.integer("d"),
                                                       p.integer("N"), 1, activation(p).has_two_slopes(), 1)
                             .operator_flops /
                         single_vector;
  const double orthogonalisation = 8.0 * static_cast<double>(p.integer("n")) * basis * reads * flops_per_byte;
  const ExpectedProducts products = expected_products(p);
  return {products.extremes * (product + orthogonalisation), products.solves * product};
}

} // namespace pastur::studies::nt_interpolation
