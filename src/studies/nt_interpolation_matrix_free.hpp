// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/nt_features.hpp>
#include <pastur/learning/targets.hpp>
#include <pastur/study/parameters.hpp>
#include <pastur/study/recorder.hpp>

#include <span>

namespace pastur::studies::nt_interpolation {

inline constexpr const char* ridge_too_low =
    "ridge at or below minus the least eigenvalue of the kernel matrix";

/// (1/m) |a - b|^2.
double mean_squared_difference(std::span<const double> a, std::span<const double> b);

/// The fit without an n x n matrix: least eigenvalue by Lanczos, ridges by conjugate gradients, on K_N's
/// factors: in one space for all of them, or one after the other with a preconditioner where that is less.
/// Where K_N is not positive definite, ridge 0 and the pseudo-inverse fit are missing: they need the null
/// space. @note Collective over `team`
void fit_matrix_free(const learning::NeuralTangentFeatures& features, const study::Parameters& point,
                     const learning::Labels& labels, const parallel::Communicator& team,
                     study::Recorder& record);

} // namespace pastur::studies::nt_interpolation
