// SPDX-License-Identifier: BSD-3-Clause
#include "phase.hpp"

#include "commit_buffer.hpp"
#include "padding.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/log_event.hpp>
#include <pastur/parallel/stop_request.hpp>
#include <pastur/parallel/work_queue.hpp>
#include <pastur/run/layout.hpp>

#include <array>
#include <exception>

namespace pastur::run {

namespace {

using Clock = std::chrono::steady_clock;

/// Runs one draw with its team; the record is complete on every rank, only the leader's is used.
store::DrawRecord take_draw(const Experiment& experiment, const store::Layout& layout,
                            const std::vector<std::string>& names, const Task& task,
                            const parallel::Communicator& team) {
  const study::Study& study = *experiment.study;
  const study::Parameters& point = experiment.points[static_cast<std::size_t>(task.point)];
  store::DrawRecord record{.point = task.point,
                           .draw = task.draw,
                           .state = store::DrawState::done,
                           .reason = {},
                           .seconds = 0.0,
                           .values = {}};
  const Clock::time_point start = Clock::now();
  study::Recorder recorder(study::draw_slots(study.info(), point));
  try {
    study.draw(point, team, random::Streams(draw_identity(experiment, point, task.draw)), recorder);
    recorder.require_complete();
    record.reason = recorder.reasons();
    record.values = padded_values(layout, layout.observables, names, study.info(), point, recorder);
  } catch (const std::exception& error) {
    record.state = store::DrawState::failed;
    record.reason = error.what();
    record.values.clear();
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

std::optional<std::string> Deadline::reached() const {
  if (std::optional<std::string> signal = parallel::stop_signal()) return signal;
  if (time && Clock::now() >= *time) return "time limit";
  return std::nullopt;
}

void run_phase(const Experiment& experiment, store::Store& store, const std::vector<Task>& tasks,
               int team_size, const Deadline& deadline, Progress& progress,
               const parallel::Communicator& world) {
  const int teams = world.size() / team_size;
  const bool works = world.rank() < teams * team_size;
  const parallel::Communicator team = world.split(works ? world.rank() / team_size : teams);
  const store::Layout& layout = store.layout();
  std::vector<std::string> names;
  for (const store::Variable& observable : layout.observables) names.push_back(observable.name);

  std::exception_ptr failure;
  {
    parallel::WorkQueue queue(world, static_cast<std::int64_t>(tasks.size()), teams);
    CommitBuffer buffer(store);
    const bool leads = works && team.rank() == 0;
    std::array<std::int64_t, 2> range{0, 0}; // this team's chunk, kept equal on its ranks
    while (works) {
      if (leads) {
        // The decision to stop, and the next chunk, are the leader's; its team follows.
        if (failure || deadline.reached()) {
          queue.close();
          range = {-1, -1};
        } else if (range[0] == range[1]) {
          const auto taken = queue.take(256);
          range = taken ? std::array{taken->first, taken->second} : std::array<std::int64_t, 2>{-1, -1};
        }
      }
      if (team.size() > 1) team.broadcast(std::span<std::int64_t>(range));
      if (range[0] < 0) break;
      const Task& task = tasks[static_cast<std::size_t>(range[0]++)];
      store::DrawRecord record = take_draw(experiment, layout, names, task, team);
      if (!leads) continue;
      progress.finished(task.point, record.state == store::DrawState::failed, watched_value(record));
      try {
        const parallel::LogEvent event("PasturCommit");
        buffer.add(std::move(record));
      } catch (const std::exception&) {
        failure = std::current_exception();
      }
      progress.show();
    }
    if (!failure) {
      try {
        buffer.flush();
      } catch (const std::exception&) {
        failure = std::current_exception();
      }
    }
  }
  parallel::agree(world, [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

} // namespace pastur::run
