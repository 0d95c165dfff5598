// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/parallel/stop_request.hpp>

#include <unistd.h>

#include <csignal>

namespace pastur::parallel {

namespace {

volatile std::sig_atomic_t received = 0;

extern "C" void on_stop(int number) {
  if (received != 0)
    _exit(3); // the store is right at every instant, so leaving at once loses only the draws in flight
  received = number;
}

} // namespace

void install_stop_handlers() {
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) sigaction(number, &action, nullptr);
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
