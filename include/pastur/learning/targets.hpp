// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/learning/inputs.hpp>
#include <pastur/random/stream.hpp>

#include <cstdint>
#include <vector>

namespace pastur::learning {

/// What the labels are. With beta uniform on the unit sphere and u = <x, beta> (E u^2 = 1):
/// linear: f* = u; lin_quad: f* = sqrt(1/2) u + sqrt(1/2) (u^2 - 1) / sqrt(2 (d - 1)/(d + 2)), unit variance
/// on the sphere of radius sqrt(d); random_labels: fair signs, f* = 0; data_labels: the data set's labels,
/// used as they are.
enum class Target { linear, lin_quad, random_labels, data_labels };

struct Labels {
  std::vector<double> train; ///< n labels: f* plus noise (linear, lin_quad), signs, or the data set's
  std::vector<double> test;  ///< n_test values of f*, without noise; data_labels: the held-out labels
};

/// The labels of one draw, the same on every rank: beta from stream "beta", noise of the given variance from
/// "noise" (linear, lin_quad only), signs from "labels". Throws InputError when data_labels meets inputs
/// without labels. O((n + n_test) d) on every rank.
Labels draw_labels(const Inputs& inputs, Target target, double noise_variance,
                   const random::Streams& streams);

} // namespace pastur::learning
