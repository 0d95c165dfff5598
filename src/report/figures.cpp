// SPDX-License-Identifier: BSD-3-Clause
#include "figure_data.hpp"
#include "figure_kinds.hpp"
#include "gnuplot_script.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/report/figures.hpp>
#include <pastur/study/registry.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pastur::report {

namespace fs = std::filesystem;

namespace {

bool applies(const study::Figure& figure, const run::Experiment& experiment) {
  return !figure.applies || (!experiment.points.empty() && figure.applies(experiment.points.front()));
}

/// Whether a coordinate's positive values span a decade or so.
bool wants_log(const std::string& name, const store::Layout& layout, const run::Experiment& experiment) {
  std::vector<double> values;
  for (const study::Parameters& point : experiment.points) {
    if (point.all().contains(name)) values.push_back(to_number(parameter_scalar(point, name)));
  }
  for (const store::Axis& dimension : layout.dimensions) {
    const auto* reals = std::get_if<std::vector<double>>(&dimension.values);
    if (dimension.name == name && reals != nullptr) values = *reals;
  }
  if (std::any_of(values.begin(), values.end(), [](double v) { return !(v >= 0.0); })) return false;
  std::erase(values, 0.0);
  if (values.size() < 2) return false;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high >= 8.0 * *low;
}

/// Any observable or theory-only output against the first coordinate that varies with it.
std::optional<study::Figure> plain_figure(const std::string& name, const store::Reader& reader,
                                          const run::Experiment& experiment) {
  const store::Layout& layout = reader.layout();
  const auto named = [&](const store::Variable& v) { return v.name == name; };
  auto found = std::find_if(layout.observables.begin(), layout.observables.end(), named);
  if (found == layout.observables.end()) {
    found = std::find_if(layout.theory.begin(), layout.theory.end(), named);
    if (found == layout.theory.end()) return std::nullopt;
  }
  study::Figure figure;
  figure.name = name;
  constexpr std::size_t longest_title = 70;
  figure.title =
      found->long_name.empty() || found->long_name.size() > longest_title ? name : found->long_name;
  figure.observables = {name};
  std::vector<std::string> candidates;
  for (const run::SweepAxis& axis : experiment.file.sweep) {
    if (axis.values.size() > 1) candidates.push_back(axis.parameter);
  }
  for (const std::string& dimension : found->dimensions) {
    if (layout.dimension(dimension).size() > 1) candidates.push_back(dimension);
  }
  if (candidates.empty()) { // draws of one number: its distribution
    figure.kind = study::Figure::Kind::histogram;
    return figure;
  }
  figure.x = candidates.front();
  figure.log_x = wants_log(figure.x, layout, experiment);
  return figure;
}

std::vector<std::string> figure_names(const study::StudyInfo& info) {
  std::vector<std::string> names;
  for (const study::Figure& figure : info.figures) names.push_back(figure.name);
  return names;
}

/// The figures to draw. One asked for by name may also be an observable's.
std::vector<study::Figure> chosen(const store::Reader& reader, const run::Experiment& experiment,
                                  const std::string& only) {
  const study::StudyInfo& info = experiment.study->info();
  std::vector<study::Figure> figures;
  if (only.empty()) {
    for (const study::Figure& figure : info.figures) {
      if (applies(figure, experiment)) figures.push_back(figure);
    }
    return figures;
  }
  const auto found = std::find_if(info.figures.begin(), info.figures.end(),
                                  [&](const study::Figure& f) { return f.name == only; });
  if (found != info.figures.end()) return {*found};
  if (std::optional<study::Figure> figure = plain_figure(only, reader, experiment))
    return {std::move(*figure)};
  std::vector<std::string> names = figure_names(info);
  const std::string listed = fmt::format("{}", fmt::join(names, ", "));
  for (const store::Variable& variable : reader.layout().observables) names.push_back(variable.name);
  throw InputError(fmt::format("no figure or observable {}; the study's figures: {}.{}", only, listed,
                               study::did_you_mean(only, names)));
}

Drawing drawing(const study::Figure& figure, const store::Reader& reader, const run::Experiment& experiment) {
  const FigureInput input{figure, reader, experiment};
  switch (figure.kind) {
  case study::Figure::Kind::curve:
    return curve_drawing(input);
  case study::Figure::Kind::heat_map:
    return heat_map_drawing(input);
  case study::Figure::Kind::histogram:
    return histogram_drawing(input);
  }
  throw std::logic_error("a figure of an unknown kind");
}

fs::path file_of(const fs::path& output, const std::string& name, bool one) {
  if (one) return output;
  return output.parent_path() /
         fmt::format("{}_{}{}", output.stem().string(), name, output.extension().string());
}

} // namespace

std::string gnuplot_script(const study::Figure& figure, const store::Reader& reader,
                           const run::Experiment& experiment, const fs::path& output) {
  require_figure_suffix(output);
  const Drawing ready = drawing(figure, reader, experiment);
  return ready.script.text(output, ready.width, ready.height);
}

PlottedFigures plot(const store::Reader& reader, const run::Experiment& experiment, const fs::path& output,
                    const std::string& only, bool keep_script) {
  require_figure_suffix(output);
  std::vector<std::pair<std::string, Drawing>> ready;
  PlottedFigures plotted;
  const auto draw = [&](const study::Figure& figure) {
    try {
      ready.emplace_back(figure.name, drawing(figure, reader, experiment));
    } catch (const InputError& error) {
      if (!only.empty()) throw;
      plotted.left_out.emplace_back(error.what());
    }
  };
  for (const study::Figure& figure : chosen(reader, experiment, only)) draw(figure);
  // No figure of the study fits this sweep: the first observable that can be shown.
  for (const store::Variable& variable : reader.layout().observables) {
    if (!ready.empty()) break;
    if (const std::optional<study::Figure> figure = plain_figure(variable.name, reader, experiment))
      draw(*figure);
  }
  if (ready.empty())
    throw InputError(
        fmt::format("{}: nothing to draw: {}", reader.path().string(), fmt::join(plotted.left_out, "; ")));
  for (const auto& [name, figure] : ready) {
    const fs::path file = file_of(output, name, ready.size() == 1);
    run_gnuplot(figure.script.text(file, figure.width, figure.height), file, keep_script);
    plotted.files.push_back(file);
  }
  return plotted;
}

} // namespace pastur::report
