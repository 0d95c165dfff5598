// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <functional>

namespace pastur::commands {

/// Runs `body` on every rank and returns its exit code. What it throws, on any rank, is printed once, by rank
/// 0: 2 for an InputError, 1 else (parallel::all_or_none).
/// @note Collective over `world`
int run_collectively(const parallel::Communicator& world, const std::function<int()>& body);

} // namespace pastur::commands
