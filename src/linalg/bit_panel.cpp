// SPDX-License-Identifier: BSD-3-Clause
#include "bit_kernels.hpp"

#include <pastur/linalg/bit_panel.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <stdexcept>
#include <string>

namespace pastur::linalg {

namespace {

constexpr std::align_val_t vector_alignment{64};

std::int64_t groups(std::int64_t rows) {
  return (rows + BitPanel::group - 1) / BitPanel::group;
}
std::int64_t words_for(std::int64_t bits) {
  return (bits + BitPanel::word_bits - 1) / BitPanel::word_bits;
}

} // namespace

void BitPanel::Free::operator()(std::uint64_t* p) const {
  ::operator delete(p, vector_alignment);
}

BitPanel::BitPanel(std::int64_t rows, std::int64_t bits) : rows_(rows), bits_(bits), words_(words_for(bits)) {
  if (rows < 0 || bits < 0)
    throw std::invalid_argument("a panel of " + std::to_string(rows) + " rows of " + std::to_string(bits) +
                                " bits");
  const auto size = static_cast<std::size_t>(groups(rows) * group * words_);
  data_.reset(static_cast<std::uint64_t*>(::operator new(size * sizeof(std::uint64_t), vector_alignment)));
  std::fill_n(data_.get(), size, std::uint64_t{0});
}

double BitPanel::bytes(std::int64_t rows, std::int64_t bits) {
  return 8.0 * static_cast<double>(groups(rows) * group) * static_cast<double>(words_for(bits));
}

void BitPanel::assign_above(double threshold, const double* values, std::int64_t ld, std::int64_t first_row,
                            std::int64_t rows, std::int64_t first_bit, std::int64_t bits) {
  if (first_row < 0 || rows < 0 || first_row % group != 0 || first_row + rows > rows_ || first_bit < 0 ||
      bits < 0 || first_bit % word_bits != 0 || first_bit + bits > bits_) {
    throw std::out_of_range("bits " + std::to_string(first_bit) + " + " + std::to_string(bits) + " of rows " +
                            std::to_string(first_row) + " + " + std::to_string(rows) + " in a panel of " +
                            std::to_string(rows_) + " rows of " + std::to_string(bits_) + " bits");
  }
  const PackKernel pack = bit_kernels().pack;
  // A last, incomplete group goes through a full one, padded with values that are not above any threshold.
  std::array<double, group * word_bits> padded{};
  for (std::int64_t i = 0; i < rows; i += group) {
    std::uint64_t* to = data_.get() + (first_row + i) * words_ + first_bit / word_bits * group;
    const std::int64_t height = std::min(group, rows - i);
    for (std::int64_t l = 0; l < bits; l += word_bits, to += group) {
      const std::int64_t width = std::min(word_bits, bits - l);
      const double* from = values + i + l * ld;
      if (height == group) {
        pack(threshold, from, ld, width, to);
        continue;
      }
      padded.fill(threshold);
      for (std::int64_t k = 0; k < width; ++k) std::copy_n(from + k * ld, height, padded.begin() + k * group);
      pack(threshold, padded.data(), group, width, to);
    }
  }
}

bool BitPanel::bit(std::int64_t row, std::int64_t bit) const {
  const std::uint64_t word = group_data(row / group)[bit / word_bits * group + row % group];
  return ((word >> (bit % word_bits)) & 1U) != 0;
}

void BitPanel::add_counts(std::span<double> counts) const {
  for (std::int64_t i = 0; i < rows_; ++i) {
    const std::uint64_t* words = group_data(i / group) + i % group;
    std::int64_t sum = 0;
    for (std::int64_t w = 0; w < words_; ++w) sum += std::popcount(words[w * group]);
    counts[static_cast<std::size_t>(i)] += static_cast<double>(sum);
  }
}

} // namespace pastur::linalg
