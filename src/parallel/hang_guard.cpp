// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

namespace pastur::parallel {

bool all_arrive(const Communicator& comm, Seconds longest) {
  using Clock = std::chrono::steady_clock;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(comm.get(), &request);
  if (std::isinf(longest.count())) {
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return true;
  }
  const Clock::time_point start = Clock::now();
  for (;;) {
    int arrived = 0;
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    if (arrived != 0) return true;
    if (Seconds(Clock::now() - start) > longest) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void announce(const Communicator& world, const std::string& message) {
  std::fputs(("pastur: rank " + std::to_string(world.rank()) + ": " + message + "\n").c_str(), stderr);
  std::fflush(stderr);
}

void end_job(const Communicator& world, int code) {
  MPI_Abort(world.get(), code);
  std::_Exit(code); // MPI_Abort does not return, but is not declared so
}

void all_or_none(const Communicator& world, const std::function<void()>& body) {
  std::exception_ptr failure;
  try {
    body();
  } catch (...) {
    failure = std::current_exception();
  }
  const bool together = all_arrive(world, failure ? patience : for_ever);
  const auto rethrow = [&] {
    if (failure) std::rethrow_exception(failure);
  };
  if (together) return agree(world, rethrow);
  int code = 1;
  std::string message = "an exception of unknown type";
  try {
    rethrow();
  } catch (const InputError& error) {
    code = 2;
    message = error.what();
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
  }
  announce(world, message);
  end_job(world, code);
}

} // namespace pastur::parallel
