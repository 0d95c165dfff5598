// SPDX-License-Identifier: BSD-3-Clause
#include <pastur/study/parameters.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace pastur::study {
namespace {

std::string text_of(std::int64_t number) {
  return fmt::format("{}", number);
}

/// "1e-05" as "1e-5", "1e+300" as "1e300".
std::string with_plain_exponent(const std::string& text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  const std::size_t digits = text.find_first_not_of("+-0", e + 1);
  return text.substr(0, e + 1) + (text[e + 1] == '-' ? "-" : "") + text.substr(digits);
}

/// Shortest decimal that reads back to the same bits; a point or an exponent marks it as a real.
std::string text_of(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return with_plain_exponent(text);
}

std::string text_of(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
      quoted += letter;
    } else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
    } else {
      quoted += letter;
    }
  }
  return quoted + '"';
}

template <typename T>
std::string text_of(const std::vector<T>& list) {
  std::string text = "[";
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += ", ";
    text += text_of(list[i]);
  }
  return text + "]";
}

} // namespace

std::string to_string(const Value& value) {
  return std::visit([](const auto& held) { return text_of(held); }, value);
}

std::string shortened(std::string text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end; // not inside a UTF-8 sequence
  return text.substr(0, end) + "...";
}

std::string_view to_string(ParameterType type) {
  switch (type) {
  case ParameterType::integer:
    return "integer";
  case ParameterType::real:
    return "real";
  case ParameterType::choice:
    return "choice";
  case ParameterType::text:
    return "text";
  case ParameterType::integer_list:
    return "integer list";
  case ParameterType::real_list:
    return "real list";
  }
  return "unknown";
}

} // namespace pastur::study
