// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <functional>

namespace pastur::commands {

/// Runs `body` on every rank and returns its exit code. What it throws is printed once, by rank 0: 2 for an
/// InputError, 1 else. When only some ranks throw, the others hang in a collective call: after a few seconds
/// the first of them says why and aborts the job.
/// @note Collective over `world`
int run_collectively(const parallel::Communicator& world, const std::function<int()>& body);

} // namespace pastur::commands
