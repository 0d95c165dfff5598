// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#include <pastur/linalg/bit_gram.hpp>
#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

constexpr auto group = static_cast<std::int32_t>(BitPanel::group);
} // namespace

void accumulate_common_bits(BlockCyclicMatrix& counts, const BitPanel& rows, const BitPanel& columns) {
  if (counts.rows() != counts.cols() || rows.rows() != counts.local_rows() ||
      columns.rows() != counts.local_cols() || rows.bits() != columns.bits()) {
    throw std::invalid_argument("common bits of " + std::to_string(rows.rows()) + " x " +
                                std::to_string(rows.bits()) + " and " + std::to_string(columns.rows()) +
                                " x " + std::to_string(columns.bits()) + " bits for a local part of " +
                                std::to_string(counts.local_rows()) + " x " +
                                std::to_string(counts.local_cols()));
  }
  const parallel::LogEvent event("PasturGram");
  const CommonBitsKernel kernel = bit_kernels().common_bits;
  for (std::int64_t word = 0; word < rows.words(); word += cached_words) {
    const std::int64_t words = std::min(cached_words, rows.words() - word);
    for (std::int32_t column = 0; column < counts.local_cols(); column += group) {
      const std::uint64_t* column_words = columns.group_data(column / group) + word * group;
      const std::int32_t first = counts.local_rows_below(counts.global_col(column));
      for (std::int32_t row = first / group * group; row < counts.local_rows(); row += group)
        add_common_bits_corner(kernel, rows.group_data(row / group) + word * group, column_words, words,
                               std::min(group, counts.local_rows() - row),
                               std::min(group, counts.local_cols() - column), &counts.local(row, column),
                               counts.ld());
    }
  }
}

void add_common_bits(const BitPanel& rows, const BitPanel& columns, std::int64_t first, std::int64_t count,
                     double* counts, std::int64_t ld) {
  if (rows.bits() != columns.bits() || ld < rows.rows() || first < 0 || first % BitPanel::group != 0 ||
      count < 0 || first + count > columns.rows()) {
    throw std::invalid_argument("common bits of " + std::to_string(rows.rows()) + " x " +
                                std::to_string(rows.bits()) + " bits with rows " + std::to_string(first) +
                                " + " + std::to_string(count) + " of " + std::to_string(columns.rows()) +
                                " x " + std::to_string(columns.bits()) + " bits, leading dimension " +
                                std::to_string(ld));
  }
  const CommonBitsKernel kernel = bit_kernels().common_bits;
  for (std::int64_t word = 0; word < rows.words(); word += cached_words) {
    const std::int64_t words = std::min(cached_words, rows.words() - word);
    const std::int64_t offset = word * BitPanel::group;
    for (std::int64_t j = 0; j < count; j += BitPanel::group) {
      const std::uint64_t* column_words = columns.group_data((first + j) / BitPanel::group) + offset;
      const std::int64_t width = std::min(BitPanel::group, count - j);
      for (std::int64_t i = 0; i < rows.rows(); i += BitPanel::group)
        add_common_bits_corner(kernel, rows.group_data(i / BitPanel::group) + offset, column_words, words,
                               std::min(BitPanel::group, rows.rows() - i), width, counts + i + j * ld, ld);
    }
  }
}

} // namespace pastur::linalg
