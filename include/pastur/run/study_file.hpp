// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

struct SweepAxis {
  std::string parameter;
  std::vector<study::Value> values;
};

/// Stop at a precision: the standard error of every entry of `observable` at a point, relative to its mean or absolute.
struct Until {
  std::string observable;
  std::optional<double> relative_stderr;
  std::optional<double> absolute_stderr;
};

/// `draws = 64` is {64, 64, none}.
struct DrawRule {
  std::int64_t min = 1;
  std::int64_t max = 1;
  std::optional<Until> until;
};

/// A study file as written, checked against the study's declarations: names, types, ranges, choices, keys that nothing reads.
struct StudyFile {
  std::string name;                     ///< path, for messages
  std::string text;                     ///< as read
  std::vector<std::string> settings;    ///< --set KEY=VALUE, in order
  std::string study;
  std::int64_t seed = 0;
  DrawRule draws;
  bool common_random_numbers = false;
  std::map<std::string, study::Value> parameters;   ///< given ones only
  std::vector<SweepAxis> sweep;
  bool zip = false;
  std::vector<SweepAxis> theory;        ///< finer theory grid; replaces the sweep axes it names
};

/// A study file made ready to run: the study, every point, and the store's layout.
struct Experiment {
  std::unique_ptr<study::Study> study;
  StudyFile file;
  std::vector<study::Parameters> points;          ///< row-major over the sweep axes
  std::vector<study::Parameters> theory_points;   ///< of the finer grid, same order rule; empty without one
};

/// Reads and checks a study file. `settings`: "KEY=VALUE", KEY `seed`, `draws`, a parameter, or a table path such as `sweep.N`; VALUE in TOML
/// (bare words count as strings). Throws InputError "FILE:LINE:COLUMN: key: what was given; what is allowed".
Experiment load_experiment(const std::filesystem::path& path, const std::vector<std::string>& settings, const study::Registry& registry);
/// The same from text, e.g. what a store keeps.
Experiment parse_experiment(const std::string& text, const std::string& name, const std::vector<std::string>& settings,
                            const study::Registry& registry);

} // namespace pastur::run
