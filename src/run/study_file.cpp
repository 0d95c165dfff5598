// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_axes.hpp"
#include "study_file_check.hpp"
#include "study_file_draws.hpp"
#include "sweep.hpp"

#include <pastur/run/study_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

namespace pastur::run {
namespace {

std::string study_name(const Document& document) {
  const Field* field = find(document.root(), "study");
  if (field == nullptr)
    document.fail({}, "study: not given; allowed: study = \"NAME\", a name that `pastur list` shows");
  return text_of(document, field->node, "study", "the name of a study in quotes");
}

std::unique_ptr<study::Study> make_study(const Document& document, const std::string& name,
                                         const study::Registry& registry) {
  try {
    return registry.make(name);
  } catch (const InputError& error) {
    document.fail(find(document.root(), "study")->node.origin, error.what());
  }
}

void require_known_top_level(const Document& document, const study::StudyInfo& info) {
  for (const Field& field : document.root()) {
    const auto& keys = top_level_keys();
    if (std::find(keys.begin(), keys.end(), field.key) == keys.end() &&
        find_spec(info, field.key) != nullptr) {
      document.fail(
          field.origin,
          fmt::format("{}: a parameter at the top level; allowed: under [parameters] or [sweep]", field.key));
    }
  }
  require_known_keys(document, document.root(), top_level_keys(), "");
}

bool read_flag(const Document& document, const std::string& key) {
  const Field* field = find(document.root(), key);
  if (field == nullptr) return false;
  if (const bool* flag = std::get_if<bool>(&field->node.value)) return *flag;
  document.fail(field->node.origin,
                fmt::format("{}: given {}; allowed: true or false", key, describe(field->node)));
}

bool read_zip(const Document& document, const Node::Table& sweep) {
  const Field* combine = find(sweep, "combine");
  if (combine == nullptr) return false;
  const std::string how = text_of(document, combine->node, "sweep.combine", "\"grid\" or \"zip\"");
  if (how != "grid" && how != "zip") {
    document.fail(combine->node.origin,
                  fmt::format("sweep.combine: given {}; allowed: \"grid\" or \"zip\".{}",
                              describe(combine->node), study::did_you_mean(how, {"grid", "zip"})));
  }
  return how == "zip";
}

void read_parameters(const Document& document, const study::StudyInfo& info, StudyFile& file,
                     Places& places) {
  const Node::Table* table = document.table("parameters");
  if (table == nullptr) return;
  require_known_keys(document, *table, parameter_names(info), "");
  for (const Field& field : *table) {
    file.parameters[field.key] = parameter_value(document, *find_spec(info, field.key), field.node, "");
    places.parameters[field.key] = field.node.origin;
  }
}

/// Axes that walk together: as long as each other, and no step taken twice.
void require_tied(const Document& document, const std::vector<PlacedAxis>& axes, const std::string& table) {
  if (axes.empty()) return;
  const PlacedAxis& first = axes.front();
  for (const PlacedAxis& other : axes) {
    if (other.axis.values.size() != first.axis.values.size()) {
      document.fail(other.key, fmt::format("{}.{}: given {} values where {} has {}; allowed: as many, they "
                                           "walk together (combine = \"zip\")",
                                           table, other.axis.parameter, other.axis.values.size(),
                                           first.axis.parameter, first.axis.values.size()));
    }
  }
  std::set<std::vector<study::Value>> seen;
  for (std::size_t step = 0; step < first.axis.values.size(); ++step) {
    std::vector<study::Value> values;
    for (const PlacedAxis& placed : axes) values.push_back(placed.axis.values[step]);
    if (!seen.insert(values).second) {
      document.fail(
          first.places[step],
          fmt::format("{}.{}: given the same point twice (value {} of each axis); allowed: each point once",
                      table, first.axis.parameter, step + 1));
    }
  }
}

void require_few(const Document& document, const std::vector<AxisGroup>& groups, const std::string& table) {
  if (groups.empty() || point_count(groups) <= most_points) return;
  std::string sizes;
  for (const AxisGroup& group : groups) {
    sizes += fmt::format("{}{} ({})", sizes.empty() ? "" : " x ", group.size(), group.axes.front().parameter);
  }
  document.fail(
      find(document.root(), table)->origin,
      fmt::format("{}: given {} points; allowed: at most {} in one file", table, sizes, most_points));
}

void read_sweep(const Document& document, const study::StudyInfo& info, StudyFile& file, Places& places) {
  const Node::Table* table = document.table("sweep");
  if (table == nullptr) return;
  file.zip = read_zip(document, *table);
  places.sweep = read_axes(document, info, "sweep", *table,
                           file.zip ? parameter_names(info) : std::vector<std::string>{});
  if (places.sweep.empty()) {
    document.fail(
        find(document.root(), "sweep")->origin,
        "sweep: given no parameter; allowed: at least one with a list of values (or no [sweep] at all)");
  }
  if (file.zip) require_tied(document, places.sweep, "sweep");
  for (const PlacedAxis& placed : places.sweep) file.sweep.push_back(placed.axis);
  require_few(document, sweep_groups(file), "sweep");
}

/// The entries of a coordinate parameter as its value.
study::Value as_list(const study::ParameterSpec& spec, const std::vector<study::Value>& entries) {
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  for (const study::Value& entry : entries) {
    if (const auto* real = std::get_if<double>(&entry)) reals.push_back(*real);
    if (const auto* integer = std::get_if<std::int64_t>(&entry)) integers.push_back(*integer);
  }
  return spec.type == study::ParameterType::real_list ? study::Value(std::move(reals))
                                                      : study::Value(std::move(integers));
}

void read_theory(const Document& document, const study::StudyInfo& info, StudyFile& file, Places& places) {
  const Node::Table* table = document.table("theory");
  if (table == nullptr) return;
  const Field* section = find(document.root(), "theory");
  if (const Field* combine = find(*table, "combine")) {
    document.fail(combine->origin, "theory.combine: given; allowed: under [sweep] only, [theory] follows it");
  }
  std::vector<std::string> zipped;
  if (file.zip) {
    for (const SweepAxis& axis : file.sweep) zipped.push_back(axis.parameter);
  }
  places.theory = read_axes(document, info, "theory", *table, zipped);
  if (places.theory.empty()) {
    document.fail(
        section->origin,
        "theory: given no parameter; allowed: at least one with a list of values (or no [theory] at all)");
  }
  std::vector<PlacedAxis> tied;
  for (const PlacedAxis& placed : places.theory) {
    const study::ParameterSpec& spec = *find_spec(info, placed.axis.parameter);
    if (spec.coordinate) {
      file.theory_coordinates[spec.name] = as_list(spec, placed.axis.values);
      continue;
    }
    file.theory.push_back(placed.axis);
    if (std::find(zipped.begin(), zipped.end(), placed.axis.parameter) != zipped.end())
      tied.push_back(placed);
  }
  if (!tied.empty() && tied.size() < zipped.size()) {
    for (const std::string& name : zipped) {
      const bool named = std::any_of(tied.begin(), tied.end(),
                                     [&](const PlacedAxis& placed) { return placed.axis.parameter == name; });
      if (!named) {
        document.fail(
            tied.front().key,
            fmt::format(
                "theory.{}: given without {}; allowed: all parameters of a zip sweep together, or none",
                tied.front().axis.parameter, name));
      }
    }
  }
  require_tied(document, tied, "theory");
  require_few(document, theory_groups(file), "theory");
}

void require_goal_exists(const Document& document, const Experiment& experiment) {
  const std::optional<Until>& until = experiment.file.draws.until;
  if (!until) return;
  for (const study::ObservableSpec& spec : experiment.study->info().observables) {
    if (spec.name != until->observable || !spec.exists) continue;
    if (std::any_of(experiment.points.begin(), experiment.points.end(), spec.exists)) continue;
    document.fail(find(document.root(), "draws")->node.origin,
                  fmt::format("draws.until.observable: given \"{}\", which no point of this file has; "
                              "allowed: an observable that exists here",
                              spec.name));
  }
}

/// A finer coordinate that no prediction has would be a line of nothing.
void require_predicted_coordinates(const Document& document, const Experiment& experiment,
                                   const Places& places) {
  const study::StudyInfo& info = experiment.study->info();
  for (const PlacedAxis& placed : places.theory) {
    const std::string& name = placed.axis.parameter;
    if (!experiment.file.theory_coordinates.contains(name)) continue;
    const auto has_it = [&](const auto& spec) {
      const auto& points = experiment.theory_points;
      return std::find(spec.dimensions.begin(), spec.dimensions.end(), name) != spec.dimensions.end() &&
             (!spec.exists || std::any_of(points.begin(), points.end(), spec.exists));
    };
    const bool predicted =
        std::any_of(info.observables.begin(), info.observables.end(),
                    [&](const study::ObservableSpec& spec) { return spec.has_theory && has_it(spec); }) ||
        std::any_of(info.theory_outputs.begin(), info.theory_outputs.end(), has_it);
    if (predicted) continue;
    document.fail(placed.key, fmt::format("theory.{0}: given, but nothing that is predicted here has the "
                                          "dimension {0}; allowed: a coordinate of a prediction",
                                          name));
  }
}

/// A store has a slot for every draw.
void require_few_slots(const Document& document, const Experiment& experiment) {
  constexpr std::int64_t most_slots = 1'000'000'000;
  const auto points = static_cast<std::int64_t>(experiment.points.size());
  if (experiment.file.draws.max > most_slots / points) {
    document.fail(find(document.root(), "draws")->node.origin,
                  fmt::format("draws: given {} at each of {} points; allowed: at most {} draws in one file",
                              experiment.file.draws.max, points, most_slots));
  }
}

constexpr const char* settings_mark = "# Settings of the command line:\n";
constexpr const char* setting_mark = "# --set ";

/// Takes the settings that with_settings() listed off the end of a text.
std::vector<std::string> take_settings(std::string& text) {
  std::size_t mark = text.rfind(settings_mark);
  // At the start of a line; elsewhere it is part of a setting.
  while (mark != std::string::npos && mark > 0 && text[mark - 1] != '\n')
    mark = text.rfind(settings_mark, mark - 1);
  if (mark == std::string::npos) return {};
  std::vector<std::string> settings;
  std::istringstream lines(text.substr(mark + std::string(settings_mark).size()));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(setting_mark, 0) != 0) return {};
    settings.push_back(line.substr(std::string(setting_mark).size()));
  }
  text.resize(mark);
  return settings;
}

} // namespace

std::string with_settings(const StudyFile& file) {
  std::string text = file.text;
  if (file.settings.empty()) return text;
  if (!text.empty() && text.back() != '\n') text += '\n';
  text += settings_mark;
  for (const std::string& setting : file.settings) text += setting_mark + setting + '\n';
  return text;
}

Experiment parse_experiment(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings, const study::Registry& registry) {
  Experiment experiment;
  StudyFile& file = experiment.file;
  file.name = name;
  file.text = text;
  file.settings = take_settings(file.text);
  file.settings.insert(file.settings.end(), settings.begin(), settings.end());

  const Document document(name, file.text, file.settings);
  file.study = study_name(document);
  experiment.study = make_study(document, file.study, registry);
  const study::StudyInfo& info = experiment.study->info();
  require_known_top_level(document, info);
  if (const Field* seed = find(document.root(), "seed")) {
    file.seed = integer_between(document, seed->node, "seed", 0, std::numeric_limits<std::int64_t>::max());
  }
  file.draws = read_draws(document, info);
  file.common_random_numbers = read_flag(document, "common_random_numbers");
  Places places;
  read_parameters(document, info, file, places);
  read_sweep(document, info, file, places);
  read_theory(document, info, file, places);

  std::map<std::string, study::Value> values = file.parameters;
  for (const study::ParameterSpec& spec : info.parameters)
    values.emplace(spec.name, study::checked(spec, spec.initial));
  const study::Parameters base(std::move(values));
  experiment.points = points_of(base, sweep_groups(file));
  if (!places.theory.empty()) {
    study::Parameters finer = base;
    for (const auto& [parameter, entries] : file.theory_coordinates) finer.set(parameter, entries);
    experiment.theory_points = points_of(finer, theory_groups(file));
  }
  require_predicted_coordinates(document, experiment, places);
  require_few_slots(document, experiment);
  require_goal_exists(document, experiment);
  check_points(document, experiment, places);
  return experiment;
}

Experiment load_experiment(const std::filesystem::path& path, const std::vector<std::string>& settings,
                           const study::Registry& registry) {
  constexpr std::size_t most_bytes = std::size_t{4} << 20;
  std::error_code trouble;
  if (std::filesystem::is_directory(path, trouble)) {
    throw InputError(fmt::format("{}: given a directory; allowed: a study file", path.string()));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    const bool there = std::filesystem::exists(path, trouble);
    throw InputError(fmt::format("{}: {}; allowed: a study file", path.string(),
                                 there ? "cannot be read" : "there is no such file"));
  }
  // Read up to the limit only: the path may be a device.
  std::string text(most_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) throw InputError(fmt::format("{}: cannot be read; allowed: a study file", path.string()));
  if (text.size() > most_bytes)
    throw InputError(fmt::format("{}: larger than 4 MiB; allowed: a study file", path.string()));
  return parse_experiment(text, path.string(), settings, registry);
}

} // namespace pastur::run
