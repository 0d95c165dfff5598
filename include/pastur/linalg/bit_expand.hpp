// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pastur/linalg/bit_panel.hpp>

#include <cstdint>

namespace pastur::linalg {

/// Bits [first_bit, first_bit + count) of rows [first_row, first_row + rows) as numbers, `on` where a bit is
/// set and else `off`, rows x count, column-major. first_row is a multiple of 16 and first_bit of 64. Throws
/// std::out_of_range.
void expand_bits(const BitPanel& bits, std::int64_t first_row, std::int64_t rows, std::int64_t first_bit,
                 std::int64_t count, double off, double on, double* out, std::int64_t ld);

} // namespace pastur::linalg
