// SPDX-License-Identifier: BSD-3-Clause
#include "collective.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <fmt/format.h>

#include <exception>

namespace pastur::commands {

namespace {

int fail(const parallel::Communicator& world, const std::string& message, int code) {
  if (world.rank() == 0) fmt::print(stderr, "pastur: {}\n", message);
  return code;
}

} // namespace

int run_collectively(const parallel::Communicator& world, const std::function<int()>& body) {
  int code = 0;
  try {
    parallel::all_or_none(world, [&] { code = body(); });
  } catch (const InputError& error) {
    return fail(world, error.what(), 2);
  } catch (const std::exception& error) {
    return fail(world, error.what(), 1);
  }
  return code;
}

} // namespace pastur::commands
