// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "../../src/store/open_file.hpp"
#include "../../src/store/schema.hpp"
#include "../../src/store/slot_dataset.hpp"
#include "samples.hpp"

#include <pastur/report/table.hpp>
#include <pastur/run/runner.hpp>
#include <pastur/store/reader.hpp>

#include <support/toy_study.hpp>

#include <map>
#include <string>

namespace pastur::store::samples {

/// A small run of the toy study, as the command line would make it: two points, four draws each, theory at
/// the points and on a finer grid, one run's record.
class FinishedRun {
public:
  static constexpr std::int64_t points = 2, draws = 4, fine_points = 3;

  FinishedRun(const parallel::Communicator& comm, std::filesystem::path path)
      : comm_(comm), path_(std::move(path)) {
    take_missing_draws();
    bytes_ = file_bytes(path_);
    table_ = table_of(path_);
    const Reader reader(path_);
    for (const Variable& variable : reader.layout().observables)
      draws_[variable.name] = reader.observable(variable.name);
    for (const Variable& variable : reader.layout().theory)
      theory_[variable.name] = reader.theory(variable.name);
    const OpenedFile opened = open_file(path_);
    for (const SlotRegion& region : slot_regions(opened.file.get(), opened.layout))
      places_[region.name] = region;
  }

  static run::Experiment experiment() {
    return run::parse_experiment(
        "study = \"toy_mean\"\nseed = 3\ndraws = 4\n[parameters]\nlaw = \"uniform\"\n"
        "ridge = [0.0, 2.0]\n[sweep]\nn = [5, 8]\n[theory]\nn = [5, 6, 8]\n",
        "toy.toml", {}, testing_support::toy_registry());
  }
  /// What `pastur run` does with the file. @note Collective
  run::ExitCode take_missing_draws() const {
    run::Experiment toy = experiment();
    run::RunOptions options;
    options.output = path_;
    options.progress = run::ProgressStyle::none;
    return run::run(toy, options, comm_);
  }
  /// What `pastur table --format json` prints of a file.
  static std::string table_of(const std::filesystem::path& path) {
    const run::Experiment toy = experiment();
    return report::as_json(report::make_table(Reader(path), &toy));
  }

  const std::filesystem::path& path() const { return path_; }
  const std::string& bytes() const { return bytes_; } ///< of the undamaged file
  const std::string& table() const { return table_; } ///< of the undamaged file
  const SlotRegion& place(const std::string& dataset) const { return places_.at(dataset); }
  const std::map<std::string, SlotRegion>& places() const { return places_; }
  /// All draws but the damaged ones are done, and what is shown of draws and theory is what was computed.
  bool shows_the_truth(const Reader& reader) const {
    const std::vector<DrawState> states = reader.states();
    const auto pending = std::count(states.begin(), states.end(), DrawState::pending);
    if (pending != std::ssize(reader.damaged())) return false;
    for (const auto& [name, truth] : draws_) {
      const std::vector<double> values = reader.observable(name);
      const std::size_t own = values.size() / states.size();
      for (std::size_t k = 0; k < values.size(); ++k) {
        if (states[k / own] == DrawState::done && differ(values[k], truth[k])) return false;
      }
    }
    for (const auto& [name, truth] : theory_) {
      const std::vector<double> values = reader.theory(name);
      for (std::size_t k = 0; k < values.size(); ++k) {
        if (!std::isnan(values[k]) && differ(values[k], truth[k])) return false;
      }
    }
    return true;
  }
  void restore() const { put_bytes(path_, bytes_); }
  /// All observables and theory, as the undamaged file has them bit for bit.
  bool has_all_values(const std::filesystem::path& path) const {
    const std::string now = file_bytes(path);
    for (const auto& [name, region] : places_) {
      if (region.nan && name != seconds_path &&
          now.compare(region.offset, region.bytes, bytes_, region.offset, region.bytes) != 0)
        return false;
    }
    return true;
  }

private:
  static bool differ(double a, double b) { return a != b && !(std::isnan(a) && std::isnan(b)); }

  const parallel::Communicator& comm_;
  std::filesystem::path path_;
  std::string bytes_, table_;
  std::map<std::string, std::vector<double>> draws_, theory_; // of the undamaged file
  std::map<std::string, SlotRegion> places_;
};

} // namespace pastur::store::samples
