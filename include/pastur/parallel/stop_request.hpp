// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

namespace pastur::parallel {

/// Handlers for SIGTERM, SIGINT and SIGUSR1: the first asks the run to stop at the next draw boundary; the
/// same signal again, a second or more later (launchers deliver one signal on several ways), exits at once
/// with 3. `announce`: this rank says on stderr that it has heard, at once, for a draw in flight may outlive
/// the grace that a launcher gives. Install after PetscInitialize, which sets handlers of its own.
void install_stop_handlers(bool announce);
/// The signal's name once one has arrived on this rank.
std::optional<std::string> stop_signal();
/// For tests: forgets a request.
void clear_stop_signal();

} // namespace pastur::parallel
