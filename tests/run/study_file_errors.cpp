// SPDX-License-Identifier: BSD-3-Clause
// Study files that are wrong: every message names the place, the key, what was given and what is allowed.
#include "support/toy_study.hpp"

#include <pastur/run/study_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace {

using pastur::InputError;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    pastur::run::parse_experiment(text, "f.toml", settings, pastur::testing_support::toy_registry());
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

struct Case {
  const char* name;
  std::string text; ///< behind the line study = "toy_mean", unless it names a study itself
  std::string expected;
};

void PrintTo(const Case& wrong, std::ostream* out) {
  *out << wrong.name;
}

class WrongStudyFile : public testing::TestWithParam<Case> {};

TEST_P(WrongStudyFile, is_refused_with_place_key_given_and_allowed) {
  const Case& wrong = GetParam();
  const bool whole = wrong.text.rfind("!", 0) == 0;
  const std::string text = whole ? wrong.text.substr(1) : "study = \"toy_mean\"\n" + wrong.text;
  EXPECT_EQ(refusal(text), wrong.expected) << text;
}

const std::vector<Case> wrong_files = {
    // Unknown keys
    {"unknown_top_level_key", "sede = 1\n", "f.toml:2:1: sede: unknown key. Did you mean `seed`?"},
    {"far_top_level_key", "banana = 1\n",
     "f.toml:2:1: banana: unknown key. Allowed: study, seed, draws, common_random_numbers, parameters, "
     "sweep, theory."},
    {"unknown_table", "[parameter]\nn = 5\n",
     "f.toml:2:2: parameter: unknown key. Did you mean `parameters`?"},
    {"parameter_at_top_level", "n = 5\n",
     "f.toml:2:1: n: a parameter at the top level; allowed: under [parameters] or [sweep]"},
    {"unknown_parameter", "[parameters]\n  rigde = [1.0]\n",
     "f.toml:3:3: rigde: unknown key. Did you mean `ridge`?"},
    {"unknown_axis", "[sweep]\nscal = [1.0]\n", "f.toml:3:1: sweep.scal: unknown key. Did you mean `scale`?"},
    {"unknown_theory_axis", "[theory]\nlow = [1.0]\n",
     "f.toml:3:1: theory.low: unknown key. Did you mean `law`?"},
    {"unknown_key_of_draws", "draws = { mn = 1, max = 3 }\n",
     "f.toml:2:11: draws.mn: unknown key. Did you mean `min`?"},
    {"unknown_key_of_until", "draws = { max = 3, until = { observable = \"sorted\", relative_sterr = 1 } }\n",
     "f.toml:2:53: draws.until.relative_sterr: unknown key. Did you mean `relative_stderr`?"},
    {"unknown_key_of_range", "[sweep]\nn = { form = 2, to = 5, count = 3 }\n",
     "f.toml:3:7: sweep.n.form: unknown key. Did you mean `from`?"},
    {"unknown_study", "!seed = 1\nstudy = \"toy_maen\"\n",
     "f.toml:2:9: study: given \"toy_maen\"; allowed: the name of a study. Did you mean `toy_mean`?"},
    {"no_study", "!seed = 1\n",
     "f.toml:1:1: study: not given; allowed: study = \"NAME\", a name that `pastur list` shows"},
    {"empty_file", "!",
     "f.toml:1:1: study: not given; allowed: study = \"NAME\", a name that `pastur list` shows"},
    // Wrong types
    {"study_of_wrong_type", "!study = 3\n",
     "f.toml:1:9: study: given 3; allowed: the name of a study in quotes"},
    {"seed_of_wrong_type", "seed = 1.5\n", "f.toml:2:8: seed: given 1.5; allowed: an integer >= 0"},
    {"negative_seed", "seed = -1\n", "f.toml:2:8: seed: given -1; allowed: an integer >= 0"},
    {"draws_of_wrong_type", "draws = \"many\"\n",
     "f.toml:2:9: draws: given \"many\"; allowed: an integer >= 1 and <= 1000000000, or { min = A, max = B, "
     "until = { ... } }"},
    {"no_draws", "draws = 0\n",
     "f.toml:2:9: draws: given 0; allowed: an integer >= 1 and <= 1000000000, or { min = A, max = B, until = "
     "{ ... } }"},
    {"flag_of_wrong_type", "common_random_numbers = 1\n",
     "f.toml:2:25: common_random_numbers: given 1; allowed: true or false"},
    {"parameters_no_table", "parameters = 3\n", "f.toml:2:14: parameters: given 3; allowed: a table"},
    {"sweep_no_table", "sweep = [1]\n", "f.toml:2:9: sweep: given [1]; allowed: a table"},
    {"array_of_tables", "[[sweep]]\nn = [5]\n",
     "f.toml:2:1: sweep: given a list of mixed things; allowed: a table"},
    {"integer_given_a_real", "[parameters]\nn = 2.5\n",
     "f.toml:3:5: n: given 2.5; allowed: an integer >= 2 and <= 10000000"},
    {"integer_given_a_whole_real", "[parameters]\nn = 1e3\n",
     "f.toml:3:5: n: given 1000.0; allowed: an integer >= 2 and <= 10000000 (write 1000)"},
    {"integer_given_text", "[parameters]\nn = \"5\"\n",
     "f.toml:3:5: n: given \"5\"; allowed: an integer >= 2 and <= 10000000"},
    {"integer_given_a_flag", "[parameters]\nn = true\n",
     "f.toml:3:5: n: given true; allowed: an integer >= 2 and <= 10000000"},
    {"integer_given_a_date", "[parameters]\nn = 2024-01-01\n",
     "f.toml:3:5: n: given a date or time; allowed: an integer >= 2 and <= 10000000"},
    {"integer_given_a_list", "[parameters]\nn = [5, 6]\n",
     "f.toml:3:5: n: given [5, 6]; allowed: an integer >= 2 and <= 10000000 (a list of values to walk over "
     "goes under [sweep])"},
    {"integer_given_a_range", "[parameters]\nn = { from = 2, to = 5, count = 2 }\n",
     "f.toml:3:5: n: given a table; allowed: an integer >= 2 and <= 10000000 (a range goes under [sweep])"},
    {"real_given_text", "[parameters]\nscale = \"big\"\n",
     "f.toml:3:9: scale: given \"big\"; allowed: a real > 0.0"},
    {"text_given_a_number", "[parameters]\nlabel = 5\n",
     "f.toml:3:9: label: given 5; allowed: text in quotes"},
    {"list_with_a_word", "[parameters]\nridge = [1.0, \"x\"]\n",
     "f.toml:3:15: ridge: given \"x\"; allowed: a list of reals"},
    {"list_with_a_list", "[parameters]\nridge = [1.0, [2.0]]\n",
     "f.toml:3:15: ridge: given [2.0]; allowed: a list of reals"},
    {"word_or_integer", "[parameters]\nsolver = \"iterative\"\nsteps = \"if\"\n",
     "f.toml:4:9: steps: given \"if\"; allowed: an integer >= 1 and <= 1000000 or \"inf\". Did you mean "
     "`inf`?"},
    // Out of range, not a choice, not finite
    {"below_range", "[parameters]\nn = 1\n",
     "f.toml:3:5: n: given 1; allowed: an integer >= 2 and <= 10000000"},
    {"at_an_open_end", "[parameters]\nscale = 0\n", "f.toml:3:9: scale: given 0; allowed: a real > 0.0"},
    {"above_range", "[parameters]\nfailure_rate = 1.5\n",
     "f.toml:3:16: failure_rate: given 1.5; allowed: a real >= 0.0 and <= 1.0"},
    {"not_a_choice", "[parameters]\nlaw = \"gaus\"\n",
     "f.toml:3:7: law: given \"gaus\"; allowed: \"gauss\", \"uniform\". Did you mean `gauss`?"},
    {"nan", "[parameters]\nscale = nan\n", "f.toml:3:9: scale: given nan; allowed: a real > 0.0 (finite)"},
    {"infinity", "[parameters]\nscale = inf\n",
     "f.toml:3:9: scale: given inf; allowed: a real > 0.0 (finite)"},
    {"nan_in_a_list", "[parameters]\nridge = [\n  1.0,\n  nan,\n]\n",
     "f.toml:5:3: ridge: given nan as entry 2; allowed: a list of reals (finite)"},
    {"nan_in_a_sweep", "[sweep]\nscale = [1.0, nan]\n",
     "f.toml:3:15: sweep.scale: given nan; allowed: a real > 0.0 (finite)"},
    {"empty_coordinate", "[parameters]\nridge = []\n",
     "f.toml:3:9: ridge: given an empty list; allowed: a list of reals, at least one entry"},
    {"repeated_coordinate", "[parameters]\nridge = [1, 2, 1.0]\n",
     "f.toml:3:9: ridge: given 1.0 twice; allowed: a list of reals, each value once (they are the coordinate "
     "of a dimension)"},
    {"out_of_range_in_a_sweep", "[sweep]\nn = [5, 1, 7]\n",
     "f.toml:3:9: sweep.n: given 1; allowed: an integer >= 2 and <= 10000000"},
    {"not_a_choice_in_a_sweep", "[sweep]\nlaw = [\"gauss\", \"unifrom\"]\n",
     "f.toml:3:17: sweep.law: given \"unifrom\"; allowed: \"gauss\", \"uniform\". Did you mean `uniform`?"},
    // Sweeps
    {"empty_sweep", "[sweep]\n",
     "f.toml:2:2: sweep: given no parameter; allowed: at least one with a list of values (or no [sweep] at "
     "all)"},
    {"sweep_of_combine_only", "[sweep]\ncombine = \"zip\"\n",
     "f.toml:2:2: sweep: given no parameter; allowed: at least one with a list of values (or no [sweep] at "
     "all)"},
    {"empty_theory", "[theory]\n",
     "f.toml:2:2: theory: given no parameter; allowed: at least one with a list of values (or no [theory] at "
     "all)"},
    {"empty_axis", "[sweep]\nn = []\n",
     "f.toml:3:5: sweep.n: given an empty list; allowed: a list of values, or { from = A, to = B, count = K, "
     "scale = \"linear\" | \"log\" }"},
    {"scalar_axis", "[sweep]\nn = 5\n",
     "f.toml:3:5: sweep.n: given 5; allowed: a list of values, or { from = A, to = B, count = K, scale = "
     "\"linear\" | \"log\" }"},
    {"repeated_value", "[sweep]\nn = [5, 6,\n  5]\n",
     "f.toml:4:3: sweep.n: given 5 twice; allowed: each value once"},
    {"repeated_real", "[sweep]\nscale = [1, 1.0]\n",
     "f.toml:3:13: sweep.scale: given 1.0 twice; allowed: each value once"},
    {"coordinate_in_a_sweep", "[sweep]\nridge = [0.0, 1.0]\n",
     "f.toml:3:1: sweep.ridge: given an axis; allowed: ridge = [...] under [parameters] (ridge is a vector "
     "already: one draw answers all its "
     "entries)"},
    {"repeated_coordinate_in_the_theory", "[theory]\nridge = [0.0, 1, 0.0]\n",
     "f.toml:3:18: theory.ridge: given 0.0 twice; allowed: each value once"},
    {"text_coordinate_in_the_theory", "[theory]\nridge = [\"a\"]\n",
     "f.toml:3:10: theory.ridge: given \"a\"; allowed: a real"},
    {"flat_axis_of_a_list", "[sweep]\nweights = [1, 2]\n",
     "f.toml:3:12: sweep.weights: given 1; allowed: a list of lists, one for each point (a list of reals)"},
    {"unknown_combine", "[sweep]\ncombine = \"zpi\"\nn = [5]\n",
     "f.toml:3:11: sweep.combine: given \"zpi\"; allowed: \"grid\" or \"zip\". Did you mean `zip`?"},
    {"uneven_zip", "[sweep]\ncombine = \"zip\"\nn = [5, 6]\nscale = [1, 2, 3]\n",
     "f.toml:5:1: sweep.scale: given 3 values where n has 2; allowed: as many, they walk together (combine = "
     "\"zip\")"},
    {"repeated_zip_point", "[sweep]\ncombine = \"zip\"\nn = [5, 6, 5]\nscale = [1, 2, 1]\n",
     "f.toml:4:12: sweep.n: given the same point twice (value 3 of each axis); allowed: each point once"},
    {"too_many_points",
     "[sweep]\nn = { from = 2, to = 10000, count = 9000 }\nscale = { from = 1, to = 2, count = 9000 }\n",
     "f.toml:2:2: sweep: given 9000 (n) x 9000 (scale) points; allowed: at most 1000000 in one file"},
    {"too_many_theory_points",
     "[sweep]\nn = { from = 2, to = 10000, count = 9000 }\n[theory]\nscale = { from = 1, to = 2, count = "
     "9000 }\n",
     "f.toml:4:2: theory: given 9000 (n) x 9000 (scale) points; allowed: at most 1000000 in one file"},
    {"too_many_draws", "draws = 1000000000\n[sweep]\nn = [5, 6]\n",
     "f.toml:2:9: draws: given 1000000000 at each of 2 points; allowed: at most 1000000000 draws in one "
     "file"},
    {"theory_of_half_a_zip",
     "[sweep]\ncombine = \"zip\"\nn = [5, 6]\nscale = [1, 2]\n[theory]\nn = [5, 6, 7]\n",
     "f.toml:7:1: theory.n: given without scale; allowed: all parameters of a zip sweep together, or none"},
    {"theory_with_combine", "[theory]\ncombine = \"zip\"\nn = [5, 6, 7]\n",
     "f.toml:3:1: theory.combine: given; allowed: under [sweep] only, [theory] follows it"},
    // Ranges
    {"range_without_an_end", "[sweep]\nn = { from = 2, count = 3 }\n",
     "f.toml:3:5: sweep.n: given a range without `to`; allowed: a list of values, or { from = A, to = B, "
     "count = K, scale = \"linear\" | "
     "\"log\" }"},
    {"range_of_no_values", "[sweep]\nn = { from = 2, to = 5, count = 0 }\n",
     "f.toml:3:33: sweep.n.count: given 0; allowed: an integer >= 1 and <= 1000000"},
    {"range_of_too_many_values", "[sweep]\nscale = { from = 2, to = 5, count = 1000001 }\n",
     "f.toml:3:37: sweep.scale.count: given 1000001; allowed: an integer >= 1 and <= 1000000"},
    {"range_of_wrong_type", "[sweep]\nn = { from = 2.5, to = 5, count = 3 }\n",
     "f.toml:3:14: sweep.n.from: given 2.5; allowed: an integer >= 2 and <= 10000000"},
    {"range_out_of_range", "[sweep]\nn = { from = 0, to = 5, count = 3 }\n",
     "f.toml:3:14: sweep.n.from: given 0; allowed: an integer >= 2 and <= 10000000"},
    {"range_with_nan", "[sweep]\nscale = { from = 1, to = nan, count = 3 }\n",
     "f.toml:3:26: sweep.scale.to: given nan; allowed: a real > 0.0 (finite)"},
    {"range_of_words", "[sweep]\nlaw = { from = 1, to = 2, count = 2 }\n",
     "f.toml:3:7: sweep.law: given a range; allowed: a list of values, each \"gauss\", \"uniform\""},
    {"unknown_scale", "[sweep]\nn = { from = 2, to = 5, count = 3, scale = \"lgo\" }\n",
     "f.toml:3:44: sweep.n.scale: given \"lgo\"; allowed: \"linear\" or \"log\". Did you mean `log`?"},
    {"log_from_zero",
     "[parameters]\nlaw = \"uniform\"\n[sweep]\nshift = { from = 0, to = 5, count = 3, scale = \"log\" }\n",
     "f.toml:5:18: sweep.shift.from: given 0.0 with scale = \"log\"; allowed: a number > 0"},
    {"range_of_one_value_with_two_ends", "[sweep]\nn = { from = 2, to = 5, count = 1 }\n",
     "f.toml:3:5: sweep.n: given 1 values from 2 to 5; allowed: from and to differ unless count = 1"},
    {"range_of_equal_ends", "[sweep]\nn = { from = 5, to = 5, count = 3 }\n",
     "f.toml:3:5: sweep.n: given 3 values from 5 to 5; allowed: from and to differ unless count = 1"},
    {"range_too_wide",
     "[parameters]\nlaw = \"uniform\"\n[sweep]\nshift = { from = -1.7e308, to = 1.7e308, count = 3 }\n",
     "f.toml:5:9: sweep.shift: given a range too wide to divide; allowed: a narrower one"},
    // Draws until a precision
    {"goal_without_most_draws", "draws = { min = 3 }\n",
     "f.toml:2:9: draws: given no `max`; allowed: { min = A, max = B, until = { ... } }"},
    {"fewest_without_goal", "draws = { min = 3, max = 9 }\n",
     "f.toml:2:11: draws.min: given without `until`; allowed: draws = N, or min with max and until"},
    {"fewest_above_most",
     "draws = { min = 10, max = 9, until = { observable = \"sorted\", absolute_stderr = 1 } }\n",
     "f.toml:2:17: draws.min: given 10; allowed: an integer >= 2 and <= 9"},
    {"goal_of_unknown_observable",
     "draws = { max = 9, until = { observable = \"test_eror\", absolute_stderr = 1 } }\n",
     "f.toml:2:43: draws.until.observable: given \"test_eror\"; allowed: an observable of toy_mean. Did you "
     "mean `test_error`?"},
    {"goal_of_absent_observable",
     "draws = { max = 9, until = { observable = \"spread\", absolute_stderr = 1 } }\n",
     "f.toml:2:9: draws.until.observable: given \"spread\", which no point of this file has; allowed: an "
     "observable that exists here"},
    {"goal_without_observable", "draws = { max = 9, until = { absolute_stderr = 1 } }\n",
     "f.toml:2:28: draws.until: given no `observable`; allowed: { observable = \"NAME\", relative_stderr = E "
     "} or absolute_stderr = E"},
    {"goal_without_error", "draws = { max = 9, until = { observable = \"sorted\" } }\n",
     "f.toml:2:28: draws.until: given no standard error; allowed: { observable = \"NAME\", relative_stderr = "
     "E } or absolute_stderr = E"},
    {"goal_of_zero", "draws = { max = 9, until = { observable = \"sorted\", relative_stderr = 0 } }\n",
     "f.toml:2:71: draws.until.relative_stderr: given 0; allowed: a real > 0"},
    // What nothing reads, rules that join parameters
    {"unread_parameter", "[parameters]\nshift = 1.0\n",
     "f.toml:3:9: shift: given, but nothing reads it here; allowed: shift only where law = uniform"},
    {"unread_axis", "[sweep]\nn = [5, 6]\nshift = [1.0, 2.0]\n",
     "f.toml:4:1: sweep.shift: given, but nothing reads it here; allowed: shift only where law = uniform"},
    {"unread_theory_axis", "[theory]\nshift = [1.0, 2.0]\n",
     "f.toml:3:1: theory.shift: given, but nothing reads it here; allowed: shift only where law = uniform"},
    {"rule_of_two_parameters", "[parameters]\nn = 5\nweights = [1, 2]\n",
     "f.toml:4:11: weights: given 2 numbers for n = 5; allowed: none or n of them"},
    {"rule_broken_at_one_point", "[parameters]\nweights = [1, 2]\n[sweep]\nn = [2, 3]\n",
     "f.toml:3:11: weights: given 2 numbers for n = 3; allowed: none or n of them (at n = 3)"},
    {"rule_broken_by_a_swept_list", "[sweep]\nweights = [\n  [],\n  [1, 2],\n]\n",
     "f.toml:5:3: weights: given 2 numbers for n = 20; allowed: none or n of them (at weights = [1.0, 2.0])"},
    {"rule_broken_by_the_theory_grid", "[parameters]\nn = 2\nweights = [1, 2]\n[theory]\nn = [2, 3]\n",
     "f.toml:4:11: weights: given 2 numbers for n = 3; allowed: none or n of them (at n = 3)"},
};

INSTANTIATE_TEST_SUITE_P(, WrongStudyFile, testing::ValuesIn(wrong_files),
                         [](const auto& instance) { return std::string(instance.param.name); });

/// A study that refuses every point and names two parameters.
class Refusing : public pastur::testing_support::ToyStudy {
public:
  void check(const pastur::study::Parameters&) const override {
    throw InputError("n: given too few for scale; allowed: more");
  }
};

TEST(RuleOfAStudy, is_placed_at_the_first_named_key_that_was_written) {
  pastur::study::Registry registry;
  registry.add([] { return std::make_unique<Refusing>(); });
  const auto message = [&](const std::string& text) -> std::string {
    try {
      pastur::run::parse_experiment("study = \"toy_mean\"\n" + text, "f.toml", {}, registry);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string rule = "n: given too few for scale; allowed: more";
  EXPECT_EQ(message("[parameters]\nscale = 2\nn = 5\n"), "f.toml:4:5: " + rule);
  EXPECT_EQ(message("[parameters]\nscale = 2\n"), "f.toml:3:9: " + rule);
  EXPECT_EQ(message("[sweep]\nscale = [2, 3]\n"), "f.toml:3:10: " + rule + " (at scale = 2.0)");
  EXPECT_EQ(message(""), "f.toml:1:9: " + rule);
}

TEST(BrokenToml, is_refused_at_its_line) {
  const auto message = [](const std::string& text) { return refusal("study = \"toy_mean\"\n" + text); };
  EXPECT_THAT(message("seed = \n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("seed = 1\nseed = 2\n"), StartsWith("f.toml:3:"));
  EXPECT_THAT(message("[parameters\nn = 5\n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("label = \"never closed\n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("seed = 99999999999999999999\n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("seed = 0x\n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("# \xff\xfe\n"), StartsWith("f.toml:2:"));
  EXPECT_THAT(message("[parameters]\nlabel = \"\xc3\x28\"\n"), StartsWith("f.toml:3:"));
  EXPECT_EQ(refusal(std::string("study = \"toy_mean\"\n\0", 20)),
            "f.toml:2:1: a zero byte; allowed: TOML, which is text in UTF-8");
}

TEST(BrokenToml, of_huge_numbers_is_refused_by_name) {
  EXPECT_THAT(refusal("study = \"toy_mean\"\n[parameters]\nn = 9223372036854775807\n"),
              HasSubstr("f.toml:3:5: n: given 9223372036854775807"));
  EXPECT_THAT(refusal("study = \"toy_mean\"\n[parameters]\nscale = 1e999\n"), StartsWith("f.toml:3:"));
  EXPECT_THAT(refusal("study = \"toy_mean\"\n[parameters]\nscale = 9223372036854775807\n"),
              HasSubstr("rounded"));
}

TEST(BrokenToml, nested_deeply_does_not_overflow_the_stack) {
  const std::string head = "study = \"toy_mean\"\n";
  EXPECT_THAT(refusal(head + "seed = " + std::string(100000, '[')), StartsWith("f.toml:2:"));
  std::string tables = "seed = ";
  for (int i = 0; i < 100000; ++i) tables += "{a=";
  EXPECT_THAT(refusal(head + tables), StartsWith("f.toml:2:"));
  std::string bare = "a", quoted = "\"=\"";
  for (int i = 0; i < 300000; ++i) {
    bare += ".a";
    quoted += ".\"=\"";
  }
  const std::string expected = "f.toml:2:1: a key with more than 16 dots; allowed: tables one or two deep";
  EXPECT_EQ(refusal(head + bare + " = 1\n"), expected);
  EXPECT_EQ(refusal(head + quoted + " = 1\n"), expected);
  EXPECT_EQ(refusal(head + "[" + bare + "]\n"), expected);
  EXPECT_EQ(refusal(head + "[parameters]\nlabel = \"" + std::string(100, '.') + "\" # " +
                    std::string(100, '.') + "\n"),
            "accepted");
  EXPECT_EQ(refusal(head + "[parameters]\nlabel = \"\"\"\n" + std::string(100, '.') + "\n\"\"\"\n"),
            "accepted");
}

struct SettingCase {
  const char* name;
  const char* setting;
  const char* expected;
};

void PrintTo(const SettingCase& wrong, std::ostream* out) {
  *out << wrong.name;
}

class WrongSetting : public testing::TestWithParam<SettingCase> {};

TEST_P(WrongSetting, is_refused_by_its_own_text) {
  const std::string message =
      refusal("study = \"toy_mean\"\n[parameters]\nn = 30\n[sweep]\nscale = [1, 2]\n", {GetParam().setting});
  EXPECT_THAT(message, HasSubstr(GetParam().expected));
  EXPECT_THAT(message, StartsWith("--set "));
}

const std::vector<SettingCase> wrong_settings = {
    {"no_equals", "n", "--set n: given no KEY=VALUE; allowed: e.g. --set n=100"},
    {"no_key", "=5", "--set =5: given no KEY=VALUE"},
    {"no_value", "n=", "--set n=: given no KEY=VALUE"},
    {"unknown_key", "m=5", "--set m=5: m: unknown key."},
    {"near_key", "rigde=5", "--set rigde=5: rigde: unknown key. Did you mean `ridge`?"},
    {"unknown_table", "swep.n=[5]", "--set swep.n=[5]: swep: unknown key. Did you mean `sweep`"},
    {"wrong_type", "n=abc", "--set n=abc: n: given \"abc\"; allowed: an integer >= 2"},
    {"out_of_range", "n=1", "--set n=1: n: given 1; allowed: an integer >= 2"},
    {"nan", "scale=nan", "--set scale=nan: scale: given nan"},
    {"list_for_a_scalar", "n=[5,6]",
     "--set n=[5,6]: n: given [5, 6]; allowed: an integer >= 2 and <= 10000000 (a list of values"},
    {"broken_list", "sweep.n=[5,", "--set sweep.n=[5,: "},
    {"broken_number", "n=1e", "--set n=1e: "},
    {"two_lines", "n=5\nlaw=1", "given more than one line; allowed: one"},
    {"scalar_axis", "sweep.n=5", "--set sweep.n=5: sweep.n: given 5; allowed: a list of values"},
    {"table_replaced", "parameters=5", "--set parameters=5: parameters: given 5; allowed: a table"},
    {"value_out_of_range_in_a_sweep", "sweep.n=[5, 1]",
     "--set sweep.n=[5, 1]: sweep.n: given 1; allowed: an integer >= 2"},
    {"unread", "shift=3",
     "--set shift=3: shift: given, but nothing reads it here; allowed: shift only where law = uniform"},
    {"rule_of_two_parameters", "weights=[1, 2]",
     "--set weights=[1, 2]: weights: given 2 numbers for n = 30; allowed: none or n"},
    {"draws", "draws=0", "--set draws=0: draws: given 0; allowed: an integer >= 1"},
    {"until", "draws.until.observable=mean", "--set draws.until.observable=mean: "},
    {"too_deep", "a.b.c.d=1", "--set a.b.c.d=1: a: unknown key."},
};

INSTANTIATE_TEST_SUITE_P(, WrongSetting, testing::ValuesIn(wrong_settings),
                         [](const auto& instance) { return std::string(instance.param.name); });

/// Whatever stands in a file, it is read or refused with a place in it; nothing else ever happens.
TEST(FuzzedStudyFile, is_accepted_or_refused_with_its_place) {
  const std::string good =
      "study = \"toy_mean\"\nseed = 3\ndraws = { min = 2, max = 9, until = { observable = \"sorted\", "
      "absolute_stderr = 1 } }\n"
      "[parameters]\nlaw = \"uniform\" # c\nridge = [1e-4, 1, 2.5]\n[sweep]\ncombine = \"grid\"\nscale = "
      "[0.5, 1]\n"
      "n = { from = 5, to = 50, count = 3, scale = \"log\" }\n[theory]\nshift = [-1, 1.0]\n";
  ASSERT_EQ(refusal(good), "accepted");
  const std::string pieces = "[]{}=,.\"'#\n -+_09aeinxz\\\t\r\x01\x7f\xc3\xff";
  std::mt19937 random(20260101);
  int accepted = 0, refused = 0;
  for (int trial = 0; trial < 6000; ++trial) {
    std::string text = good;
    const int edits = 1 + static_cast<int>(random() % 4);
    for (int edit = 0; edit < edits; ++edit) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
      case 0:
        text[at] = pieces[random() % pieces.size()];
        break;
      case 1:
        text.insert(at, 1, pieces[random() % pieces.size()]);
        break;
      case 2:
        text.erase(at, 1 + random() % 5);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      }
      if (text.empty()) text = "\n";
    }
    const std::string message = refusal(text);
    if (message == "accepted") {
      ++accepted;
    } else {
      ++refused;
      ASSERT_THAT(message, StartsWith("f.toml:")) << text;
      ASSERT_TRUE(std::isdigit(static_cast<unsigned char>(message[7])) != 0) << message << "\n" << text;
    }
  }
  EXPECT_GT(accepted, 50); // comments, numbers: some edits leave a good file
  EXPECT_GT(refused, 3000);
}

} // namespace
