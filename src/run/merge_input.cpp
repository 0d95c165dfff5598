// SPDX-License-Identifier: BSD-3-Clause
#include "merge_input.hpp"

#include "study_file_values.hpp"

#include <pastur/run/layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace pastur::run {

namespace {

/// "name=value" of every parameter that is read at the point.
std::string point_key(const study::StudyInfo& info, const study::Parameters& point) {
  std::string key;
  for (const study::ParameterSpec& spec : info.parameters) {
    if (spec.is_read && !spec.is_read(point)) continue;
    key += spec.name + '=' + study::to_string(point.value(spec.name)) + '\n';
  }
  return key;
}

/// The first line of `text` that `other` does not have.
std::string first_other_line(const std::string& text, const std::string& other) {
  std::set<std::string> known;
  std::istringstream lines(other);
  for (std::string line; std::getline(lines, line);) known.insert(line);
  lines = std::istringstream(text);
  for (std::string line; std::getline(lines, line);) {
    if (known.count(line) == 0) return study::shortened(line);
  }
  return {};
}

/// A store whose study has changed since must not be mixed with new draws.
void require_current(const store::Layout& stored, const Experiment& experiment, const std::string& name) {
  const store::Layout now = store_layout(experiment);
  std::string difference = store::layout_difference(stored, now);
  if (difference.empty() && stored.identity != now.identity) {
    const std::string line = first_other_line(stored.identity, now.identity);
    difference =
        line.empty() ? "it lacks " + first_other_line(now.identity, stored.identity) : "it has " + line;
  }
  if (!difference.empty()) {
    throw InputError(fmt::format("{} was written by another version of the study {} and cannot be merged: "
                                 "{}; `pastur table {}` reads it",
                                 name, stored.study, difference, name));
  }
}

} // namespace

KeyedExperiment::KeyedExperiment(Experiment made) : experiment(std::move(made)) {
  keys.reserve(experiment.points.size());
  for (const study::Parameters& point : experiment.points)
    keys.push_back(point_key(experiment.study->info(), point));
}

std::vector<MergeInput> open_inputs(const std::vector<std::filesystem::path>& paths, store::Flaws flaws,
                                    const study::Registry& studies) {
  std::vector<MergeInput> inputs;
  std::map<std::string, std::shared_ptr<const KeyedExperiment>> sources; // by study file
  for (const std::filesystem::path& path : paths) {
    store::Reader reader(path, flaws);
    const store::Layout& layout = reader.layout();
    std::shared_ptr<const KeyedExperiment>& source = sources[layout.study_file];
    if (source == nullptr) {
      source = std::make_shared<const KeyedExperiment>(
          parse_experiment(layout.study_file, path.string(), {}, studies));
    }
    require_current(layout, source->experiment, path.string());
    inputs.push_back({std::move(reader), source});
  }
  return inputs;
}

std::vector<study::Value> values_read(const Experiment& experiment, const std::string& parameter) {
  const study::ParameterSpec& spec = *find_spec(experiment.study->info(), parameter);
  std::set<study::Value> values;
  for (const study::Parameters& point : experiment.points) {
    if (!spec.is_read || spec.is_read(point)) values.insert(point.value(parameter));
  }
  return {values.begin(), values.end()};
}

std::string values_text(const Experiment& experiment, const std::string& parameter) {
  const std::vector<study::Value> values = values_read(experiment, parameter);
  if (values.size() == 1) return study::shortened(study::to_string(values.front()));
  std::string text;
  for (const study::Value& value : values) text += (text.empty() ? "" : ", ") + study::to_string(value);
  return study::shortened("[" + text) + "]";
}

void refuse_input(const std::string& one_name, const std::string& other_name, const std::string& why) {
  throw InputError(fmt::format("{} does not belong to {}: {}", one_name, other_name, why));
}

void require_same_draws(const StudyFile& one, const std::string& one_name, const StudyFile& other,
                        const std::string& other_name) {
  const auto refuse = [&](const std::string& key, const auto& mine, const auto& theirs) {
    refuse_input(one_name, other_name, fmt::format("{}: {} and {}; allowed: the same", key, mine, theirs));
  };
  if (one.study != other.study) refuse("study", one.study, other.study);
  if (one.seed != other.seed) refuse("seed", one.seed, other.seed);
  if (one.common_random_numbers != other.common_random_numbers)
    refuse("common_random_numbers", one.common_random_numbers, other.common_random_numbers);
}

std::string why_disjoint(const Experiment& one, const std::string& one_name, const Experiment& other,
                         const std::string& other_name) {
  for (const study::ParameterSpec& spec : one.study->info().parameters) {
    const std::vector<study::Value> mine = values_read(one, spec.name);
    const std::vector<study::Value> theirs = values_read(other, spec.name);
    if (mine.empty() || theirs.empty()) continue;
    std::vector<study::Value> shared;
    std::set_intersection(mine.begin(), mine.end(), theirs.begin(), theirs.end(), std::back_inserter(shared));
    if (shared.empty()) {
      return fmt::format("{}: {} and {}", spec.name, values_text(one, spec.name),
                         values_text(other, spec.name));
    }
  }
  return fmt::format("no point of {} is one of {}", one_name, other_name);
}

} // namespace pastur::run
