// SPDX-License-Identifier: BSD-3-Clause
#include "support/toy_study.hpp"

#include <pastur/study/recorder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace pastur::study;
using pastur::testing_support::ToyStudy;
using testing::ElementsAre;

std::string complaint(const Recorder& record) {
  try {
    record.require_complete();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "complete";
}

Parameters toy_point(std::int64_t n, const std::string& law) {
  std::map<std::string, Value> values;
  for (const ParameterSpec& spec : ToyStudy().info().parameters) values[spec.name] = spec.initial;
  values["n"] = n;
  values["law"] = law;
  return Parameters(values);
}

std::vector<std::string> names_and_sizes(const std::vector<Recorder::Slot>& slots) {
  std::vector<std::string> texts;
  for (const Recorder::Slot& slot : slots) texts.push_back(slot.name + " " + std::to_string(slot.size));
  return texts;
}

TEST(Recorder, is_complete_when_everything_is_set_or_missing_with_a_reason) {
  Recorder record({{"a", 1}, {"b", 3}});
  EXPECT_EQ(complaint(record), "a was left out");
  record.set("a", 1.5);
  EXPECT_EQ(complaint(record), "b[0] was left out");
  record.set_at("b", 0, 1.0);
  record.set_at("b", 2, 3.0);
  EXPECT_EQ(complaint(record), "b[1] was left out");
  record.missing_at("b", 1, "singular");
  EXPECT_EQ(complaint(record), "complete");
  EXPECT_EQ(record.values("b")[0], 1.0);
  EXPECT_TRUE(std::isnan(record.values("b")[1]));
  EXPECT_EQ(record.reasons(), "b: singular");
}

TEST(Recorder, refuses_values_that_are_not_finite_without_a_reason) {
  Recorder record({{"a", 1}, {"b", 2}});
  record.set("a", std::nan(""));
  EXPECT_EQ(complaint(record), "a is nan without a reason");
  record.missing("a", "no mean");
  record.set("b", std::vector<double>{1.0, std::numeric_limits<double>::infinity()});
  EXPECT_EQ(complaint(record), "b[1] is inf without a reason");
}

TEST(Recorder, joins_distinct_reasons_once_each) {
  Recorder record({{"a", 2}, {"b", 2}});
  record.missing("a", "singular");
  record.missing_at("b", 0, "singular");
  record.missing_at("b", 1, "too small");
  EXPECT_EQ(record.reasons(), "a: singular; b: singular; b: too small");
  EXPECT_EQ(complaint(record), "complete");
}

TEST(Recorder, accepts_a_value_after_a_missing_one) {
  Recorder record({{"a", 1}});
  record.missing("a", "not yet");
  record.set("a", 2.0);
  EXPECT_EQ(complaint(record), "complete");
  EXPECT_EQ(record.values("a")[0], 2.0);
}

TEST(Recorder, takes_undeclared_names_and_wrong_sizes_for_defects) {
  Recorder record({{"a", 2}});
  EXPECT_TRUE(record.wants("a"));
  EXPECT_FALSE(record.wants("b"));
  EXPECT_THROW(record.set("b", 1.0), std::logic_error);
  EXPECT_THROW(record.set("a", 1.0), std::logic_error);
  EXPECT_THROW(record.set_at("a", 2, 1.0), std::logic_error);
  EXPECT_THROW(record.missing("b", "x"), std::logic_error);
  EXPECT_THROW(record.missing("a", ""), std::logic_error);
  EXPECT_THROW(record.values("b"), std::logic_error);
}

TEST(Recorder, with_a_quantity_of_no_entries_is_complete) {
  Recorder record({{"a", 0}});
  EXPECT_EQ(complaint(record), "complete");
  record.set("a", std::span<const double>{});
}

TEST(Slots, follow_the_point) {
  const ToyStudy study;
  EXPECT_THAT(names_and_sizes(draw_slots(study.info(), toy_point(5, "gauss"))),
              ElementsAre("sample_mean 1", "test_error 2", "sorted 5"));
  EXPECT_THAT(names_and_sizes(draw_slots(study.info(), toy_point(7, "uniform"))),
              ElementsAre("sample_mean 1", "test_error 2", "sorted 7", "spread 1", "ratio 1"));
  EXPECT_THAT(names_and_sizes(theory_slots(study.info(), toy_point(5, "gauss"))),
              ElementsAre("sample_mean 1", "test_error 2", "mean_variance 1", "shrinkage 2"));
  EXPECT_THAT(names_and_sizes(theory_slots(study.info(), toy_point(5, "uniform"))),
              ElementsAre("sample_mean 1", "test_error 2", "spread 1", "mean_variance 1", "shrinkage 2",
                          "profile 10"));
}

TEST(Coordinate, is_a_parameter_or_a_declared_dimension) {
  const ToyStudy study;
  EXPECT_THAT(coordinate(study.info(), "ridge", toy_point(5, "gauss")), ElementsAre(0.0, 1.0));
  EXPECT_THAT(coordinate(study.info(), "index", toy_point(3, "gauss")), ElementsAre(0.0, 1.0, 2.0));
  EXPECT_THROW(coordinate(study.info(), "n", toy_point(3, "gauss")), std::logic_error);
  EXPECT_THROW(coordinate(study.info(), "weights", toy_point(3, "gauss")), std::logic_error);
}

TEST(ToyStudy, sets_everything_it_declares) {
  const ToyStudy study;
  const auto self = pastur::parallel::Communicator::self();
  for (const char* law : {"gauss", "uniform"}) {
    const Parameters point = toy_point(6, law);
    Recorder draw(draw_slots(study.info(), point));
    study.draw(point, self, pastur::random::Streams("test"), draw);
    EXPECT_EQ(complaint(draw), "complete");
    EXPECT_TRUE(std::is_sorted(draw.values("sorted").begin(), draw.values("sorted").end()));
    Recorder theory(theory_slots(study.info(), point));
    study.theory(point, theory);
    EXPECT_EQ(complaint(theory), "complete");
  }
}

} // namespace
