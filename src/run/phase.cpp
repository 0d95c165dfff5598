// SPDX-License-Identifier: BSD-3-Clause
#include "phase.hpp"

#include "commit_buffer.hpp"
#include "draw_verdict.hpp"
#include "padding.hpp"
#include "stranded_team.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>
#include <pastur/parallel/work_queue.hpp>
#include <pastur/run/layout.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace pastur::run {

namespace {

using Clock = std::chrono::steady_clock;

/// Runs one draw with its team. Every rank has a record; values and methods are the leader's alone.
store::DrawRecord take_draw(const Experiment& experiment, const store::Layout& layout,
                            const std::vector<std::string>& names, const Task& task,
                            const parallel::Communicator& team, MethodTally& methods) {
  const study::Study& study = *experiment.study;
  const study::Parameters& point = experiment.points[static_cast<std::size_t>(task.point)];
  store::DrawRecord record{.point = task.point,
                           .draw = task.draw,
                           .state = store::DrawState::done,
                           .reason = {},
                           .seconds = 0.0,
                           .values = {}};
  const auto fail = [&record](const char* reason) {
    record.state = store::DrawState::failed;
    record.reason = reason;
    record.values.clear();
  };
  const Clock::time_point start = Clock::now();
  try {
    study::Recorder recorder(study::draw_slots(study.info(), point));
    study.draw(point, team, random::Streams(draw_identity(experiment, point, task.draw)), recorder);
    if (team.rank() == 0) {
      recorder.require_complete();
      record.reason = recorder.reasons();
      record.values = padded_values(layout, layout.observables, names, study.info(), point, recorder);
      methods.add(recorder.methods());
    }
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("an exception of unknown type");
  }
  record.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return record;
}

/// The entry that progress watches: the first value of the first scalar observable.
std::optional<double> watched_value(const store::DrawRecord& record) {
  for (const std::vector<double>& values : record.values) {
    if (values.size() == 1) return values[0];
  }
  return std::nullopt;
}

} // namespace

bool run_phase(const Experiment& experiment, store::Store& store, const std::vector<Task>& tasks,
               int team_size, const Deadline& deadline, DrawTimes& times, MethodTally& methods,
               Progress& progress, const parallel::Communicator& world) {
  const int teams = world.size() / team_size;
  const bool works = world.rank() < teams * team_size;
  const int number = works ? world.rank() / team_size : teams;
  const parallel::Communicator team = world.split(number);
  const DrawVerdict verdict(team);
  const store::Layout& layout = store.layout();
  std::vector<std::string> names;
  for (const store::Variable& observable : layout.observables) names.push_back(observable.name);

  parallel::WorkQueue queue(world, static_cast<std::int64_t>(tasks.size()), teams);
  TeamRoll roll(world, teams);
  CommitBuffer buffer(store);
  const bool leads = works && team.rank() == 0;
  bool left_out = false;
  std::exception_ptr failure; // of the leader: its team stops, and the world hears of it at the end
  const auto guarded = [&failure](const auto& action) {
    try {
      action();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::pair<std::int64_t, std::int64_t> chunk{0, 0};
  // The decision to stop, and the next task, are the leader's; its team follows.
  const auto next_task = [&]() -> std::int64_t {
    for (;;) {
      if (failure || deadline.reached()) {
        queue.close();
        return -1;
      }
      if (chunk.first == chunk.second) {
        const auto taken = queue.take(256);
        if (!taken) return -1;
        chunk = *taken;
      }
      const std::int64_t next = chunk.first++;
      if (deadline.leaves(times.expected(tasks[static_cast<std::size_t>(next)].cost))) return next;
      left_out = true;
    }
  };
  while (works) {
    std::int64_t next = leads ? next_task() : 0;
    if (team.size() > 1) next = team.broadcast(next);
    if (next < 0) break;
    const Task& task = tasks[static_cast<std::size_t>(next)];
    store::DrawRecord record = take_draw(experiment, layout, names, task, team, methods);
    if (!verdict.settle(record)) leave_stranded_team(world, number, roll, queue, store, record);
    if (!leads) continue;
    guarded([&] {
      times.add(task.cost, record.seconds);
      progress.finished(task.point, record.state == store::DrawState::failed, watched_value(record));
      const parallel::LogEvent event("PasturCommit");
      buffer.add(std::move(record));
      progress.show();
    });
  }
  if (leads && !failure) guarded([&] { buffer.flush(); });
  if (leads) roll.ended(number);
  // Before the windows are closed: a rank that left a stranded team still reads them.
  parallel::agree(world, [&] {
    if (failure) std::rethrow_exception(failure);
  });
  return !world.all(!left_out);
}

} // namespace pastur::run
