// SPDX-License-Identifier: BSD-3-Clause
#include "skip_connections_block.hpp"

#include <pastur/linalg/matrix_product.hpp>
#include <pastur/random/fill.hpp>
#include <pastur/studies/skip_connections.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pastur::studies::skip_connections {

namespace {

using linalg::BlockCyclicMatrix;

std::vector<double> unit_vector(std::int64_t n, std::int64_t j) {
  std::vector<double> e(static_cast<std::size_t>(n), 0.0);
  e[static_cast<std::size_t>(j)] = 1.0;
  return e;
}

void multiply_by(std::vector<double>& x, const Slopes& slopes) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= slopes.values[i];
}

/// The element in this global row of a local column, if this process holds it, += value.
void add_to(BlockCyclicMatrix& matrix, std::int64_t row, std::int32_t local_column, double value) {
  const std::int32_t local = matrix.local_rows_below(row);
  if (local < matrix.local_rows() && matrix.global_row(local) == row)
    matrix.local(local, local_column) += value;
}

std::string layer_name(const char* letter, std::int64_t layer) {
  return fmt::format("{}{}", letter, layer);
}

} // namespace

std::vector<std::int64_t> Slopes::nonzero() const {
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0.0) found.push_back(static_cast<std::int64_t>(i));
  }
  return found;
}

bool Slopes::is_identity() const {
  return std::all_of(values.begin(), values.end(), [](double slope) { return slope == 1.0; });
}

void fill_weights(BlockCyclicMatrix& matrix, const random::Stream& stream, const std::string& law,
                  double variance, std::int64_t first_row) {
  const bool uniform = law == "uniform";
  const double scale = std::sqrt(variance);
  const double width = std::sqrt(3.0 * variance);
  // Local rows and columns of one block are consecutive globally.
  for (std::int32_t j = 0; j < matrix.local_cols(); j += matrix.block()) {
    const std::int64_t columns = std::min(matrix.block(), matrix.local_cols() - j);
    for (std::int32_t block = 0; block < matrix.local_rows(); block += matrix.block()) {
      const std::int32_t end = std::min(block + matrix.block(), matrix.local_rows());
      const std::int64_t skipped = std::max<std::int64_t>(0, first_row - matrix.global_row(block));
      const std::int64_t i = block + skipped;
      if (i >= end) continue;
      const auto row = static_cast<std::int32_t>(i);
      const random::Tile tile{matrix.global_row(row) - first_row, end - i, matrix.global_col(j), columns};
      double* out = &matrix.local(row, j);
      if (uniform) {
        random::fill_uniform(stream, tile, out, matrix.ld());
      } else {
        random::fill_normal(stream, tile, out, matrix.ld());
      }
      for (std::int64_t c = 0; c < columns; ++c) {
        for (std::int64_t r = 0; r < tile.rows; ++r) {
          double& entry = out[r + c * matrix.ld()];
          entry = uniform ? (2.0 * entry - 1.0) * width : entry * scale;
        }
      }
    }
  }
}

void add_identity(BlockCyclicMatrix& matrix, double value) {
  for (std::int32_t j = 0; j < matrix.local_cols(); ++j) add_to(matrix, matrix.global_col(j), j, value);
}

void add_slopes(BlockCyclicMatrix& matrix, double value, const Slopes& slopes) {
  const std::vector<std::int64_t> units = slopes.nonzero();
  for (std::int32_t j = 0; j < matrix.local_cols(); ++j) {
    const std::int64_t unit = units[static_cast<std::size_t>(matrix.global_col(j))];
    add_to(matrix, unit, j, value * slopes.values[static_cast<std::size_t>(unit)]);
  }
}

Slopes draw_slopes(const study::Parameters& point, std::int64_t n, double fraction, double off,
                   const random::Stream& stream) {
  Slopes slopes{std::vector<double>(static_cast<std::size_t>(n), off), off};
  if (point.is("mask", "exact")) {
    const auto count = static_cast<std::int64_t>(std::floor(fraction * static_cast<double>(n) + 0.5));
    for (const std::int64_t j : random::permutation(stream, n, std::min(count, n)))
      slopes.values[static_cast<std::size_t>(j)] = 1.0;
    return slopes;
  }
  std::vector<double> uniform(static_cast<std::size_t>(n));
  random::fill_uniform(stream, {0, n, 0, 1}, uniform.data(), n);
  for (std::size_t i = 0; i < uniform.size(); ++i) {
    if (uniform[i] < fraction) slopes.values[i] = 1.0;
  }
  return slopes;
}

DenseBlock::DenseBlock(const study::Parameters& point, std::shared_ptr<const linalg::ProcessGrid> grid,
                       const random::Streams& streams, std::vector<double> input)
    : point_(point), grid_(std::move(grid)), streams_(streams), n_(point.integer("n")),
      depth_(point.integer("p")),
      variance_(point.real("weight_scale") * point.real("weight_scale") / static_cast<double>(n_)) {
  const double outer_off = off_slope(point.text("activation"), point.real("negative_slope"));
  const double inner_off = off_slope(point.text("inner_activation"), point.real("inner_negative_slope"));
  if (point.is("mask", "network")) {
    slopes_.push_back({{}, outer_off});
    for (std::int64_t j = 1; j < depth_; ++j) slopes_.push_back({{}, inner_off});
    run_forward_pass(std::move(input));
    return;
  }
  slopes_.push_back(draw_slopes(point, n_, point.real("on_fraction"), outer_off, streams.stream("D0")));
  for (std::int64_t j = 1; j < depth_; ++j) {
    slopes_.push_back(draw_slopes(point, n_, point.real("inner_on_fraction"), inner_off,
                                  streams.stream(layer_name("D", j))));
  }
}

BlockCyclicMatrix DenseBlock::weights(std::int64_t layer) const {
  BlockCyclicMatrix w(grid_, n_, n_);
  fill_weights(w, streams_.stream(layer_name("W", layer)), point_.text("weights"), variance_);
  return w;
}

/// On where the preactivation is positive; phi(g) = slope g.
void DenseBlock::run_forward_pass(std::vector<double> state) {
  for (std::int64_t j = 0; j < depth_; ++j) {
    state = linalg::multiply(weights(j), state);
    Slopes& slopes = slopes_[static_cast<std::size_t>(j)];
    slopes.values.resize(state.size());
    for (std::size_t i = 0; i < state.size(); ++i) slopes.values[i] = state[i] > 0.0 ? 1.0 : slopes.off;
    multiply_by(state, slopes);
  }
}

BlockCyclicMatrix DenseBlock::product() const {
  BlockCyclicMatrix result = weights(1);
  for (std::int64_t layer = 2; layer <= depth_; ++layer) {
    linalg::scale_rows(result, slopes_[static_cast<std::size_t>(layer - 1)].values);
    result = linalg::multiply(weights(layer), result);
  }
  return result;
}

bool DenseBlock::has_inner_switch() const {
  return depth_ > 1 && slopes_[1].off != 1.0;
}

InnerSwitch DenseBlock::inner_switch() const {
  double uniform[2];
  random::fill_uniform(streams_.stream("switch"), {0, 1, 0, 2}, uniform, 1);
  const auto layer = 1 + static_cast<std::int64_t>(uniform[0] * static_cast<double>(depth_ - 1));
  const auto unit = static_cast<std::int64_t>(uniform[1] * static_cast<double>(n_));
  const Slopes& slopes = slopes_[static_cast<std::size_t>(layer)];
  InnerSwitch result;
  result.change = slopes.switched(unit) - slopes.values[static_cast<std::size_t>(unit)];
  result.left = unit_vector(n_, unit);
  for (std::int64_t l = layer + 1; l <= depth_; ++l) {
    if (l > layer + 1) multiply_by(result.left, slopes_[static_cast<std::size_t>(l - 1)]);
    result.left = linalg::multiply(weights(l), result.left);
  }
  result.right = unit_vector(n_, unit);
  for (std::int64_t l = layer; l >= 1; --l) {
    if (l < layer) multiply_by(result.right, slopes_[static_cast<std::size_t>(l)]);
    result.right = linalg::multiply(weights(l), result.right, true);
  }
  return result;
}

std::int64_t DenseBlock::outer_unit() const {
  double uniform = 0.0;
  random::fill_uniform(streams_.stream("switch"), {0, 1, 2, 1}, &uniform, 1);
  return static_cast<std::int64_t>(uniform * static_cast<double>(n_));
}

} // namespace pastur::studies::skip_connections
