// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/study/parameters.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>

/// Shorthand for the tables in which a study declares its parameters and observables.
namespace pastur::study {

/// The greatest size a matrix may have: ScaLAPACK counts rows in 32 bits.
constexpr double largest_size = std::numeric_limits<std::int32_t>::max();

/// Defaults of choices and texts, and of integers.
inline Value word(std::string text) {
  return Value(std::move(text));
}
inline Value whole(std::int64_t number) {
  return Value(number);
}

/// Whether a choice has one of two values: for `is_read` and `exists`.
inline std::function<bool(const Parameters&)> when(std::string parameter, std::string choice,
                                                   std::string other = {}) {
  return [parameter = std::move(parameter), choice = std::move(choice),
          other = std::move(other)](const Parameters& p) {
    return p.is(parameter, choice) || (!other.empty() && p.is(parameter, other));
  };
}

} // namespace pastur::study
