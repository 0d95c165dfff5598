// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/toy_study.hpp"

#include <pastur/run/layout.hpp>
#include <pastur/run/study_file.hpp>
#include <pastur/store/reader.hpp>
#include <pastur/store/store.hpp>

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>

namespace pastur::testing_support {

/// A folder of its own, gone at the end.
class TemporaryFolder {
public:
  TemporaryFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("pastur_report_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

/// A store of the toy study whose numbers the test chooses.
class ToyStore {
public:
  /// Value of an observable's entry in a draw.
  using Value = std::function<double(const std::string& observable, std::int64_t point, std::int64_t draw,
                                     std::size_t entry)>;

  explicit ToyStore(const std::string& text)
      : experiment_(
            run::parse_experiment("study = \"toy_mean\"\nseed = 1\n" + text, "toy.toml", {}, toy_registry())),
        layout_(run::store_layout(experiment_)) {}

  const run::Experiment& experiment() const { return experiment_; }
  const store::Layout& layout() const { return layout_; }
  std::filesystem::path path() const { return folder_ / "toy.h5"; }
  const TemporaryFolder& folder() const { return folder_; }

  /// Fills all draws of all points but those with a failure, and the theory of every point of both grids.
  void write(const Value& value,
             const std::map<std::pair<std::int64_t, std::int64_t>, std::string>& failures = {},
             std::int64_t draws_done = std::numeric_limits<std::int64_t>::max()) {
    const parallel::Communicator self = parallel::Communicator::self();
    store::Store store = store::Store::create(self, path(), layout_, true);
    store.write_provenance(R"({"ranks": 4, "team_sizes": [2], "command": "pastur run toy.toml",
                               "warnings": ["n: a small one <&>"]})");
    for (std::int64_t p = 0; p < layout_.points(); ++p) {
      for (std::int64_t d = 0; d < std::min(layout_.draws, draws_done); ++d) {
        store::DrawRecord record{.point = p, .draw = d, .reason = "", .seconds = 0.5, .values = {}};
        const auto failure = failures.find({p, d});
        if (failure != failures.end()) {
          record.state = store::DrawState::failed;
          record.reason = failure->second;
        } else {
          for (const store::Variable& variable : layout_.observables) {
            std::vector<double>& values =
                record.values.emplace_back(static_cast<std::size_t>(layout_.own_size(variable)));
            for (std::size_t e = 0; e < values.size(); ++e) values[e] = value(variable.name, p, d, e);
          }
        }
        store.commit({&record, 1});
      }
    }
    write_theory(store, experiment_.points, false);
    write_theory(store, experiment_.theory_points, true);
  }

private:
  void write_theory(store::Store& store, const std::vector<study::Parameters>& points, bool fine) {
    const study::StudyInfo& info = experiment_.study->info();
    for (std::size_t p = 0; p < points.size(); ++p) {
      study::Recorder recorder(study::theory_slots(info, points[p]));
      experiment_.study->theory(points[p], recorder);
      std::vector<std::vector<double>> values;
      for (const store::Variable& variable : layout_.theory) {
        const std::string& name = variable.theory_of.empty() ? variable.name : variable.theory_of;
        std::vector<double>& own =
            values.emplace_back(static_cast<std::size_t>(layout_.own_size(variable, fine)),
                                std::numeric_limits<double>::quiet_NaN());
        if (!recorder.wants(name)) continue;
        const std::span<const double> known = recorder.values(name);
        std::copy(known.begin(), known.end(), own.begin());
      }
      store.write_theory(static_cast<std::int64_t>(p), values, fine);
    }
  }

  TemporaryFolder folder_;
  run::Experiment experiment_;
  store::Layout layout_;
};

} // namespace pastur::testing_support
