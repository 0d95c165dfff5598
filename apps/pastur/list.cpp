// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <pastur/study/study.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace pastur::commands {

namespace {

std::string as_json(const study::Registry& studies) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& name : studies.names()) {
    const std::unique_ptr<study::Study> study = studies.make(name);
    all.push_back({{"name", name}, {"summary", study->info().summary}, {"paper", study->info().paper}});
  }
  return all.dump(2) + "\n";
}

std::string as_text(const study::Registry& studies) {
  const std::vector<std::string> names = studies.names();
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  std::string text;
  for (const std::string& name : names) {
    const std::unique_ptr<study::Study> study = studies.make(name);
    text += fmt::format("{:<{}}  {}\n{:<{}}  {}\n", name, width, study->info().summary, "", width,
                        study->info().paper);
  }
  return text;
}

} // namespace

Action list(CLI::App& app, const Context& context) {
  CLI::App* command = app.add_subcommand("list", "Studies: name, one line, paper");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  return [json, &context] {
    std::cout << (*json ? as_json(context.studies) : as_text(context.studies));
    return 0;
  };
}

} // namespace pastur::commands
