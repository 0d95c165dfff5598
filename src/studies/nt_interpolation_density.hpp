// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/spectral_density.hpp>
#include <pastur/random/stream.hpp>
#include <pastur/study/study.hpp>
#include <pastur/theory/deterministic_equivalent.hpp>

#include <span>
#include <vector>

// The density of K's eigenvalues on a grid, smoothed by a Cauchy kernel; off unless density_range is given.
namespace pastur::studies::nt_interpolation {

bool wants_density(const study::Parameters& p);
std::vector<study::ParameterSpec> density_parameters();
study::Dimension density_dimension();
std::vector<study::ObservableSpec> density_observables();
study::Figure density_figure();
/// Throws InputError unless density_range is empty or two ascending numbers.
void check_density(const study::Parameters& p);

/// From all eigenvalues.
void record_density(const study::Parameters& p, std::span<const double> eigenvalues, study::Recorder& record);
/// From random probes of K_N's operator, with their standard error. @note Collective over `team`
void record_probed_density(const study::Parameters& p, const learning::NeuralTangentFeatures& features,
                           const parallel::Communicator& team, const random::Streams& streams,
                           study::Recorder& record);
/// The limit of `model`'s Gram matrix plus implicit_ridge I.
void predict_density(const study::Parameters& p, const theory::SpectralModel& model, double implicit_ridge,
                     study::Recorder& record);

linalg::ProbeOptions density_probes(const study::Parameters& p);

} // namespace pastur::studies::nt_interpolation
