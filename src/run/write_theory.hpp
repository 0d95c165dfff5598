// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "deadline.hpp"

#include <pastur/parallel/communicator.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/store.hpp>

namespace pastur::run {

/// Writes the theory of every point, and of every point of the finer grid, that the experiment's store does
/// not have, or has damaged. The study is prepared. False when the deadline came first. @note Collective over
/// `world`
bool write_theory(const Experiment& experiment, store::Store& store, const Deadline& deadline,
                  const parallel::Communicator& world);

} // namespace pastur::run
