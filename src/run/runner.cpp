// SPDX-License-Identifier: BSD-3-Clause
#include "deadline.hpp"
#include "phase.hpp"
#include "progress.hpp"
#include "provenance.hpp"
#include "sweep.hpp"
#include "write_theory.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/parallel/environment.hpp>
#include <pastur/parallel/hang_guard.hpp>
#include <pastur/run/adaptive.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/run/warnings.hpp>
#include <pastur/store/store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace pastur::run {

namespace {

using store::DrawState;

/// One run from here to its exit code: the state that its steps share.
class Run {
public:
  Run(Experiment& experiment, const RunOptions& options, const parallel::Communicator& world)
      : experiment_(experiment), options_(options), world_(world) {}

  ExitCode operator()();

private:
  void check_options() const;
  store::Store open_store(const store::Layout& layout) const;
  /// Whether this run is the one to take the draw.
  bool ours(std::int64_t point, std::int64_t draw) const {
    if (options_.only) return options_.only->point == point && options_.only->draw == draw;
    return draw % options_.shard.count == options_.shard.index;
  }
  std::vector<std::int64_t> targets(const store::Store& store) const;
  std::vector<Task> open_tasks(const std::vector<std::int64_t>& targets,
                               std::set<std::pair<std::int64_t, std::int64_t>>& retried) const;
  void take_draws(store::Store& store, const Deadline& deadline, Progress& progress);
  ExitCode conclude(std::int64_t& done, std::int64_t& failed) const;
  DrawState state(std::int64_t point, std::int64_t draw) const {
    return states_[static_cast<std::size_t>(point * draws_ + draw)];
  }
  std::int64_t point_count() const { return static_cast<std::int64_t>(experiment_.points.size()); }
  void say(const std::string& line) const;

  Experiment& experiment_;
  const RunOptions& options_;
  const parallel::Communicator& world_;
  std::int64_t draws_ = 0;          // slots per point
  std::vector<int> team_sizes_;     // per point
  std::vector<double> flops_;       // per point
  std::vector<DrawState> states_;   // point-major, as of the last look at the store
  std::vector<std::int64_t> goals_; // draws per point that the rule asks for so far
  MethodTally methods_;             // of the draws of this rank's teams
  bool more_wanted_ = false;        // stopped before theory or rule were satisfied, though every goal is met
};

void Run::say(const std::string& line) const {
  if (world_.rank() == 0 && options_.progress != ProgressStyle::none) fmt::print(stderr, "{}\n", line);
}

void Run::check_options() const {
  const Shard& shard = options_.shard;
  if (shard.count < 1 || shard.index < 0 || shard.index >= shard.count) {
    throw InputError(
        fmt::format("--shard: {}/{} given; allowed: I/N with 0 <= I < N", shard.index, shard.count));
  }
  if (shard.count > 1 && experiment_.file.draws.until) {
    throw InputError("--shard: draws.until decides from all draws of a point, a shard sees only its own; "
                     "give a fixed number of draws");
  }
  if (const auto& only = options_.only) {
    const std::int64_t draws = experiment_.file.draws.max;
    if (only->point < 0 || only->point >= point_count() || only->draw < 0 || only->draw >= draws) {
      throw InputError(fmt::format("--only: {}/{} given; allowed: points 0 to {}, draws 0 to {}", only->point,
                                   only->draw, point_count() - 1, draws - 1));
    }
  }
  if (options_.max_seconds && !(*options_.max_seconds > 0.0)) {
    throw InputError(fmt::format("--max-seconds: {} given; allowed: > 0", *options_.max_seconds));
  }
}

store::Store Run::open_store(const store::Layout& layout) const {
  // Rank 0 looks, so that all ranks take the same way.
  std::int64_t kind = 0;
  parallel::agree(world_, [&] {
    if (world_.rank() == 0) kind = static_cast<std::int64_t>(store::inspect(options_.output).kind);
  });
  kind = world_.broadcast(kind);
  if (static_cast<store::FileKind>(kind) == store::FileKind::absent || options_.overwrite) {
    return store::Store::create(world_, options_.output, layout, options_.overwrite);
  }
  return store::Store::resume(world_, options_.output, layout);
}

/// The draws each point should have next: all of them, or what its precision asks for. The same on every
/// rank.
std::vector<std::int64_t> Run::targets(const store::Store& store) const {
  const DrawRule& rule = experiment_.file.draws;
  std::vector<std::int64_t> targets(experiment_.points.size(), rule.max);
  if (!rule.until || options_.only) return targets;
  const store::Layout& layout = store.layout();
  const study::StudyInfo& info = experiment_.study->info();
  const auto found = std::find_if(layout.observables.begin(), layout.observables.end(),
                                  [&](const store::Variable& v) { return v.name == rule.until->observable; });
  const auto observable = static_cast<std::size_t>(found - layout.observables.begin());
  const auto spec =
      std::find_if(info.observables.begin(), info.observables.end(),
                   [&](const study::ObservableSpec& s) { return s.name == rule.until->observable; });
  double worst = 0.0;
  std::int64_t worst_point = -1;
  parallel::agree(world_, [&] {
    if (world_.rank() != 0) return;
    for (std::int64_t p = 0; p < point_count(); ++p) {
      const auto at = static_cast<std::size_t>(p);
      if (found == layout.observables.end() || goals_[at] < rule.min) {
        targets[at] = rule.min;
        continue;
      }
      // Only draws below the last goal count, so that the decision does not depend on how the run was cut
      // into pieces.
      std::vector<std::vector<double>> entries(static_cast<std::size_t>(layout.own_size(*found)));
      for (std::int64_t d = 0; d < goals_[at]; ++d) {
        if (state(p, d) != DrawState::done) continue;
        const std::vector<double> values = store.read(observable, p, d);
        for (std::size_t k = 0; k < values.size(); ++k) entries[k].push_back(values[k]);
      }
      const study::Parameters& point = experiment_.points[at];
      const study::Summary summary = spec->summary_at ? spec->summary_at(point) : spec->summary;
      std::vector<Estimate> estimates;
      for (const std::vector<double>& entry : entries) {
        // Missing in every draw: beyond the point's own dimensions, or nothing to be precise about.
        const bool any = std::any_of(entry.begin(), entry.end(), [](double v) { return !std::isnan(v); });
        if (any) estimates.push_back(estimate(entry, summary, spec->missing_as));
      }
      const Precision now = precision(*rule.until, estimates, goals_[at]);
      targets[at] = next_target(rule, now, goals_[at]);
      if (targets[at] > goals_[at] && now.worst_ratio > worst) {
        worst = now.worst_ratio;
        worst_point = p;
      }
    }
  });
  world_.broadcast(std::span<std::int64_t>(targets));
  if (world_.rank() == 0 && worst_point >= 0) {
    const std::string where =
        point_text(experiment_.file, experiment_.points[static_cast<std::size_t>(worst_point)], false);
    say(fmt::format("{}: standard error {} times the goal at the worst point {}; its draws go from {} to {}",
                    rule.until->observable, std::isfinite(worst) ? fmt::format("{:.3g}", worst) : "unknown,",
                    where, goals_[static_cast<std::size_t>(worst_point)],
                    targets[static_cast<std::size_t>(worst_point)]));
  }
  return targets;
}

/// Pending draws below the targets, longest points first. With --retry-failed a failed draw is taken again,
/// once.
std::vector<Task> Run::open_tasks(const std::vector<std::int64_t>& targets,
                                  std::set<std::pair<std::int64_t, std::int64_t>>& retried) const {
  std::vector<std::int64_t> order(experiment_.points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return flops_[static_cast<std::size_t>(a)] > flops_[static_cast<std::size_t>(b)];
  });
  std::vector<Task> tasks;
  for (const std::int64_t p : order) {
    for (std::int64_t d = 0; d < targets[static_cast<std::size_t>(p)]; ++d) {
      if (!ours(p, d)) continue;
      const bool again =
          options_.retry_failed && state(p, d) == DrawState::failed && retried.insert({p, d}).second;
      if (state(p, d) == DrawState::pending || again)
        tasks.push_back({p, d, flops_[static_cast<std::size_t>(p)]});
    }
  }
  return tasks;
}

void Run::take_draws(store::Store& store, const Deadline& deadline, Progress& progress) {
  std::set<std::pair<std::int64_t, std::int64_t>> retried;
  goals_.assign(experiment_.points.size(), 0);
  DrawTimes times;
  bool left_out = false; // a draw, for lack of time
  for (;;) {
    const std::vector<std::int64_t> next = targets(store);
    const bool grows = next != goals_;
    goals_ = next;
    const std::vector<Task> tasks = open_tasks(goals_, retried);
    if (tasks.empty() && !grows) return;

    std::vector<std::int64_t> ahead(experiment_.points.size(), 0);
    std::map<int, std::vector<Task>, std::greater<>> phases; // largest teams, so the longest draws, first
    for (const Task& task : tasks) {
      const auto at = static_cast<std::size_t>(task.point);
      ++ahead[at];
      phases[team_sizes_[at]].push_back(task);
    }
    progress.expect(ahead);
    for (const auto& [team_size, phase] : phases)
      left_out |=
          run_phase(experiment_, store, phase, team_size, deadline, times, methods_, progress, world_);
    if (!tasks.empty()) states_ = store.states();
    if (!experiment_.file.draws.until || options_.only) return;
    if (left_out || !world_.all(!deadline.reached())) {
      more_wanted_ |= targets(store) != goals_;
      return;
    }
  }
}

ExitCode Run::conclude(std::int64_t& done, std::int64_t& failed) const {
  bool all_there = !more_wanted_;
  for (std::int64_t p = 0; p < point_count(); ++p) {
    for (std::int64_t d = 0; d < draws_; ++d) {
      done += state(p, d) == DrawState::done ? 1 : 0;
      failed += state(p, d) == DrawState::failed ? 1 : 0;
      all_there = all_there && (!ours(p, d) || d >= goals_[static_cast<std::size_t>(p)] ||
                                state(p, d) != DrawState::pending);
    }
  }
  if (!all_there) return ExitCode::incomplete;
  return failed > 0 ? ExitCode::some_draws_failed : ExitCode::complete;
}

ExitCode Run::operator()() {
  parallel::agree(world_, [&] { check_options(); });
  parallel::all_or_none(world_, [&] { experiment_.study->prepare(experiment_.points, world_); });
  const std::vector<std::string> warnings = print_warnings(experiment_, false, world_);
  store::Layout layout;
  parallel::agree(world_, [&] { layout = store_layout(experiment_); });
  draws_ = layout.draws;
  const int ranks_per_node = static_cast<int>(world_.max(world_.split_by_node().size()));
  const double memory = world_.min(parallel::available_memory());
  parallel::agree(world_, [&] {
    team_sizes_ = team_sizes(experiment_, world_.size(), ranks_per_node, memory, options_.team_size);
    for (const study::Parameters& point : experiment_.points)
      flops_.push_back(experiment_.study->cost(point).flops);
  });

  const Deadline deadline(options_.max_seconds, world_);
  store::Store store = open_store(layout);
  const Provenance provenance(options_, world_, team_sizes_, warnings);
  parallel::agree(world_, [&] {
    if (world_.rank() == 0) store.write_provenance(provenance.started());
  });
  states_ = store.states();
  const auto there =
      std::count_if(states_.begin(), states_.end(), [](DrawState s) { return s != DrawState::pending; });
  if (there > 0)
    say(fmt::format("{}: {} of {} draws are there already", options_.output.string(), there, states_.size()));

  more_wanted_ = !write_theory(experiment_, store, deadline, world_);
  std::string watched;
  for (const store::Variable& observable : layout.observables) {
    if (layout.own_size(observable) == 1 && watched.empty()) watched = observable.name;
  }
  Progress progress(world_, options_.progress, flops_, watched);
  // Progress holds an MPI window, which one rank alone cannot close.
  parallel::all_or_none(world_, [&] {
    take_draws(store, deadline, progress);
    progress.show(true);
  });

  std::int64_t done = 0;
  std::int64_t failed = 0;
  const ExitCode code = conclude(done, failed);
  const std::string methods = methods_.over(world_);
  parallel::agree(world_, [&] {
    if (world_.rank() == 0) store.write_provenance(provenance.ended(code, done, failed, methods));
  });
  if (code == ExitCode::incomplete) {
    const std::string otherwise = deadline.limit().empty() ? "a stop request" : deadline.limit();
    say(fmt::format("stopped by {}; {} is consistent: the same command goes on from here",
                    deadline.reached().value_or(otherwise), options_.output.string()));
    if (done + failed == there && !states_.empty())
      say("no draw was finished in this run: if that happens again, it needs more time, or larger teams");
  }
  if (failed > 0)
    say(fmt::format("{} draws failed; `pastur status {}` lists their reasons", failed,
                    options_.output.string()));
  return code;
}

} // namespace

ExitCode run(Experiment& experiment, const RunOptions& options, const parallel::Communicator& world) {
  return Run(experiment, options, world)();
}

} // namespace pastur::run
