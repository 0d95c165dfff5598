// SPDX-License-Identifier: BSD-3-Clause
#include "slope_bits.hpp"
#include "slope_panels.hpp"

#include <pastur/learning/nt_features.hpp>
#include <pastur/linalg/bit_expand.hpp>
#include <pastur/theory/hermite.hpp>

#include <cmath>
#include <functional>
#include <optional>

namespace pastur::learning {

namespace {

/// S of this rank's rows, a chunk of neurons at a time: from bits where slopes have two values, else from
/// doubles where these fit in `memory` bytes, else made again every time.
class SlopeChunks {
public:
  /// The team's chunks must be the same: they follow from the largest rank's `most_rows`.
  SlopeChunks(const SlopeSource& source, const Panel& x, std::int64_t rows, std::int64_t most_rows,
              double memory)
      : source_(source), rows_(rows), chunk_(neurons_per_chunk(most_rows, source.neurons)), ld_(x.ld()) {
    if (source.activation.has_two_slopes()) {
      slopes_.emplace(source.activation);
      bits_.emplace(slope_bits(source, {x.data(), rows, x.ld()}));
      chunk_ = std::min(tile_neurons, source.neurons);
      ld_ = tile_rows + 8; // columns a power of two apart would share the first-level cache's sets
      buffer_ = Panel(ld_, chunk_);
      return;
    }
    keep_ = 8.0 * static_cast<double>(most_rows) * static_cast<double>(source.neurons) <= memory;
    buffer_ = Panel(rows, keep_ ? source.neurons : chunk_);
    if (keep_) make(x, [](std::int64_t, std::int64_t) {});
  }

  std::int64_t chunk() const { return chunk_; }
  std::int64_t ld() const { return ld_; }

  /// f(first neuron, number) for one chunk after the other.
  void for_each(const Panel& x, const std::function<void(std::int64_t, std::int64_t)>& f) {
    if (!bits_ && !keep_) {
      make(x, f);
      return;
    }
    for (std::int64_t l = 0; l < source_.neurons; l += chunk_) f(l, std::min(chunk_, source_.neurons - l));
  }

  /// The current chunk's slopes in at most tile_rows rows from `row` on, a multiple of 16; in ld(), until the
  /// next call.
  const double* rows(std::int64_t neuron, std::int64_t count, std::int64_t row, std::int64_t height) {
    if (!bits_) return (keep_ ? buffer_.column(neuron) : buffer_.data()) + row;
    linalg::expand_bits(*bits_, row, height, neuron, count, slopes_->off, slopes_->on, buffer_.data(), ld_);
    return buffer_.data();
  }

private:
  template <class F>
  void make(const Panel& x, const F& f) {
    source_.for_each_chunk(chunk_, [&](std::int64_t l, std::int64_t count, const Panel& w) {
      source_.slopes(x.data(), rows_, x.ld(), w, count, keep_ ? buffer_.column(l) : buffer_.data());
      f(l, count);
    });
  }

  SlopeSource source_;
  std::int64_t rows_, chunk_, ld_;
  std::optional<TwoSlopes> slopes_;
  std::optional<linalg::BitPanel> bits_;
  bool keep_ = false;
  Panel buffer_;
};

/// K v = rowsum(X o (S S^T diag(v) X)) / (N d) for blocks of v, rows split over the team: for every chunk of
/// neurons the hidden layer U = S^T [diag(v_1) X, diag(v_2) X ...] of all vectors, summed over the team, and
/// what it gives back, S U, both by DGEMM on tiles of rows.
class MatrixFreeKernel {
public:
  MatrixFreeKernel(const Inputs& inputs, const SlopeSource& source, const parallel::Communicator& team,
                   double memory)
      : team_(team), rows_(local_rows(inputs, team)), neurons_(source.neurons), d_(source.d),
        x_(own_rows(inputs, team, rows_)),
        slopes_(source, x_, rows_, linalg::even_range(inputs.n(), 0, team.size()).second, memory) {}

  std::int64_t rows() const { return rows_; }

  void apply(std::span<const double> v, std::span<double> y, std::int64_t vectors) {
    std::fill(y.begin(), y.end(), 0.0);
    const std::int64_t width = vectors * d_;
    const std::int64_t tile = std::min(tile_rows, rows_);
    // Vectors for one product: their columns of U, a chunk high, stay in the cache.
    const std::int64_t together = std::clamp<std::int64_t>(512 / d_, 1, vectors);
    Panel hidden(slopes_.chunk(), width), products(tile, together * d_);
    const double scale = 1.0 / (static_cast<double>(neurons_) * static_cast<double>(d_));
    slopes_.for_each(x_, [&](std::int64_t neuron, std::int64_t count) {
      const auto used = static_cast<std::size_t>(count * width);
      std::fill_n(hidden.data(), used, 0.0);
      for_each_tile(
          vectors, together,
          [&](const double* s, Tile t, std::int64_t k, std::int64_t some) {
            weigh_rows(v, t, k, some, products.data());
            multiply_adjoint(count, some * d_, t.height, 1.0, s, slopes_.ld(), products.data(), t.height, 1.0,
                             hidden.data() + k * d_ * count, count);
          },
          neuron, count);
      team_.sum(std::span<double>(hidden.data(), used));
      for_each_tile(
          vectors, together,
          [&](const double* s, Tile t, std::int64_t k, std::int64_t some) {
            multiply(t.height, some * d_, count, 1.0, s, slopes_.ld(), hidden.data() + k * d_ * count, count,
                     0.0, products.data(), t.height);
            for (std::int64_t i = 0; i < some; ++i) {
              add_row_products(x_.data() + t.first, x_.ld(), products.data() + i * d_ * t.height, t.height,
                               t.height, d_, scale, y.data() + (k + i) * rows_ + t.first);
            }
          },
          neuron, count);
    });
  }

private:
  struct Tile {
    std::int64_t first, height;
  };

  /// f(slopes, rows, first vector, number of vectors) for every tile of rows and every group of vectors.
  template <class F>
  void for_each_tile(std::int64_t vectors, std::int64_t together, const F& f, std::int64_t neuron,
                     std::int64_t count) {
    for (std::int64_t first = 0; first < rows_; first += tile_rows) {
      const Tile tile{first, std::min(tile_rows, rows_ - first)};
      const double* s = slopes_.rows(neuron, count, first, tile.height);
      for (std::int64_t k = 0; k < vectors; k += together) f(s, tile, k, std::min(together, vectors - k));
    }
  }

  static std::int64_t local_rows(const Inputs& inputs, const parallel::Communicator& team) {
    const auto [begin, end] = linalg::even_range(inputs.n(), team.rank(), team.size());
    return end - begin;
  }
  static Panel own_rows(const Inputs& inputs, const parallel::Communicator& team, std::int64_t rows) {
    Panel x(rows, inputs.d());
    const std::int64_t first = linalg::even_range(inputs.n(), team.rank(), team.size()).first;
    if (rows > 0) inputs.rows(first, rows, x.data(), x.ld());
    return x;
  }

  /// out (height x some d): the tile's rows of diag(v_k) X, for `some` vectors from k on, beside one another.
  void weigh_rows(std::span<const double> v, const Tile& tile, std::int64_t k, std::int64_t some,
                  double* out) const {
    for (std::int64_t end = k + some; k < end; ++k) {
      const double* weights = v.data() + k * rows_ + tile.first;
      for (std::int64_t j = 0; j < d_; ++j, out += tile.height) {
        const double* column = x_.column(j) + tile.first;
        for (std::int64_t i = 0; i < tile.height; ++i) out[i] = weights[i] * column[i];
      }
    }
  }

  const parallel::Communicator& team_;
  std::int64_t rows_, neurons_, d_;
  Panel x_;
  SlopeChunks slopes_;
};

} // namespace

linalg::LinearOperator NeuralTangentFeatures::linear_operator(const parallel::Communicator& team,
                                                              double memory) const {
  const auto kernel = std::make_shared<MatrixFreeKernel>(inputs_, slope_source(), team, memory);
  return {team, inputs_.n(), kernel->rows(),
          [kernel](std::span<const double> v, std::span<double> y) { kernel->apply(v, y, 1); },
          [kernel](std::span<const double> v, std::span<double> y, std::int64_t columns) {
            kernel->apply(v, y, columns);
          }};
}

linalg::LowRankPreconditioner
NeuralTangentFeatures::preconditioner(const parallel::Communicator& team) const {
  const double c0 = theory::derivative_hermite_coefficients(activation_, 1)[0];
  linalg::LowRankPreconditioner preconditioner;
  preconditioner.shift = std::max(0.0, theory::derivative_second_moment(activation_) - c0 * c0);
  if (c0 == 0.0) return preconditioner;
  const auto [begin, end] = linalg::even_range(inputs_.n(), team.rank(), team.size());
  const std::int64_t rows = end - begin;
  preconditioner.rank = inputs_.d();
  preconditioner.factor.resize(static_cast<std::size_t>(rows * inputs_.d()));
  if (rows > 0) inputs_.rows(begin, rows, preconditioner.factor.data(), rows);
  const double scale = c0 / std::sqrt(static_cast<double>(inputs_.d()));
  for (double& value : preconditioner.factor) value *= scale;
  return preconditioner;
}

} // namespace pastur::learning
