// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/parallel/communicator.hpp>
#include <pastur/parallel/error.hpp>

#include <functional>
#include <string>

namespace pastur::parallel {

/// Turns a failure on any rank into the same exception on every rank: std::runtime_error with "rank r: text"
/// once per distinct text of the failing ranks, or the text alone when all say it. @note Collective
void agree(const Communicator& comm, bool ok, const std::string& message);

/// Runs `local` (which must not communicate) on every rank; when any rank throws, all ranks throw: InputError
/// when every thrown error was one (its plain text, no rank), std::runtime_error otherwise. @note Collective
void agree(const Communicator& comm, const std::function<void()>& local);

} // namespace pastur::parallel
