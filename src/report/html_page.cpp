// SPDX-License-Identifier: BSD-3-Clause
#include "figure_kinds.hpp"
#include "html_style.hpp"
#include "html_text.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/report/figures.hpp>
#include <pastur/report/html_page.hpp>
#include <pastur/report/number_text.hpp>
#include <pastur/report/status.hpp>
#include <pastur/report/table.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pastur::report {

namespace {

namespace fs = std::filesystem;

/// A folder for gnuplot's files, gone at the end.
class ScratchFolder {
public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "pastur-report-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for temporary files");
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, body);
}

std::string list(const std::vector<std::string>& items) {
  std::string text = "<ul>\n";
  for (const std::string& item : items) text += "<li>" + escaped(item) + "</li>\n";
  return text + "</ul>\n";
}

std::string head(const store::Layout& layout, const run::Experiment* experiment, const fs::path& path,
                 const Status& status) {
  std::string text = fmt::format("<header>\n<h1>{}</h1>\n", escaped(layout.study));
  if (experiment != nullptr)
    text += fmt::format("<p class=\"summary\">{}</p>\n", escaped(experiment->study->info().summary));
  text +=
      fmt::format("<p>{}</p>\n<p>{}: {} of {}{} draws done, {} failed; seed {}.</p>\n", escaped(layout.paper),
                  escaped(path.filename().string()), status.done, status.adaptive ? "at most " : "",
                  status.done + status.failed + status.pending, status.failed, layout.seed);
  return text + "</header>\n";
}

/// What a reader should know before believing the rest; empty when there is nothing.
std::string remarks(const Status& status) {
  std::string body;
  if (!status.warnings.empty()) body += "<h3>Warnings</h3>\n" + list(status.warnings);
  const auto counted = [](const std::map<std::string, std::int64_t>& reasons) {
    std::vector<std::string> items;
    for (const auto& [reason, count] : reasons)
      items.push_back(fmt::format("{}: {}", draws_text(count, count), reason));
    return list(items);
  };
  if (!status.failures.empty()) body += "<h3>Failed draws</h3>\n" + counted(status.failures);
  if (!status.missing.empty()) body += "<h3>Missing entries</h3>\n" + counted(status.missing);
  return body.empty() ? body : section("remarks", "Warnings and failures", body);
}

std::string figures(const store::Reader& reader, const run::Experiment* experiment) {
  if (experiment == nullptr)
    return section("figures", "Figures",
                   "<p>This program does not know the study, so it has no figures.</p>\n");
  const ScratchFolder scratch;
  std::string body;
  try {
    // plot() names the files FILE_NAME.svg, one alone FILE.svg.
    const PlottedFigures plotted = plot(reader, *experiment, scratch.path() / "figure.svg");
    for (const fs::path& file : plotted.files)
      body += "<figure>\n" + inline_svg(contents(file), file.stem().string()) + "</figure>\n";
    if (!plotted.left_out.empty()) body += "<p>Not drawn:</p>\n" + list(plotted.left_out);
  } catch (const InputError& error) { // no draws and no theory yet
    body = fmt::format("<p>{}</p>\n", escaped(error.what()));
  }
  return section("figures", "Figures", body);
}

/// One table an observable. A long one is left to `pastur table`.
std::string results(const store::Reader& reader, const run::Experiment* experiment) {
  constexpr std::size_t most_rows = 1000;
  const Table table = make_table(reader, experiment);
  std::string body = "<p>Value: mean or median over the draws, with the standard error of its last digits in "
                     "brackets.</p>\n";
  for (std::size_t first = 0; first < table.rows.size();) {
    const std::string& name = table.rows[first].observable;
    std::size_t end = first;
    std::vector<bool> used(table.dimensions.size(), false);
    bool theory = false;
    for (; end < table.rows.size() && table.rows[end].observable == name; ++end) {
      for (std::size_t k = 0; k < used.size(); ++k)
        used[k] = used[k] || !to_string(table.rows[end].coordinates[k]).empty();
      theory = theory || !std::isnan(table.rows[end].theory);
    }
    std::vector<std::string> heading = table.axes;
    for (std::size_t k = 0; k < used.size(); ++k) {
      if (used[k]) heading.push_back(table.dimensions[k]);
    }
    heading.insert(heading.end(), {"value", "draws"});
    if (theory) heading.insert(heading.end(), {"theory", "z"});
    std::vector<std::vector<std::string>> rows;
    for (std::size_t r = first; r < std::min(end, first + most_rows); ++r) {
      const Row& row = table.rows[r];
      std::vector<std::string>& cells = rows.emplace_back();
      for (const Scalar& value : row.axes) cells.push_back(shown(value));
      for (std::size_t k = 0; k < used.size(); ++k) {
        if (used[k]) cells.push_back(shown(row.coordinates[k]));
      }
      cells.push_back(with_error(row.estimate.value, row.estimate.standard_error));
      cells.push_back(std::to_string(row.estimate.count));
      if (theory) cells.insert(cells.end(), {std::isnan(row.theory) ? "" : rounded(row.theory), z_text(row)});
    }
    body += fmt::format("<details{}><summary>{}</summary>\n{}", end - first <= 40 ? " open=\"open\"" : "",
                        escaped(name), html_table(heading, rows));
    if (end - first > most_rows)
      body += fmt::format("<p>The first {} of {} rows; <code>pastur table</code> has them all.</p>\n",
                          most_rows, end - first);
    body += "</details>\n";
    first = end;
  }
  if (!table.left_out.empty()) body += "<p>Longer observables, not listed:</p>\n" + list(table.left_out);
  return section("results", "Results", body);
}

std::string timings(const Status& status) {
  std::vector<std::string> heading = status.axes;
  heading.insert(heading.end(), {"done", "failed", "pending", "per draw", "all done"});
  std::vector<std::vector<std::string>> rows;
  for (const PointStatus& point : status.points) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const Scalar& value : point.axes) cells.push_back(shown(value));
    for (const std::int64_t count : {point.done, point.failed, point.pending})
      cells.push_back(std::to_string(count));
    cells.push_back(duration(point.seconds));
    cells.push_back(duration(point.done > 0 ? point.seconds * static_cast<double>(point.done) : 0.0));
  }
  return section("timings", "Draws and timings per point", html_table(heading, rows));
}

/// A value of a run's record: text as it is, lists line by line.
std::string value_text(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& item : value) text += (text.empty() ? "" : "\n") + value_text(item);
  return text;
}

std::string provenance(const store::Reader& reader) {
  std::string body;
  std::size_t number = 0;
  for (const std::string& record : reader.provenance()) {
    const auto run = nlohmann::ordered_json::parse(record, nullptr, false);
    std::vector<std::vector<std::string>> rows;
    if (run.is_object()) {
      for (const auto& [key, value] : run.items()) rows.push_back({key, value_text(value)});
    }
    body += fmt::format("<h3>Run {}</h3>\n<div class=\"record\">{}</div>\n", ++number,
                        html_table({"what", "value"}, rows));
  }
  return section("provenance", "Provenance", body);
}

} // namespace

std::string html_page(const store::Reader& reader, const run::Experiment* experiment) {
  const store::Layout& layout = reader.layout();
  const Status status = make_status(reader, experiment);
  std::string page = "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
                     "<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  page += fmt::format("<title>{}: {}</title>\n<style>\n{}</style>\n</head>\n<body>\n", escaped(layout.study),
                      escaped(reader.path().filename().string()), html_style);
  page += head(layout, experiment, reader.path(), status) + remarks(status) + figures(reader, experiment) +
          results(reader, experiment) + timings(status);
  page += section("study-file", "Study file", fmt::format("<pre>{}</pre>\n", escaped(layout.study_file)));
  return page + provenance(reader) + "</body>\n</html>\n";
}

} // namespace pastur::report
