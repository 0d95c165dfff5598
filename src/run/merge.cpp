// SPDX-License-Identifier: BSD-3-Clause
#include "deadline.hpp"
#include "merge_copies.hpp"
#include "merge_target.hpp"
#include "provenance.hpp"
#include "write_theory.hpp"

#include <pastur/parallel/agree.hpp>
#include <pastur/run/layout.hpp>
#include <pastur/run/merge.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace pastur::run {

namespace {

using store::DrawState;

/// What stands in the way of a file at `output`: how many draws of the inputs it lacks. Throws InputError for
/// a file that is something else.
std::int64_t lacking(const std::filesystem::path& output, const store::Layout& layout, MergeCopies& copies) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(
        fmt::format("{} exists and {}; it is left as it is: choose another name, or --overwrite replaces it",
                    output.string(), why));
  };
  if (store::inspect(output).kind != store::FileKind::store) refuse(store::inspect(output).message);
  const store::Reader there(output);
  if (there.layout().identity != layout.identity) refuse("has other points or parameters");
  if (const std::string why = store::layout_difference(there.layout(), layout); !why.empty()) refuse(why);
  const std::vector<DrawState> states = there.states();
  std::int64_t missing = 0;
  copies.for_each([&](const std::vector<store::DrawRecord>& records) {
    for (const store::DrawRecord& record : records) {
      const auto slot = static_cast<std::size_t>(record.point * there.layout().draws + record.draw);
      const bool lacks = states[slot] == DrawState::pending ||
                         (states[slot] == DrawState::failed && record.state == DrawState::done);
      missing += lacks ? 1 : 0;
    }
    return true;
  });
  return missing;
}

/// Whether the output is there and has everything. Throws InputError when it is there and has not.
bool already_there(const MergeOptions& options, const store::Layout& layout, MergeCopies& copies) {
  if (options.overwrite || !std::filesystem::exists(options.output)) return false;
  const std::int64_t missing = lacking(options.output, layout, copies);
  if (missing == 0) return true;
  throw InputError(
      fmt::format("{0} exists and lacks {1} of these draws; it is left as it is: merge into another "
                  "name, or give it as an input too and --overwrite",
                  options.output.string(), missing));
}

/// Every chosen record into the store, counted. False when the deadline came first.
bool copy_draws(MergeCopies& copies, store::Store& store, const Deadline& deadline, MergeReport& report) {
  bool whole = true;
  copies.for_each([&](const std::vector<store::DrawRecord>& records) {
    for (const store::DrawRecord& record : records)
      (record.state == DrawState::done ? report.done : report.failed) += 1;
    store.commit(records);
    whole = !deadline.reached();
    return whole;
  });
  return whole;
}

/// Records of the runs that wrote the inputs, each once, oldest first whatever the order of the inputs. Some
/// slots stay free for this merge and the runs that go on from it.
std::vector<std::string> earlier_runs(const std::vector<MergeInput>& inputs, std::int64_t& left_out) {
  constexpr std::size_t most = 48;
  std::vector<std::string> records;
  for (const MergeInput& input : inputs) {
    for (std::string& record : input.reader.provenance()) records.push_back(std::move(record));
  }
  std::sort(records.begin(), records.end(), [](const std::string& a, const std::string& b) {
    return std::pair(start_of(a), a) < std::pair(start_of(b), b);
  });
  records.erase(std::unique(records.begin(), records.end()), records.end());
  left_out = static_cast<std::int64_t>(records.size() - std::min(records.size(), most));
  records.resize(std::min(records.size(), most));
  return records;
}

void write_provenance(const std::vector<MergeInput>& inputs, const Provenance& provenance,
                      const MergeReport& report, store::Store& store) {
  std::int64_t left_out = 0;
  store.append_provenance(earlier_runs(inputs, left_out));
  std::vector<std::string> names;
  for (const MergeInput& input : inputs) names.push_back(input.name());
  store.write_provenance(provenance.merged(names, left_out, report));
}

} // namespace

MergeReport merge(const MergeOptions& options, std::optional<Experiment> target,
                  const study::Registry& studies, const parallel::Communicator& world) {
  std::vector<MergeInput> inputs;
  std::optional<KeyedExperiment> keyed;
  std::optional<MergeCopies> copies;
  store::Layout layout;
  MergeReport report;
  std::int64_t there = 0;
  parallel::agree(world, [&] {
    const auto flaws = options.salvage ? store::Flaws::accepted : store::Flaws::refused;
    inputs = open_inputs(options.inputs, flaws, studies);
    if (target) {
      for (const MergeInput& input : inputs)
        require_same_draws(input.source->experiment.file, input.name(), target->file, target->file.name);
    } else {
      target = merged_experiment(inputs, studies);
    }
    keyed.emplace(std::move(*target));
    layout = store_layout(keyed->experiment);
    copies.emplace(inputs, *keyed, layout);
    if (world.rank() == 0) there = already_there(options, layout, *copies) ? 1 : 0;
  });
  report.points = layout.points();
  report.already_there = world.broadcast(there) != 0;
  if (report.already_there) return report;

  if (!layout.theory.empty()) keyed->experiment.study->prepare(keyed->experiment.points, world);
  store::Store store = store::Store::stage(world, options.output, layout, options.overwrite);
  RunOptions run_options;
  run_options.command = options.command;
  run_options.petsc_options = options.petsc_options;
  const Provenance provenance(run_options, world, {}, {});
  const Deadline deadline; // signals only: what is begun anew costs little
  bool whole = true;
  parallel::agree(world, [&] {
    if (world.rank() == 0) whole = copy_draws(*copies, store, deadline, report);
  });
  whole = world.all(whole) && write_theory(keyed->experiment, store, deadline, world);
  if (!whole) {
    for (const std::string& reason : world.all_gather(deadline.reached().value_or(std::string()))) {
      if (!reason.empty()) report.stopped = reason;
    }
    return report;
  }
  report.pending = layout.points() * layout.draws - report.done - report.failed;
  report.differing = copies->differing();
  report.largest_difference = copies->largest_difference();
  report.remarks = copies->remarks();
  parallel::agree(world, [&] {
    if (world.rank() == 0) write_provenance(inputs, provenance, report, store);
  });
  store.publish();
  return report;
}

} // namespace pastur::run
