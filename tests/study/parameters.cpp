// SPDX-License-Identifier: BSD-3-Clause
#include "support/toy_study.hpp"

#include <pastur/parallel/error.hpp>
#include <pastur/study/parameters.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace {

using namespace pastur::study;
using pastur::InputError;
using pastur::testing_support::ToyStudy;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

ParameterSpec spec_of(ParameterType type) {
  ParameterSpec spec;
  spec.name = "p";
  spec.type = type;
  return spec;
}

std::string refusal(const ParameterSpec& spec, Value value) {
  try {
    checked(spec, std::move(value));
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

Parameters toy_defaults() {
  std::map<std::string, Value> values;
  for (const ParameterSpec& spec : ToyStudy().info().parameters) values[spec.name] = spec.initial;
  return Parameters(values);
}

TEST(ValueText, of_reals_reads_back_to_the_same_bits) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 20000; ++i) {
    const double number = std::bit_cast<double>(bits());
    if (!std::isfinite(number)) continue;
    const std::string text = to_string(Value(number));
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), number) << text;
    ASSERT_NE(text.find_first_of(".e"), std::string::npos) << text;
  }
}

TEST(ValueText, is_the_shortest_and_tells_types_apart) {
  EXPECT_EQ(to_string(Value(0.1)), "0.1");
  EXPECT_EQ(to_string(Value(1.0)), "1.0");
  EXPECT_EQ(to_string(Value(std::int64_t{1})), "1");
  EXPECT_EQ(to_string(Value(1e-4)), "1e-4");
  EXPECT_EQ(to_string(Value(1e300)), "1e300");
  EXPECT_EQ(to_string(Value(1.5e-10)), "1.5e-10");
  EXPECT_EQ(to_string(Value(-0.001)), "-0.001");
  EXPECT_EQ(to_string(Value(std::string("a\"b\\\n"))), "\"a\\\"b\\\\\\u000A\"");
  EXPECT_EQ(to_string(Value(std::vector<double>{0.0, 2.5})), "[0.0, 2.5]");
  EXPECT_EQ(to_string(Value(std::vector<std::int64_t>{})), "[]");
}

TEST(ValueText, is_shortened_between_characters) {
  EXPECT_EQ(shortened("short"), "short");
  const std::string accents = shortened(std::string(59, 'x') + "\u00e9\u00e9\u00e9");
  EXPECT_EQ(accents, std::string(59, 'x') + "...");
}

TEST(CheckedValue, converts_integers_to_reals_and_scalars_to_lists) {
  EXPECT_EQ(checked(spec_of(ParameterType::real), Value(std::int64_t{3})), Value(3.0));
  EXPECT_EQ(checked(spec_of(ParameterType::real_list), Value(std::int64_t{3})),
            Value(std::vector<double>{3.0}));
  EXPECT_EQ(checked(spec_of(ParameterType::real_list), Value(0.5)), Value(std::vector<double>{0.5}));
  EXPECT_EQ(checked(spec_of(ParameterType::real_list), Value(std::vector<std::int64_t>{1, 2})),
            Value(std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(checked(spec_of(ParameterType::integer_list), Value(std::int64_t{3})),
            Value(std::vector<std::int64_t>{3}));
  EXPECT_EQ(to_string(checked(spec_of(ParameterType::real), Value(-0.0))), "0.0");
}

TEST(CheckedValue, refuses_other_types_and_says_what_is_allowed) {
  EXPECT_EQ(refusal(spec_of(ParameterType::integer), Value(2.5)), "p: given 2.5; allowed: an integer");
  EXPECT_EQ(refusal(spec_of(ParameterType::integer), Value(1e3)),
            "p: given 1000.0; allowed: an integer (write 1000)");
  EXPECT_EQ(refusal(spec_of(ParameterType::real), Value(std::string("x"))),
            "p: given \"x\"; allowed: a real");
  EXPECT_EQ(refusal(spec_of(ParameterType::real), Value(std::vector<double>{1.0})),
            "p: given [1.0]; allowed: a real");
  EXPECT_EQ(refusal(spec_of(ParameterType::text), Value(1.0)), "p: given 1.0; allowed: text in quotes");
  EXPECT_EQ(refusal(spec_of(ParameterType::integer_list), Value(std::vector<double>{1.5})),
            "p: given [1.5]; allowed: a list of integers");
  EXPECT_THAT(refusal(spec_of(ParameterType::real), Value((std::int64_t{1} << 53) + 1)),
              HasSubstr("rounded"));
}

TEST(CheckedValue, keeps_open_and_closed_bounds) {
  ParameterSpec spec = spec_of(ParameterType::real);
  spec.range = {0.0, 1.0, false, true};
  EXPECT_EQ(refusal(spec, Value(0.0)), "p: given 0.0; allowed: a real > 0.0 and <= 1.0");
  EXPECT_EQ(refusal(spec, Value(1.0)), "accepted");
  EXPECT_EQ(refusal(spec, Value(std::nextafter(1.0, 2.0))),
            "p: given 1.0000000000000002; allowed: a real > 0.0 and <= 1.0");
  spec.range = {0.0, 1.0, true, false};
  EXPECT_EQ(refusal(spec, Value(0.0)), "accepted");
  EXPECT_EQ(refusal(spec, Value(1.0)), "p: given 1.0; allowed: a real >= 0.0 and < 1.0");
  ParameterSpec list = spec_of(ParameterType::integer_list);
  list.range = {1, 1e6};
  EXPECT_EQ(refusal(list, Value(std::vector<std::int64_t>{3, 0})),
            "p: given 0 as entry 2; allowed: a list of integers, each >= 1 and <= 1000000");
}

TEST(CheckedValue, refuses_what_is_not_finite) {
  for (const double bad : {std::nan(""), infinity, -infinity}) {
    EXPECT_THAT(refusal(spec_of(ParameterType::real), Value(bad)), HasSubstr("allowed: a real (finite)"));
    EXPECT_THAT(refusal(spec_of(ParameterType::real_list), Value(std::vector<double>{1.0, bad})),
                HasSubstr("as entry 2"));
    EXPECT_THAT(refusal(spec_of(ParameterType::integer), Value(bad)), HasSubstr("allowed: an integer"));
  }
}

TEST(CheckedValue, of_a_choice_suggests_the_near_one) {
  ParameterSpec spec = spec_of(ParameterType::choice);
  spec.choices = {"relu", "tanh"};
  EXPECT_EQ(refusal(spec, Value(std::string("rleu"))),
            "p: given \"rleu\"; allowed: \"relu\", \"tanh\". Did you mean `relu`?");
  EXPECT_EQ(refusal(spec, Value(std::string("tanh"))), "accepted");
  EXPECT_THAT(refusal(spec, Value(std::int64_t{1})), HasSubstr("given 1; allowed: \"relu\", \"tanh\""));
}

TEST(CheckedValue, of_an_integer_may_be_a_declared_word) {
  ParameterSpec spec = spec_of(ParameterType::integer);
  spec.choices = {"inf"};
  EXPECT_EQ(checked(spec, Value(std::string("inf"))), Value(std::string("inf")));
  EXPECT_EQ(checked(spec, Value(infinity)), Value(std::string("inf")));
  EXPECT_EQ(refusal(spec, Value(-infinity)), "p: given -inf; allowed: an integer or \"inf\"");
  EXPECT_THAT(refusal(spec, Value(std::string("ifn"))), HasSubstr("Did you mean `inf`?"));
}

TEST(CheckedValue, of_a_list_is_empty_only_where_the_default_is) {
  ParameterSpec spec = spec_of(ParameterType::real_list);
  spec.initial = std::vector<double>{1.0};
  EXPECT_THAT(refusal(spec, Value(std::vector<double>{})),
              HasSubstr("given an empty list; allowed: a list of reals, at least one entry"));
  spec.initial = std::vector<double>{};
  EXPECT_EQ(refusal(spec, Value(std::vector<double>{})), "accepted");
}

TEST(CheckedValue, of_a_coordinate_has_distinct_entries) {
  ParameterSpec spec = spec_of(ParameterType::real_list);
  EXPECT_EQ(refusal(spec, Value(std::vector<double>{1.0, 2.0, 1.0})), "accepted");
  spec.coordinate = true;
  EXPECT_THAT(refusal(spec, Value(std::vector<double>{1.0, 2.0, 1.0})), HasSubstr("given 1.0 twice"));
  EXPECT_THAT(refusal(spec, Value(std::vector<double>{0.0, -0.0})), HasSubstr("given 0.0 twice"));
}

TEST(ParametersOfAPoint, are_read_by_name_and_type) {
  Parameters p = toy_defaults();
  EXPECT_EQ(p.integer("n"), 20);
  EXPECT_EQ(p.real("scale"), 1.0);
  EXPECT_TRUE(p.is("law", "gauss"));
  EXPECT_FALSE(p.is("n", "inf"));
  EXPECT_THROW(p.real("n"), std::logic_error);
  EXPECT_THROW(p.integer("m"), std::logic_error);
  EXPECT_THROW(p.is("m", "inf"), std::logic_error);
  EXPECT_THROW(Parameters().value("n"), std::logic_error);
}

TEST(ParametersOfAPoint, keep_their_own_values_apart_from_their_copies) {
  Parameters a = toy_defaults();
  Parameters b = a;
  b.set("n", std::int64_t{7});
  EXPECT_EQ(a.integer("n"), 20);
  EXPECT_EQ(b.integer("n"), 7);
  EXPECT_EQ(b.all().size(), a.all().size());
  EXPECT_EQ(b.all().at("n"), Value(std::int64_t{7}));
}

TEST(StreamIdentity, holds_the_model_parameters_that_are_read) {
  const auto& specs = ToyStudy().info().parameters;
  Parameters p = toy_defaults();
  EXPECT_EQ(stream_identity(specs, p), "law=\"gauss\" n=20 scale=1.0 weights=[]");
  p.set("law", std::string("uniform"));
  EXPECT_EQ(stream_identity(specs, p), "law=\"uniform\" n=20 scale=1.0 shift=0.0 weights=[]");
  const std::string before = stream_identity(specs, p);
  p.set("ridge", std::vector<double>{5.0});
  p.set("solver", std::string("iterative"));
  EXPECT_EQ(stream_identity(specs, p), before);
  p.set("scale", std::nextafter(1.0, 2.0));
  EXPECT_NE(stream_identity(specs, p), before);
}

} // namespace
