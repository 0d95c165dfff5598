// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/theory/deterministic_equivalent.hpp>

#include <span>
#include <vector>

namespace pastur::theory {

/// The limiting density of the eigenvalues of K + implicit_ridge I, K the n x n Gram matrix of features with
/// this population spectrum, smoothed by the Cauchy kernel of half width `width`: (1/pi) Im m(x + i width), m
/// the Stieltjes transform, one fixed point a position. Zeros of K count. Beyond 512 groups neighbours share
/// their mean eigenvalue. NaN where the fixed point does not converge. Throws std::invalid_argument unless
/// width > 0 and a group has eigenvalue and multiplicity > 0.
std::vector<double> smoothed_gram_density(const SpectralModel& model, double implicit_ridge,
                                          std::span<const double> positions, double width);

} // namespace pastur::theory
