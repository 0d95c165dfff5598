// SPDX-License-Identifier: BSD-3-Clause
#include "report/toy_store.hpp"

#include <pastur/report/theory_table.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace {

using namespace pastur;
using namespace pastur::report;
using testing::ElementsAre;
using testing::HasSubstr;

TheoryTable table_of(const std::string& text) {
  const run::Experiment experiment = run::parse_experiment(
      "study = \"toy_mean\"\nseed = 1\ndraws = 1\n" + text, "toy.toml", {}, testing_support::toy_registry());
  const auto& points = experiment.theory_points.empty() ? experiment.points : experiment.theory_points;
  std::vector<std::vector<double>> values;
  std::string reasons;
  for (const study::Parameters& point : points) values.push_back(predictions(experiment, point, reasons));
  TheoryTable table = make_theory_table(experiment, values);
  if (!reasons.empty()) table.reasons.push_back(reasons);
  return table;
}

TEST(TheoryTable, stands_on_the_finer_grid_where_there_is_one) {
  const TheoryTable table =
      table_of("[sweep]\nn = [10, 20]\n[theory]\nn = { from = 10, to = 20, count = 11 }\n");
  std::size_t rows = 0;
  for (const TheoryRow& row : table.rows) {
    if (row.quantity != "mean_variance") continue;
    EXPECT_EQ(std::get<std::int64_t>(row.axes[0]), 10 + static_cast<std::int64_t>(rows));
    EXPECT_NEAR(row.value, 1.0 / static_cast<double>(10 + rows), 1e-12);
    ++rows;
  }
  EXPECT_EQ(rows, 11U);
}

TEST(TheoryTable, names_observables_predictions_as_the_store_does) {
  const TheoryTable table = table_of("[parameters]\nridge = [0.0, 20.0]\n");
  std::vector<std::string> quantities;
  for (const TheoryRow& row : table.rows) quantities.push_back(row.quantity);
  EXPECT_THAT(quantities, ElementsAre("sample_mean_theory", "test_error_theory", "test_error_theory",
                                      "mean_variance", "shrinkage", "shrinkage"));
  EXPECT_NEAR(table.rows[5].value, 0.5, 1e-12);
  EXPECT_EQ(std::get<double>(table.rows[5].coordinates[0]), 20.0);
}

TEST(TheoryTable, csv_and_json_agree) {
  const TheoryTable table = table_of("[sweep]\nlaw = [\"gauss\", \"uniform\"]\n");
  const auto parsed = nlohmann::json::parse(as_json(table));
  std::istringstream csv(as_csv(table));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "law,quantity,ridge,index,value");
  std::size_t rows = 0;
  while (std::getline(csv, line)) {
    const auto& record = parsed["rows"][rows++];
    EXPECT_THAT(line, testing::StartsWith(record["law"].get<std::string>() + "," +
                                          record["quantity"].get<std::string>()));
    EXPECT_EQ(std::stod(line.substr(line.rfind(',') + 1)), record["value"].get<double>());
  }
  EXPECT_EQ(rows, parsed["rows"].size());
}

TEST(TheoryTable, says_why_an_entry_is_missing) {
  const TheoryTable table = table_of("[parameters]\nn = 5\nridge = [-7.0, 0.0]\n");
  EXPECT_THAT(as_text(table), HasSubstr("missing: test_error: ridge <= -n; shrinkage: ridge <= -n"));
  EXPECT_THAT(as_csv(table), HasSubstr("test_error_theory,-7,,\n"));
}

} // namespace
