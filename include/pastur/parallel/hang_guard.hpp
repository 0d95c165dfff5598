// SPDX-License-Identifier: BSD-3-Clause
// parallel::agree is for parts without communication: every rank comes to its end. These are for the others,
// where a rank that left with an exception may leave the rest waiting for it in a collective call. MPI cannot
// call them back, so the job is ended.
#pragma once

#include <pastur/parallel/communicator.hpp>

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace pastur::parallel {

using Seconds = std::chrono::duration<double>;

/// How long a rank that failed waits for the others before it takes them for stuck.
inline constexpr Seconds patience{5.0};
inline constexpr Seconds for_ever{std::numeric_limits<double>::infinity()};

/// Whether every rank of `comm` comes here within `longest`. After a false nothing collective may follow.
/// @note Collective, but returns when the others do not come
bool all_arrive(const Communicator& comm, Seconds longest = patience);

/// How many ranks of `comm` come here with `failed`. None on one that does, when the others do not come
/// within `longest`; nothing collective may follow then, and `comm` must not be freed. @note Collective, but
/// returns on failed ranks when the others do not come
std::optional<std::int64_t> count_failed(const Communicator& comm, bool failed, Seconds longest = patience);

/// Writes "pastur: rank R: MESSAGE" to stderr; never throws.
void announce(const Communicator& world, const std::string& message);

/// Ends every rank of the job at once with this exit code. Not collective.
[[noreturn]] void end_job(const Communicator& world, int code);

/// Runs `body`, which may communicate, on every rank. What any rank throws is thrown on all of them, as by
/// agree, when all come to its end; when some wait in it for a rank that threw, that rank announces its
/// message and the job ends: with 2 for an InputError, 1 else. @note Collective over `world`
void all_or_none(const Communicator& world, const std::function<void()>& body);

} // namespace pastur::parallel
