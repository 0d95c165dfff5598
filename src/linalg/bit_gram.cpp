// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#include <pastur/linalg/bit_gram.hpp>
#include <pastur/parallel/log_event.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

constexpr auto group = static_cast<std::int32_t>(BitPanel::group);
/// Words of a group of rows that stay in the first-level cache while the groups of columns pass: 16 KB.
constexpr std::int64_t cached_words = 128;

/// The 16 x 16 tile at local (row, column), as far as it lies in the matrix.
void add_tile(BlockCyclicMatrix& counts, CommonBitsKernel kernel, const std::uint64_t* rows,
              const std::uint64_t* columns, std::int64_t words, std::int32_t row, std::int32_t column) {
  const std::int32_t height = std::min(group, counts.local_rows() - row);
  const std::int32_t width = std::min(group, counts.local_cols() - column);
  if (height == group && width == group) {
    kernel(rows, columns, words, &counts.local(row, column), counts.ld());
    return;
  }
  std::array<double, std::size_t{group} * group> tile{};
  kernel(rows, columns, words, tile.data(), group);
  for (std::int32_t j = 0; j < width; ++j) {
    for (std::int32_t i = 0; i < height; ++i)
      counts.local(row + i, column + j) += tile[static_cast<std::size_t>(i + j * group)];
  }
}

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
        add_tile(counts, kernel, rows.group_data(row / group) + word * group, column_words, words, row,
                 column);
    }
  }
}

} // namespace pastur::linalg
