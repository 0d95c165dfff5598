// SPDX-License-Identifier: BSD-3-Clause
#include "support/toy_study.hpp"

#include <pastur/study/registry.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace pastur::study;
using pastur::InputError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A study that is nothing but its declarations.
class Declared : public Study {
public:
  explicit Declared(StudyInfo info) : info_(std::move(info)) {}
  const StudyInfo& info() const override { return info_; }
  Cost cost(const Parameters&) const override { return {}; }
  void draw(const Parameters&, const pastur::parallel::Communicator&, const pastur::random::Streams&,
            Recorder&) const override {}

private:
  StudyInfo info_;
};

StudyInfo small_info() {
  StudyInfo info;
  info.name = "small";
  info.parameters = {
      {.name = "n", .type = ParameterType::integer, .initial = Value(std::int64_t{2}), .range = {1, 9}}};
  info.dimensions = {{"index", "", [](const Parameters&) { return std::vector<double>{0.0}; }}};
  info.observables = {{.name = "size", .dimensions = {"index"}, .has_theory = true}};
  info.figures = {{.name = "one", .observables = {"size"}, .x = "n"}};
  return info;
}

std::string defect(const StudyInfo& info) {
  try {
    require_consistent(info);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "consistent";
}

TEST(ClosestNames, finds_one_slip_of_each_kind) {
  const std::vector<std::string> names = {"ridge", "n_test", "activation", "noise_variance"};
  EXPECT_THAT(closest_names("rigde", names), ElementsAre("ridge"));           // swap
  EXPECT_THAT(closest_names("rige", names), ElementsAre("ridge"));            // deletion
  EXPECT_THAT(closest_names("ridges", names), ElementsAre("ridge"));          // insertion
  EXPECT_THAT(closest_names("activatiom", names), ElementsAre("activation")); // replacement
  EXPECT_THAT(closest_names("noise_varience", names), ElementsAre("noise_variance"));
  EXPECT_THAT(closest_names("banana", names), IsEmpty());
}

TEST(ClosestNames, come_best_first_and_at_most_three) {
  EXPECT_THAT(closest_names("abcd", {"abxy", "abcx", "abc", "abcde", "zzzz"}),
              ElementsAre("abc", "abcde", "abcx"));
  EXPECT_THAT(closest_names("data", {"dates", "data_"}), ElementsAre("data_", "dates"));
}

TEST(ClosestNames, of_single_letters_are_not_everything) {
  EXPECT_THAT(closest_names("k", {"n", "d", "N"}), IsEmpty());
}

TEST(ClosestNames, count_a_swap_as_one_slip) {
  // Limit 2 for five letters: two swaps pass, three slips do not.
  EXPECT_THAT(closest_names("badce", {"abcde"}), ElementsAre("abcde"));
  EXPECT_THAT(closest_names("bxxce", {"abcde"}), IsEmpty());
}

TEST(ClosestNames, of_a_very_long_word_are_none) {
  EXPECT_THAT(closest_names(std::string(100000, 'a'), {"aaa"}), IsEmpty());
}

TEST(DidYouMean, reads_as_a_sentence) {
  EXPECT_EQ(did_you_mean("rigde", {"ridge"}), " Did you mean `ridge`?");
  EXPECT_EQ(did_you_mean("data", {"dates", "data_"}), " Did you mean `data_` or `dates`?");
  EXPECT_EQ(did_you_mean("banana", {"ridge"}), "");
}

TEST(Registry, makes_what_it_knows_and_suggests_what_it_does_not) {
  Registry registry = pastur::testing_support::toy_registry();
  EXPECT_EQ(registry.make("toy_mean")->info().name, "toy_mean");
  EXPECT_THAT(registry.names(), ElementsAre("toy_mean"));
  try {
    registry.make("toy_maen");
    FAIL() << "made";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              "study: given \"toy_maen\"; allowed: the name of a study. Did you mean `toy_mean`?");
  }
  try {
    registry.make("something_else");
    FAIL() << "made";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("The studies are toy_mean."));
  }
}

TEST(Registry, refuses_a_name_twice_and_inconsistent_declarations) {
  Registry registry = pastur::testing_support::toy_registry();
  EXPECT_THROW(registry.add([] { return std::make_unique<pastur::testing_support::ToyStudy>(); }),
               std::logic_error);
  StudyInfo info = small_info();
  info.observables[0].dimensions = {"nowhere"};
  EXPECT_THROW(registry.add([info] { return std::make_unique<Declared>(info); }), std::logic_error);
  EXPECT_THAT(registry.names(), ElementsAre("toy_mean"));
}

TEST(Declarations, that_contradict_each_other_are_named) {
  ASSERT_EQ(defect(small_info()), "consistent");
  struct Case {
    std::function<void(StudyInfo&)> spoil;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {[](StudyInfo& i) { i.parameters[0].initial = Value(std::int64_t{10}); },
       "n has a default that it refuses: n: given 10"},
      {[](StudyInfo& i) { i.parameters[0].initial = Value(2.0); }, "n has a default that it refuses"},
      {[](StudyInfo& i) { i.parameters[0].type = ParameterType::real; }, "n has a default of another type"},
      {[](StudyInfo& i) { i.parameters[0].coordinate = true; }, "n is a coordinate but no list"},
      {[](StudyInfo& i) { i.parameters[0].read_when = "never"; }, "n has only one of is_read and read_when"},
      {[](StudyInfo& i) { i.parameters[0].name = "draw"; },
       "draw is a name that study files and stores use themselves"},
      {[](StudyInfo& i) { i.parameters[0].name = "a b"; },
       "a b is no name of letters, digits and underscores"},
      {[](StudyInfo& i) { i.parameters.push_back(i.parameters[0]); }, "n names two things"},
      {[](StudyInfo& i) { i.observables[0].name = "index"; }, "index names two things"},
      {[](StudyInfo& i) { i.theory_outputs = {{.name = "size_theory"}}; }, "size_theory names two things"},
      {[](StudyInfo& i) { i.observables[0].dimensions = {"n"}; }, "size has the undeclared dimension n"},
      {[](StudyInfo& i) { i.observables[0].missing_as = pastur::study::MissingAs::infinity; },
       "size counts missing entries as infinite, but is not summarised by a median"},
      {[](StudyInfo& i) { i.figures[0].observables = {"sise"}; }, "one is a figure of the undeclared sise"},
      {[](StudyInfo& i) { i.figures[0].x = "m"; }, "one is a figure over the undeclared m"},
      {[](StudyInfo& i) { i.figures[0].x_mark = "sise"; },
       "one is a figure with marks at the undeclared sise"},
      {[](StudyInfo& i) { i.figures.push_back(i.figures[0]); }, "one names two figures"},
  };
  for (const Case& spoiled : cases) {
    StudyInfo info = small_info();
    spoiled.spoil(info);
    EXPECT_THAT(defect(info), HasSubstr(spoiled.expected));
  }
}

} // namespace
