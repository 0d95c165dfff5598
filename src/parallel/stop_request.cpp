// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/stop_request.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string_view>

namespace pastur::parallel {

namespace {

constexpr std::array stop_signals{SIGTERM, SIGINT, SIGUSR1};
constexpr std::string_view heard =
    "\npastur: stop requested: the draws in flight finish, what is done is kept, and the "
    "same command goes on from there\n";

volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t announces = 0;
volatile std::time_t received_at = 0; // only touched in the handler, which blocks all stop signals

extern "C" void on_stop(int number) {
  const int error = errno;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (received != number) {
    // SLURM sends SIGUSR1 ahead of the limit and SIGTERM at it, with a grace of its own.
    if (received == 0 && announces != 0 && write(STDERR_FILENO, heard.data(), heard.size()) < 0)
      announces = 0; // nobody listens
    received = number;
    received_at = now.tv_sec;
  } else if (now.tv_sec - received_at > 1) {
    _exit(3); // the store is right at every instant, so leaving at once loses only the draws in flight
  }
  errno = error;
}

} // namespace

void install_stop_handlers(bool announce) {
  announces = announce ? 1 : 0;
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : stop_signals) sigaddset(&action.sa_mask, number);
  for (const int number : stop_signals) sigaction(number, &action, nullptr);
}

std::optional<std::string> stop_signal() {
  switch (received) {
  case 0:
    return std::nullopt;
  case SIGTERM:
    return "SIGTERM";
  case SIGINT:
    return "SIGINT";
  default:
    return "SIGUSR1";
  }
}

void clear_stop_signal() {
  received = 0;
}

} // namespace pastur::parallel
