// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <pastur/report/coordinates.hpp>
#include <pastur/store/reader.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace pastur::commands {

namespace {

/// "2026-01-05T10:00:00Z to ...: 8 ranks on node1, node2; pastur run ..." of one run's record.
std::string run_text(const std::string& record) {
  const auto run = nlohmann::json::parse(record, nullptr, false);
  if (!run.is_object()) return record;
  if (run.size() == 1 && run.contains("error")) return run["error"].dump();
  const auto text = [&run](const char* key) {
    const auto found = run.find(key);
    if (found == run.end()) return std::string("?");
    return found->is_string() ? found->get<std::string>() : found->dump();
  };
  std::string hosts;
  if (run.contains("hosts") && run["hosts"].is_object()) {
    for (const auto& [host, ranks] : run["hosts"].items()) hosts += (hosts.empty() ? "" : ", ") + host;
  }
  std::string line = fmt::format("{} to {}, {} rank(s) on {}", text("start"),
                                 run.contains("end") ? text("end") : "(not ended)", text("ranks"),
                                 hosts.empty() ? "?" : hosts);
  line += fmt::format("\n    pastur {} ({})\n    {}", text("pastur"), text("git_revision"), text("command"));
  if (run.contains("libraries") && run["libraries"].is_array()) {
    for (const auto& library : run["libraries"])
      line += "\n    " + (library.is_string() ? library.get<std::string>() : library.dump());
  }
  return line;
}

/// Lines on all that is damaged; whether there are any.
bool print_damage(const store::Reader& reader) {
  const report::Coordinates sweep = report::sweep_of(reader.layout());
  bool draws = false, theory = false;
  for (const auto& [point, draw] : reader.damaged()) {
    fmt::print("damaged: draw {} of point {} ({})\n", draw, point, point_text(sweep, point));
    draws = true;
  }
  for (const std::int64_t point : reader.damaged_theory(false)) {
    fmt::print("damaged: the theory of point {} ({})\n", point, point_text(sweep, point));
    theory = true;
  }
  for (const std::int64_t point : reader.damaged_theory(true)) {
    fmt::print("damaged: the theory of point {} of the finer grid\n", point);
    theory = true;
  }
  if (draws || theory) {
    fmt::print("They are not used. `pastur run` with the same study file {} again\n",
               draws && theory ? "takes them"
               : draws         ? "takes the draws"
                               : "computes the theory");
  }
  const std::vector<std::int64_t> records = reader.damaged_provenance();
  for (const std::int64_t run : records) fmt::print("damaged: the record of run {}\n", run + 1);
  return draws || theory || !records.empty();
}

int check_store(const std::string& path) {
  const store::Reader reader(path);
  const store::Layout& layout = reader.layout();
  const std::vector<store::DrawState> states = reader.states();
  const auto count = [&states](store::DrawState state) {
    return std::count(states.begin(), states.end(), state);
  };
  fmt::print("{}: study {}, seed {}\n", path, layout.study, layout.seed);
  const auto damaged = static_cast<std::ptrdiff_t>(reader.damaged().size());
  fmt::print("{} slots: {} done, {} failed, {} pending, {} damaged\n", states.size(),
             count(store::DrawState::done), count(store::DrawState::failed),
             count(store::DrawState::pending) - damaged, damaged);
  const bool any_damage = print_damage(reader);
  const std::vector<std::string> runs = reader.provenance();
  for (std::size_t r = 0; r < runs.size(); ++r) fmt::print("run {}: {}\n", r + 1, run_text(runs[r]));
  return any_damage ? 1 : 0;
}

} // namespace

Action check(CLI::App& command, const Context&) {
  const auto path = std::make_shared<std::string>();
  command.add_option("STORE", *path, "Result file")->required();
  return [path] { return check_store(*path); };
}

} // namespace pastur::commands
