// SPDX-License-Identifier: BSD-3-Clause
#include "stranded_team.hpp"

#include <pastur/parallel/hang_guard.hpp>
#include <pastur/run/runner.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace pastur::run {

TeamRoll::TeamRoll(const parallel::Communicator& world, int teams)
    : teams_(static_cast<std::size_t>(teams)), marks_(world, 2 * teams_) {}

void TeamRoll::ended(int team) {
  marks_.fetch_add(static_cast<std::size_t>(team), 1.0);
}

bool TeamRoll::first_to_report(int team) {
  return marks_.fetch_add(teams_ + static_cast<std::size_t>(team), 1.0) == 0.0;
}

bool TeamRoll::all_ended() const {
  const std::vector<double> marks = marks_.read();
  return std::all_of(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(teams_),
                     [](double mark) { return mark > 0.0; });
}

void leave_stranded_team(const parallel::Communicator& world, int team, TeamRoll& roll,
                         parallel::WorkQueue& queue, store::Store& store, const store::DrawRecord& record) {
  queue.close();
  ExitCode code = ExitCode::incomplete;
  std::string message =
      fmt::format("draw {} of point {}: {}\n        its team waits for this rank in the draw "
                  "and cannot go on; ",
                  record.draw, record.point, record.reason);
  if (roll.first_to_report(team)) {
    try {
      store.commit(std::span(&record, 1));
      message += "the draw is recorded as failed, the job ends when the other teams have finished "
                 "theirs, and the same command goes on from there";
    } catch (const std::exception& error) {
      code = ExitCode::failure;
      message += error.what();
    }
    parallel::announce(world, message);
    roll.ended(team);
  } else {
    parallel::announce(world, message + "another of its ranks failed too");
  }
  while (!roll.all_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  parallel::end_job(world, static_cast<int>(code));
}

} // namespace pastur::run
