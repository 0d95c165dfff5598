// SPDX-License-Identifier: BSD-3-Clause
#include "collective.hpp"

#include <pastur/parallel/error.hpp>

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <thread>

namespace pastur::commands {

namespace {

/// Whether every rank comes here within a few seconds.
bool everyone_is_here(const parallel::Communicator& world) {
  using Clock = std::chrono::steady_clock;
  const auto patience = std::chrono::seconds(5);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(world.get(), &request);
  const Clock::time_point start = Clock::now();
  for (;;) {
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return true;
    if (Clock::now() - start > patience) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int fail(const parallel::Communicator& world, const std::string& message, int code) {
  if (world.rank() == 0) fmt::print(stderr, "pastur: {}\n", message);
  if (everyone_is_here(world)) return code;
  if (world.rank() != 0) fmt::print(stderr, "pastur: rank {}: {}\n", world.rank(), message);
  MPI_Abort(world.get(), code);
  return code;
}

} // namespace

int run_collectively(const parallel::Communicator& world, const std::function<int()>& body) {
  try {
    return body();
  } catch (const InputError& error) {
    return fail(world, error.what(), 2);
  } catch (const std::exception& error) {
    return fail(world, error.what(), 1);
  }
}

} // namespace pastur::commands
