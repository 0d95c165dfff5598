// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pastur::learning {

/// Read-only column-major matrix, one column a sample, leading dimension = rows. A row-major array with one
/// row a sample (a file's images) is the same memory.
struct SamplesView {
  const double* values = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  const double* data() const { return values; }
  const double* column(std::int64_t j) const { return values + rows * j; }
  double operator()(std::int64_t i, std::int64_t j) const { return values[i + rows * j]; }
  /// Columns [first, first + count).
  SamplesView slice(std::int64_t first, std::int64_t count) const { return {column(first), rows, count}; }
  std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
  std::span<const double> span() const { return {values, size()}; }
};

/// Column-major matrix of its own, one column a sample, leading dimension = rows.
class Samples {
public:
  Samples() = default;
  /// Zeros.
  Samples(std::int64_t rows, std::int64_t columns) { resize(rows, columns); }

  /// Keeps the memory when the size does not grow; the values are then unspecified.
  void resize(std::int64_t rows, std::int64_t columns) {
    rows_ = rows;
    columns_ = columns;
    values_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  bool empty() const { return values_.empty(); }
  double* data() { return values_.data(); }
  const double* data() const { return values_.data(); }
  double* column(std::int64_t j) { return values_.data() + rows_ * j; }
  const double* column(std::int64_t j) const { return values_.data() + rows_ * j; }
  double& operator()(std::int64_t i, std::int64_t j) { return column(j)[i]; }
  double operator()(std::int64_t i, std::int64_t j) const { return column(j)[i]; }
  std::span<double> span() { return values_; }
  std::span<const double> span() const { return values_; }
  SamplesView view() const { return {values_.data(), rows_, columns_}; }
  operator SamplesView() const { return view(); } // NOLINT: a view is what every reader takes

private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::vector<double> values_;
};

} // namespace pastur::learning
