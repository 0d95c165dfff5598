// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/report/number_text.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace {

using namespace pastur::report;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(NumberText, shows_two_digits_of_the_standard_error) {
  EXPECT_EQ(with_error(0.039523, 0.00014), "0.03952(14)");
  EXPECT_EQ(with_error(0.039523, HUGE_VAL), "0.039523(inf)");
  EXPECT_EQ(with_error(HUGE_VAL, HUGE_VAL), "inf");
  EXPECT_EQ(with_error(2.1834, 0.069), "2.183(69)");
  EXPECT_EQ(with_error(-1.5, 0.25), "-1.50(25)");
  EXPECT_EQ(with_error(0.0, 0.01), "0.000(10)");
  EXPECT_EQ(with_error(123.4, 12.3), "123(12)");
  EXPECT_EQ(with_error(12.34, 1.23), "12.3(1.2)");
}

TEST(NumberText, rounds_an_error_of_nearly_one_up_to_the_next_place) {
  EXPECT_EQ(with_error(0.5, 0.00996), "0.500(10)");
  EXPECT_EQ(with_error(3.0, 0.0999), "3.00(10)");
}

TEST(NumberText, uses_powers_of_ten_for_small_and_large_values) {
  EXPECT_EQ(with_error(6.14e-05, 4.9e-06), "6.14(49)e-05");
  EXPECT_EQ(with_error(1.23456e8, 7.0e5), "1.2346(70)e+08");
  EXPECT_EQ(with_error(5.0, 4.4e3), "0.0(4.4)e+03");
}

TEST(NumberText, shows_the_value_alone_without_an_error) {
  EXPECT_EQ(with_error(0.25, nan), "0.25");
  EXPECT_EQ(with_error(0.25, 0.0), "0.25");
  EXPECT_EQ(with_error(nan, nan), "-");
  EXPECT_EQ(with_error(-0.0, 0.0), "0");
}

TEST(NumberText, exact_reads_back_to_the_same_number) {
  std::mt19937_64 bits(7);
  std::uniform_real_distribution<double> mantissa(-1.0, 1.0);
  std::uniform_int_distribution<int> exponent(-300, 300);
  for (int i = 0; i < 1000; ++i) {
    const double value = std::ldexp(mantissa(bits), exponent(bits));
    EXPECT_EQ(std::stod(exact(value)), value);
  }
  EXPECT_EQ(exact(0.1), "0.1");
  EXPECT_EQ(exact(nan), "");
}

/// Reads "a(b)e+c" back: the value and error shown must be within half a unit of the last digit of what was
/// given.
TEST(NumberText, loses_no_more_than_half_a_digit_of_value_and_error) {
  std::mt19937_64 bits(11);
  std::uniform_real_distribution<double> decade(-6.0, 6.0);
  std::uniform_real_distribution<double> ratio(-4.0, 0.5);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::pow(10.0, decade(bits));
    const double error = value * std::pow(10.0, ratio(bits));
    const std::string text = with_error(value, error);
    const std::size_t open = text.find('(');
    const std::size_t close = text.find(')');
    ASSERT_NE(open, std::string::npos) << text;
    const std::string digits = text.substr(0, open);
    const std::string inside = text.substr(open + 1, close - open - 1);
    const double power = close + 1 < text.size() ? std::stod("1" + text.substr(close + 1)) : 1.0;
    const std::size_t point = digits.find('.');
    const double unit =
        point == std::string::npos ? 1.0 : std::pow(10.0, -static_cast<double>(digits.size() - point - 1));
    const double shown_error =
        inside.find('.') == std::string::npos ? std::stod(inside) * unit : std::stod(inside);
    EXPECT_NEAR(std::stod(digits) * power, value, 0.5001 * unit * power)
        << text << " for " << value << " " << error;
    EXPECT_NEAR(shown_error * power, error, 0.0501 * error) << text << " for " << value << " " << error;
  }
}

TEST(NumberText, durations_use_the_unit_a_person_would) {
  EXPECT_EQ(duration(0.00512), "5.12 ms");
  EXPECT_EQ(duration(12.34), "12.3 s");
  EXPECT_EQ(duration(250.0), "4 min 10 s");
  EXPECT_EQ(duration(7500.0), "2 h 5 min");
  EXPECT_EQ(duration(200000.0), "2 d 7 h");
  EXPECT_EQ(duration(nan), "-");
  EXPECT_EQ(bytes(2.88e6), "2.88 MB");
}

} // namespace
