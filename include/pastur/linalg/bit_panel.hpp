// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace pastur::linalg {

/// A rows x bits matrix of bits, packed for counting: 64 bits a word, rows in groups of 16 whose words lie
/// side by side, so that one vector holds the same word of neighbouring rows. Rows and bits beyond the matrix
/// are 0.
class BitPanel {
public:
  /// Rows in a group.
  static constexpr std::int64_t group = 16;
  static constexpr std::int64_t word_bits = 64;

  /// All bits 0.
  BitPanel(std::int64_t rows, std::int64_t bits);

  std::int64_t rows() const { return rows_; }
  std::int64_t bits() const { return bits_; }
  std::int64_t words() const { return words_; } ///< a row
  /// Word 0 of the 16 rows from row 16 g on; word w follows 16 w words later.
  const std::uint64_t* group_data(std::int64_t g) const { return data_.get() + g * words_ * group; }

  /// Bits [first_bit, first_bit + bits) of rows [first_row, first_row + rows) become values > threshold;
  /// values is rows x bits, column-major. first_row is a multiple of 16 and first_bit of 64; the other bits
  /// of the words touched become 0. Throws std::out_of_range.
  void assign_above(double threshold, const double* values, std::int64_t ld, std::int64_t first_row,
                    std::int64_t rows, std::int64_t first_bit, std::int64_t bits);

  bool bit(std::int64_t row, std::int64_t bit) const;
  /// counts[i] += number of bits set in row i.
  void add_counts(std::span<double> counts) const;

  static double bytes(std::int64_t rows, std::int64_t bits);

private:
  struct Free {
    void operator()(std::uint64_t* p) const;
  };
  std::int64_t rows_, bits_, words_;
  std::unique_ptr<std::uint64_t[], Free> data_; // aligned to a vector
};

} // namespace pastur::linalg
