// SPDX-License-Identifier: BSD-3-Clause
#include "study_file_check.hpp"

#include "sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace pastur::run {
namespace {

bool read_at_any(const study::ParameterSpec& spec, const std::vector<study::Parameters>& points) {
  return !spec.is_read || std::any_of(points.begin(), points.end(), spec.is_read);
}

void require_read(const Document& document, const Experiment& experiment, const Places& places) {
  const auto refuse = [&](const std::string& table, const study::ParameterSpec& spec, const Origin& origin) {
    document.fail(origin, fmt::format("{0}{1}: given, but nothing reads it here; allowed: {1} only where {2}",
                                      table, spec.name, spec.read_when));
  };
  const study::StudyInfo& info = experiment.study->info();
  const auto swept = [&](const std::string& name) {
    return std::any_of(places.sweep.begin(), places.sweep.end(),
                       [&](const PlacedAxis& a) { return a.axis.parameter == name; });
  };
  for (const study::ParameterSpec& spec : info.parameters) {
    const auto given = places.parameters.find(spec.name);
    if (given == places.parameters.end() || swept(spec.name)) continue;
    if (!read_at_any(spec, experiment.points) && !read_at_any(spec, experiment.theory_points))
      refuse("", spec, given->second);
  }
  for (const PlacedAxis& axis : places.sweep) {
    const study::ParameterSpec& spec = *find_spec(info, axis.axis.parameter);
    if (!read_at_any(spec, experiment.points)) refuse("sweep.", spec, axis.key);
  }
  for (const PlacedAxis& axis : places.theory) {
    const study::ParameterSpec& spec = *find_spec(info, axis.axis.parameter);
    if (!read_at_any(spec, experiment.theory_points)) refuse("theory.", spec, axis.key);
  }
}

/// Where the value that `name` has at this point was written: on the finer theory grid or the sweep, else
/// under [parameters].
std::optional<Origin> place_of(const std::string& name, const study::Parameters& point, const Places& places,
                               bool fine) {
  const auto on_axis = [&](const std::vector<PlacedAxis>& axes) -> std::optional<Origin> {
    for (const PlacedAxis& placed : axes) {
      if (placed.axis.parameter != name) continue;
      const auto& values = placed.axis.values;
      const auto entry = std::find(values.begin(), values.end(), point.value(name));
      return entry == values.end() ? placed.key
                                   : placed.places[static_cast<std::size_t>(entry - values.begin())];
    }
    return std::nullopt;
  };
  if (fine) {
    if (const auto origin = on_axis(places.theory)) return origin;
  }
  if (const auto origin = on_axis(places.sweep)) return origin;
  const auto given = places.parameters.find(name);
  return given == places.parameters.end() ? std::nullopt : std::optional(given->second);
}

/// The words of a message, in order, that could be names.
std::vector<std::string> words_of(const std::string& message) {
  std::vector<std::string> words(1);
  for (const char letter : message) {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_') {
      words.back() += letter;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

void check_each(const Document& document, const Experiment& experiment,
                const std::vector<study::Parameters>& points, const Places& places, bool fine) {
  const study::Study& study = *experiment.study;
  for (const study::Parameters& point : points) {
    try {
      study.check(point);
    } catch (const InputError& error) {
      const std::string where = point_text(experiment.file, point, fine);
      const std::string message = error.what() + (where.empty() ? where : fmt::format(" (at {})", where));
      // The key named first may have its default: then the next one that was written.
      for (const std::string& word : words_of(error.what())) {
        if (find_spec(study.info(), word) == nullptr) continue;
        if (const auto origin = place_of(word, point, places, fine)) document.fail(*origin, message);
      }
      document.fail(find(document.root(), "study")->node.origin, message); // defaults only
    }
  }
}

} // namespace

void check_points(const Document& document, const Experiment& experiment, const Places& places) {
  require_read(document, experiment, places);
  check_each(document, experiment, experiment.points, places, false);
  check_each(document, experiment, experiment.theory_points, places, true);
}

} // namespace pastur::run
