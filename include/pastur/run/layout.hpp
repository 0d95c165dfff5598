// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/run/study_file.hpp>
#include <pastur/store/layout.hpp>

namespace pastur::run {

/// The store that an experiment fills: axes, dimensions padded to the longest point, observables and theory
/// that exist at some point. Layout::identity has one line a fact, its first word the kind: study, seed,
/// common_random_numbers, parameter (those read at some point and not swept, sorted), combine, sweep, theory.
/// The number of draws is not part of it. Throws InputError when points differ in a dimension's coordinate by
/// more than its length.
store::Layout store_layout(const Experiment& experiment);

/// Identity text of the random streams of one draw: seed, study, the point's model parameters (left out with
/// common_random_numbers), draw.
std::string draw_identity(const Experiment& experiment, const study::Parameters& point, std::int64_t draw);

} // namespace pastur::run
