// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>

#include <string>
#include <vector>

namespace pastur::run {

/// What a study warns about, at its points or (`fine`) on its finer theory grid: each message once, with the
/// first point that it concerns and the number of the others.
std::vector<std::string> warnings(const Experiment& experiment, bool fine);

/// Prints them on rank 0's stderr, the first ten of them; returns them all on rank 0.
/// @note Collective over `world`
std::vector<std::string> print_warnings(const Experiment& experiment, bool fine,
                                        const parallel::Communicator& world);

} // namespace pastur::run
