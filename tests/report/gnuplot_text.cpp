// SPDX-License-Identifier: BSD-3-Clause
#include "../src/report/gnuplot_text.hpp"

#include <gtest/gtest.h>

namespace {

using pastur::report::literal;
using pastur::report::typeset;
using pastur::report::typeset_quantity;

TEST(GnuplotText, sets_greek_and_single_letters_with_subscripts) {
  EXPECT_EQ(typeset("lambda_min(K_N)"), "λ_{min}(K_{N})");
  EXPECT_EQ(typeset("lambda_min_infinite"), "λ_{min infinite}");
  EXPECT_EQ(typeset("N d / n"), "N d / n");
}

TEST(GnuplotText, gives_other_names_blanks_for_underscores) {
  EXPECT_EQ(typeset("test_error"), "test error");
  EXPECT_EQ(typeset_quantity("test_error", "label^2"), "test error (label^{2})");
  EXPECT_EQ(typeset_quantity("relative_min", "1"), "relative min");
}

TEST(GnuplotText, sets_exponents) {
  EXPECT_EQ(typeset("m^2"), "m^{2}");
  EXPECT_EQ(typeset("n^-1/2"), "n^{-1}/2");
  EXPECT_EQ(typeset("n^(-1/2)"), "n^{-1/2}");
  EXPECT_EQ(typeset("n <= d^2"), "n ≤ d^{2}");
}

TEST(GnuplotText, escapes_what_gnuplot_would_take_as_markup) {
  EXPECT_EQ(typeset("{a} @ & ~ \\"), "\\{a\\} \\@ \\& \\~ \\\\");
  EXPECT_EQ(typeset("x^"), "x\\^");
}

TEST(GnuplotText, doubles_quotes_and_takes_line_ends_out) {
  EXPECT_EQ(literal("it's\nso"), "'it''s so'");
}

} // namespace
