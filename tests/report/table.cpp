// SPDX-License-Identifier: BSD-3-Clause
#include "report/toy_store.hpp"

#include <pastur/report/table.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

namespace {

using namespace pastur;
using namespace pastur::report;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::ToyStore;

/// Four draws at m - 3, m - 1, m + 1, m + 3 around a mean of point + 0.1 entry: standard error sqrt(20/3)/2.
double spaced(const std::string&, std::int64_t point, std::int64_t draw, std::size_t entry) {
  return static_cast<double>(point) + 0.1 * static_cast<double>(entry) + 2.0 * static_cast<double>(draw) -
         3.0;
}

const Row& row(const Table& table, const std::string& observable, std::int64_t point, std::size_t nth = 0) {
  for (const Row& candidate : table.rows) {
    if (candidate.observable != observable || candidate.point != point) continue;
    if (nth-- == 0) return candidate;
  }
  throw std::logic_error("no row of " + observable);
}

TEST(Table, has_mean_error_count_theory_and_z_of_every_entry) {
  ToyStore toy("draws = 4\n[parameters]\nridge = [0.0, 5.0]\n[sweep]\nn = [5, 10]\n");
  toy.write(spaced);
  const Table table = make_table(store::Reader(toy.path()), &toy.experiment());
  EXPECT_THAT(table.axes, ElementsAre("n"));
  EXPECT_THAT(table.dimensions, ElementsAre("ridge", "index"));
  const Row& found = row(table, "test_error", 1, 1);
  const double error = std::sqrt(20.0 / 3.0) / 2.0;
  EXPECT_EQ(std::get<std::int64_t>(found.axes[0]), 10);
  EXPECT_EQ(std::get<double>(found.coordinates[0]), 5.0);
  EXPECT_NEAR(found.estimate.value, 1.1, 1e-12);
  EXPECT_NEAR(found.estimate.standard_error, error, 1e-12);
  EXPECT_EQ(found.estimate.count, 4);
  EXPECT_NEAR(found.theory, std::pow(10.0 / 15.0, 2) / 10.0, 1e-12);
  // Student's law with three degrees of freedom, in closed form.
  const double t = (1.1 - found.theory) / error / std::sqrt(3.0);
  const double tail = 0.5 - (t / (1.0 + t * t) + std::atan(t)) / std::numbers::pi;
  EXPECT_NEAR(0.5 * std::erfc(found.z / std::sqrt(2.0)), tail, 1e-9);
}

TEST(Table, leaves_failed_and_pending_draws_out) {
  ToyStore toy("draws = 4\n[sweep]\nn = [5, 10]\n");
  toy.write(spaced, {{{0, 1}, "out of luck"}}, 3);
  const Table table = make_table(store::Reader(toy.path()), &toy.experiment());
  EXPECT_EQ(row(table, "sample_mean", 0).estimate.count, 2);
  EXPECT_NEAR(row(table, "sample_mean", 0).estimate.value, -1.0, 1e-12); // -3 and +1
  EXPECT_EQ(row(table, "sample_mean", 1).estimate.count, 3);
}

TEST(Table, lists_no_entry_that_a_point_has_not) {
  ToyStore toy("draws = 2\n[sweep]\nn = [3, 5]\nlaw = [\"gauss\", \"uniform\"]\n");
  toy.write(spaced);
  const Table table = make_table(store::Reader(toy.path()), &toy.experiment());
  std::map<std::pair<std::string, std::int64_t>, int> rows;
  for (const Row& found : table.rows) ++rows[{found.observable, found.point}];
  EXPECT_EQ((rows[{"spread", 0}]), 0); // gauss has no spread
  EXPECT_EQ((rows[{"spread", 1}]), 1);
  EXPECT_EQ((rows[{"sorted", 0}]), 3);
  EXPECT_EQ((rows[{"sorted", 2}]), 5);
}

TEST(Table, summarises_by_the_median_where_the_study_says_so) {
  ToyStore toy("draws = 3\n[parameters]\nlaw = \"uniform\"\n");
  toy.write([](const std::string&, std::int64_t, std::int64_t draw, std::size_t) {
    return draw == 2 ? 1e6 : 1.0 + static_cast<double>(draw);
  });
  const Table table = make_table(store::Reader(toy.path()), nullptr);
  EXPECT_EQ(row(table, "spread", 0).estimate.value, 2.0);
  EXPECT_GT(row(table, "sample_mean", 0).estimate.value, 1e5);
}

TEST(Table, has_no_z_score_where_theory_is_a_limit) {
  ToyStore toy("draws = 4\n[parameters]\nlaw = \"uniform\"\n");
  toy.write(spaced);
  const store::Reader reader(toy.path());
  for (const run::Experiment* experiment :
       {&toy.experiment(), static_cast<const run::Experiment*>(nullptr)}) {
    const Table table = make_table(reader, experiment, 2);
    const Row& limit = row(table, "spread", 0);
    EXPECT_NEAR(limit.theory, std::sqrt(12.0) * 19.0 / 21.0, 1e-12);
    EXPECT_GT(limit.estimate.standard_error, 0.0);
    EXPECT_TRUE(std::isnan(limit.z));
    EXPECT_EQ(limit.comparison, "limit");
    EXPECT_FALSE(std::isnan(row(table, "sample_mean", 0).z));
    EXPECT_THAT(as_text(table), testing::ContainsRegex("spread .* 3\\.13419 +limit\n"));
    EXPECT_THAT(as_csv(table), testing::ContainsRegex("spread,.*,limit\n"));
    const auto records = nlohmann::json::parse(as_json(table))["rows"];
    const auto record = std::find_if(records.begin(), records.end(),
                                     [](const auto& found) { return found["observable"] == "spread"; });
    ASSERT_NE(record, records.end());
    EXPECT_EQ((*record)["comparison"], "limit");
    EXPECT_TRUE((*record)["z"].is_null());
  }
}

TEST(Table, shows_the_median_of_draws_that_are_mostly_missing_as_infinite) {
  ToyStore toy("draws = 3\n[parameters]\nlaw = \"uniform\"\n[sweep]\nn = [5, 10]\n");
  toy.write([](const std::string& name, std::int64_t point, std::int64_t draw, std::size_t) {
    return name == "ratio" && draw <= point ? std::nan("") : static_cast<double>(draw);
  });
  const store::Reader reader(toy.path());
  for (const run::Experiment* experiment :
       {&toy.experiment(), static_cast<const run::Experiment*>(nullptr)}) {
    const Table table = make_table(reader, experiment, 1);
    EXPECT_EQ(row(table, "ratio", 0).estimate.value, 2.0);
    EXPECT_TRUE(std::isinf(row(table, "ratio", 1).estimate.value));
    EXPECT_EQ(row(table, "ratio", 1).estimate.count, 3);
    EXPECT_THAT(as_text(table), testing::ContainsRegex("ratio +5 +2\\(inf\\) +3 *\n"));
    EXPECT_THAT(as_text(table), testing::ContainsRegex("ratio +10 +inf +3 *\n"));
    EXPECT_THAT(as_json(table), HasSubstr("\"value\": \"inf\""));
  }
}

TEST(Table, works_without_the_study) {
  ToyStore toy("draws = 4\n[sweep]\nn = [5, 10]\n");
  toy.write(spaced);
  const Table known = make_table(store::Reader(toy.path()), &toy.experiment(), 1);
  const Table unknown = make_table(store::Reader(toy.path()), nullptr, 1);
  EXPECT_EQ(as_csv(known), as_csv(unknown));
}

TEST(Table, leaves_long_observables_out_unless_asked_for) {
  ToyStore toy("draws = 2\n[parameters]\nn = 40\n");
  toy.write(spaced);
  const store::Reader reader(toy.path());
  const Table table = make_table(reader, &toy.experiment());
  EXPECT_THAT(table.left_out, ElementsAre("sorted"));
  EXPECT_THAT(as_text(table), HasSubstr("--observable NAME lists one): sorted"));
  const Table one = make_table(reader, &toy.experiment(), 32, {"sorted"});
  EXPECT_EQ(one.rows.size(), 40U);
}

TEST(Table, names_what_a_mistyped_observable_may_have_meant) {
  ToyStore toy("draws = 2\n");
  toy.write(spaced);
  const store::Reader reader(toy.path());
  try {
    make_table(reader, &toy.experiment(), 32, {"test_eror"});
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no observable test_eror"));
    EXPECT_THAT(error.what(), HasSubstr("Did you mean `test_error`?"));
  }
}

TEST(Table, text_shows_values_with_the_error_of_their_last_digits) {
  ToyStore toy("draws = 4\n[parameters]\nridge = [0.0, 5.0]\n[sweep]\nn = [5, 10]\n");
  toy.write(spaced);
  const std::string text = as_text(make_table(store::Reader(toy.path()), &toy.experiment(), 2));
  EXPECT_EQ(text, "observable    n  ridge     value  draws     theory     z\n"
                  "--------------------------------------------------------\n"
                  "sample_mean   5         0.0(1.3)      4          0  +0.0\n"
                  "sample_mean  10         1.0(1.3)      4          0  +0.7\n"
                  "\n"
                  "test_error    5      0  0.0(1.3)      4        0.2  -0.1\n"
                  "test_error    5      5  0.1(1.3)      4       0.05  +0.0\n"
                  "test_error   10      0  1.0(1.3)      4        0.1  +0.6\n"
                  "test_error   10      5  1.1(1.3)      4  0.0444444  +0.7\n"
                  "\n"
                  "longer observables, not listed (--observable NAME lists one): sorted\n");
}

TEST(Table, csv_has_full_precision_and_empty_cells_where_there_is_nothing) {
  ToyStore toy("draws = 1\n[parameters]\nridge = [0.1]\n[sweep]\nn = [3]\n");
  toy.write([](const std::string&, std::int64_t, std::int64_t, std::size_t) { return 1.0 / 3.0; });
  std::istringstream csv(as_csv(make_table(store::Reader(toy.path()), &toy.experiment(), 1)));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "n,observable,ridge,value,standard_error,count,theory,z,comparison");
  std::getline(csv, line);
  EXPECT_EQ(line, "3,sample_mean,,0.3333333333333333,,1,0,,prediction");
  std::getline(csv, line);
  EXPECT_THAT(line, HasSubstr("3,test_error,0.1,0.3333333333333333,,1,0.31217"));
}

TEST(Table, json_has_one_record_a_row_with_null_for_nothing) {
  ToyStore toy("draws = 4\n[sweep]\nn = [5]\nlaw = [\"uniform\"]\n");
  toy.write(spaced);
  const auto parsed =
      nlohmann::json::parse(as_json(make_table(store::Reader(toy.path()), &toy.experiment())));
  EXPECT_EQ(parsed["study"], "toy_mean");
  const auto& record = parsed["rows"][0];
  EXPECT_EQ(record["n"], 5);
  EXPECT_EQ(record["law"], "uniform");
  EXPECT_EQ(record["observable"], "sample_mean");
  EXPECT_FALSE(record.contains("ridge"));
  EXPECT_EQ(record["count"], 4);
  bool some_null = false;
  for (const auto& other : parsed["rows"]) some_null = some_null || other["theory"].is_null();
  EXPECT_TRUE(some_null); // sorted has no theory
}

TEST(Table, of_a_zip_names_the_zipped_parameters) {
  ToyStore toy("draws = 2\n[sweep]\ncombine = \"zip\"\nn = [3, 4]\nscale = [1.0, 2.0]\n");
  toy.write(spaced);
  const Table table = make_table(store::Reader(toy.path()), &toy.experiment(), 1);
  EXPECT_THAT(table.axes, ElementsAre("n", "scale"));
  EXPECT_EQ(std::get<double>(row(table, "sample_mean", 1).axes[1]), 2.0);
}

} // namespace
