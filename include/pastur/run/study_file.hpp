// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/registry.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pastur::run {

struct SweepAxis {
  std::string parameter;
  std::vector<study::Value> values;
};

/// Stop at a precision: the standard error of every entry of `observable` at a point, relative to its mean or
/// absolute.
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

/// A study file as written, checked against the study's declarations: names, types, ranges, choices, keys
/// that nothing reads.
struct StudyFile {
  std::string name;                  ///< path, for messages
  std::string text;                  ///< as read
  std::vector<std::string> settings; ///< --set KEY=VALUE, in order
  std::string study;
  std::int64_t seed = 0;
  DrawRule draws;
  bool common_random_numbers = false;
  std::map<std::string, study::Value> parameters; ///< given ones only
  std::vector<SweepAxis> sweep;
  bool zip = false;
  /// Finer theory grid. It replaces the sweep axes it names; parameters that are not swept become further
  /// axes, last. With a zip sweep it names all zipped parameters, which again walk together, or none of them.
  std::vector<SweepAxis> theory;
  /// Finer entries of coordinate parameters (ridge) on that grid.
  std::map<std::string, study::Value> theory_coordinates;
};

/// A study file made ready to run: the study, every point, and the store's layout.
struct Experiment {
  std::unique_ptr<study::Study> study;
  StudyFile file;
  std::vector<study::Parameters> points;        ///< row-major over the sweep axes (zip: in order)
  std::vector<study::Parameters> theory_points; ///< of the finer grid, same order rule; empty without one
};

/// The most points a sweep (or a finer theory grid) may have.
inline constexpr std::int64_t most_points = 1'000'000;

/// Reads and checks a study file. `settings`: "KEY=VALUE", KEY `seed`, `draws`, a parameter, or a table path
/// such as `sweep.N`; VALUE in TOML (bare words count as strings). A parameter set by its own name is no
/// longer swept. Throws InputError "FILE:LINE:COLUMN: key: given ...; allowed: ..." ("--set KEY=VALUE: ..."
/// for a setting).
Experiment load_experiment(const std::filesystem::path& path, const std::vector<std::string>& settings,
                           const study::Registry& registry);
/// The same from text, e.g. what a store keeps (with_settings(): the settings listed there are applied
/// first).
Experiment parse_experiment(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings, const study::Registry& registry);

/// The study file's text with its settings listed behind it as comments that parse_experiment() reads back.
std::string with_settings(const StudyFile& file);

/// The study file as TOML that reads back to the same: every range and setting written out.
std::string to_toml(const StudyFile& file);
/// The value of `draws` there.
std::string draws_text(const DrawRule& rule);

} // namespace pastur::run
