// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/error.hpp>
#include <pastur/parallel/hang_guard.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <thread>

namespace pastur::parallel {

namespace {

bool completes(MPI_Request& request, Seconds longest) {
  using Clock = std::chrono::steady_clock;
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

} // namespace

bool all_arrive(const Communicator& comm, Seconds longest) {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(comm.get(), &request);
  return completes(request, longest);
}

std::optional<std::int64_t> count_failed(const Communicator& comm, bool failed, Seconds longest) {
  struct Ballot {
    std::int64_t mine, all;
  };
  auto ballot = std::make_unique<Ballot>(Ballot{failed ? 1 : 0, 0});
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(&ballot->mine, &ballot->all, 1, MPI_INT64_T, MPI_SUM, comm.get(), &request);
  if (completes(request, failed ? longest : for_ever)) return ballot->all;
  static_cast<void>(ballot.release()); // MPI may still write there
  return std::nullopt;
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
