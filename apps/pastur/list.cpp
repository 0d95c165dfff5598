// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <pastur/report/text_columns.hpp>
#include <pastur/study/study.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace pastur::commands {

namespace {

std::string as_json(const study::Registry& studies) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& name : studies.names()) {
    const std::unique_ptr<study::Study> study = studies.make(name);
    all.push_back({{"name", name}, {"summary", study->info().summary}, {"paper", study->info().paper}});
  }
  return all.dump(1) + "\n";
}

std::string as_text(const study::Registry& studies) {
  using Align = report::TextColumns::Align;
  report::TextColumns columns({Align::left, Align::left});
  for (const std::string& name : studies.names()) {
    const std::unique_ptr<study::Study> study = studies.make(name);
    columns.add({name, study->info().summary});
    for (const std::string& line : report::wrapped(study->info().paper, 90)) columns.add({"", line});
  }
  return columns.text();
}

} // namespace

Action list(CLI::App& command, const Context& context) {
  const auto json = std::make_shared<bool>(false);
  command.add_flag("--json", *json, "As JSON");
  return [json, &context] {
    std::cout << (*json ? as_json(context.studies) : as_text(context.studies));
    return 0;
  };
}

} // namespace pastur::commands
